"""Packs: rules that others publish, in a folder or an installed package with `modengine-pack.toml`."""
