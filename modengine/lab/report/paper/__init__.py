"""What makes a paper of a report: what it leaves to its supplement, methods, references, files of figures."""
