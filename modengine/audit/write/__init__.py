"""Writing a log: one writer at a time, acknowledged when it is on the disk."""
