"""The guard: no identity word is evidence, relief or an excuse in any policy but a study.

It looks at the words that a policy writes, by letter and by sound, at what its regexes spell, and
at words cut in two.  It stops accident and drift, not intent (docs/scope.md).
"""
