"""YAML to nodes with places, and nodes checked against shapes."""
