"""The lab: what a rule set really does to speech.

Every measurement is a function from a policy and a corpus to a frozen result, with n and an interval
beside each figure; the command line only renders it.  Needs `pip install modengine[lab]`.

data      corpora and what is made of them: decisions, clusters, templates, disguises
stats     figures and their uncertainty
coding    samples for people to code, their agreement, estimates by design
studies   one file a measurement
advice    what a text model sees that a policy does not; it never acts
specimens lists that others made: reading, matching, measuring them
study     a whole study: pinned, run, packed, repeated
report    tables, charts and pages; `report/views` has one file a measurement

Each imports only those above it.

Its public names stand in `__init__.pyi`, and are imported when they are first used.
"""

from __future__ import annotations

from modengine.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
