"""A trace as text, JSON and HTML."""
