"""What stands in a log, and what only its vault keeps."""
