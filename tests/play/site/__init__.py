"""The static site: what stands in for compiled libraries, and the folder in a browser."""
