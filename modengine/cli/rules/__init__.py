"""The commands that work on rules and single messages."""
