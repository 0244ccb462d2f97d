"""A case on paper and as an archive: what leaves the house when somebody takes a case out of it."""
