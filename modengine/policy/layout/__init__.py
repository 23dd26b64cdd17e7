"""The layout of rule files: the order of keys and where lines break, never what a file says."""
