"""`modengine study` and its subcommands."""
