"""What people read of the books: lists, one entry, search, digests, exports."""
