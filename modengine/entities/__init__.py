"""Entities: what a message names that has a kind and often a value (a sum, a rate, a contact, a link, a deadline).

`expressions.py` says how each kind is found, `values.py` what its value is; both rest on tables in `data/`.
"""
