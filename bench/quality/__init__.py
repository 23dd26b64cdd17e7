"""How the shipped policy does: the table of docs/quality.md and the committed decisions."""
