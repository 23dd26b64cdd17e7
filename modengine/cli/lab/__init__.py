"""The commands that measure a policy."""
