"""The commands on packs."""
