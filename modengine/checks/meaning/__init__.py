"""What conditions can and cannot hold of, proved."""
