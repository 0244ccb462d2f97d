"""What `doctor` looks at: each check yields findings, each with what to do about it."""
