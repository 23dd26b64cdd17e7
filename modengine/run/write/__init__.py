"""Results as bytes, and files that are whole or not there."""
