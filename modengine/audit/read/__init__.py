"""What is done with a log that somebody wrote."""
