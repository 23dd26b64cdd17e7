"""Results as tables, charts, pages and files."""
