"""Where the files of a log are, and how they come to the disk."""
