"""`modengine scan`."""
