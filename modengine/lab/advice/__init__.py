"""Advice that never acts: what a text model sees that a policy does not, and where errors gather."""
