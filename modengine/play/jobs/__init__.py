"""What the page asks of child processes, and the process that does it."""
