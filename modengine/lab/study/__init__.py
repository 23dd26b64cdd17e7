"""A whole study: what is asked and claimed, pinned before looking, run, packed without texts, repeated elsewhere."""
