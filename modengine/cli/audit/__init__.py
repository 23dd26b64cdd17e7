"""`modengine audit` and its subcommands."""
