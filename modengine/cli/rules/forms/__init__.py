"""Findings, examples and coverage in the forms that other programs read."""
