"""The tree over all records, and who signs for it."""
