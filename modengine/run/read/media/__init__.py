"""Files that messages name, to parts: by programs that read pictures and hear sound."""
