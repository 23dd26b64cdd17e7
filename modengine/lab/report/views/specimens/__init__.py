"""Results on specimens as they are shown."""
