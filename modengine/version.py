"""The version of modengine."""

__version__ = "0.1.0"
