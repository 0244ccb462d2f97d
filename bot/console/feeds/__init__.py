"""The room of provincial data: files in, checked first; the log of batches, and taking one back."""
