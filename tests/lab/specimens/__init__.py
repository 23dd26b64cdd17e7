"""Tests of lists that others made.  All lists here are invented, and name fruit."""
