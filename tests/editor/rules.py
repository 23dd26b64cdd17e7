"""A ruleset that the tests of the editor open."""

RULESET = """\
ruleset: trade
title: Offers
category: fraud
clauses:
  C1: No *offers*.
lists:
  work: [兼职, 日结]
patterns:
  offer: {words: [😀😀, {list: work}]}
rules:
  - id: offers
    title: Offers of work
    clause: C1
    score: 10
    when: offer
    examples: {match: [我们招兼职], pass: [你好]}
"""

POLICY = """\
policy: board
title: A board
fields:
  title: string
  tags: {type: string, list: true, default: [none]}
rulesets: [trade.yaml]
"""
"""The policy beside it."""
