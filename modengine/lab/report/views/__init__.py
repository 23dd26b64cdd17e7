"""One file a measurement: its result as tables and charts."""
