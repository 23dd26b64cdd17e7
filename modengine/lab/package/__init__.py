"""The package of a study, written and repeated."""
