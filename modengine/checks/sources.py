"""The lines of the files that a policy was read from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from modengine.policy.model import Policy

_YAML_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_LIST_LINE_END = re.compile("\r\n|[\n\r]")


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A file of rules or of terms, by the name that places have."""

    file: str
    text: str
    is_list: bool
    """Of one term a line; otherwise it is YAML."""

    @property
    def lines(self) -> list[str]:
        return (_LIST_LINE_END if self.is_list else _YAML_LINE_END).split(self.text)


def sources(policy: Policy) -> Iterator[RuleSource]:
    """Every file of the policy."""
    folder = os.path.dirname(policy.path)
    lists = {
        place.file
        for ruleset in policy.rulesets
        for terms in ruleset.lists
        for place in terms.places[:1]
        if place.file != ruleset.path
    }
    for source in policy.files:
        file = os.path.normpath(os.path.join(folder, source.path))
        yield RuleSource(file, source.data.decode("utf-8-sig", "replace"), file in lists)
