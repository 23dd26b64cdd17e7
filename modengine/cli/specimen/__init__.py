"""`modengine specimen`: lists that others made.  One file a subcommand."""
