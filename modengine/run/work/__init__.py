"""Rows decided: in this process, in several, or on many machines."""
