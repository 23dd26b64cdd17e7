"""Lists that others made: leaked, reverse-engineered or published, and measured here, never acted upon.

`card` reads a specimen (a YAML card and its entries), `read.importing` makes one of a published list, `matcher`
finds many specimens in a text at once, `engine` stands where a policy's engine does in the studies.
`measure`, `describe`, `likeness` and `history` are one file a measurement.

Nothing here is imported by what decides messages.
"""
