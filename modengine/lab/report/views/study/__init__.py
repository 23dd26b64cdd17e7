"""Studies as tables: a run, and its repetition elsewhere."""
