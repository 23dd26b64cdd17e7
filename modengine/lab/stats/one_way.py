"""Whether a change of policy can only go one way: then there is nothing to test.

A rule more can only add hits, a higher threshold only take some away.  What is not understood is taken
to go both ways: a rule with `words` gives the segmenter words, by which the words of other rules may
fall otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

from modengine.engine.compile.revision import content_of
from modengine.policy.model import Policy

Way = Literal["more", "fewer"]
_ALIKE = ("caps", "points")
"""What must be the same."""


def one_way(a: Policy, b: Policy) -> Way | None:
    """`more` where B hits all that A hits, in every category and at every action; None where both may gain."""
    before, after = content_of(a), content_of(b)
    if a.segmenter != b.segmenter or any(before.get(key) != after.get(key) for key in _ALIKE):
        return None
    ways = {*_actions(before["actions"], after["actions"]), *_longer(before.get("longer"), after.get("longer"))}
    ways |= {*_listed(before["overrides"], after["overrides"], "more")}
    ways |= {*_listed(before["exceptions"], after["exceptions"], "fewer")}
    add_words = {r.id for p in (a, b) for r in p.rules if any(pattern.adds_words for pattern in r.patterns)}
    ways |= {*_rules(before, after, add_words)}
    return ways.pop() if len(ways) == 1 else None


def only_adds(policy: Policy) -> bool:
    """Whether more matches can only mean more hits: no relief, no exception, nothing that is asked not to be there."""
    rules = [rule for rule in policy.rules if rule.status != "draft"]
    return not policy.exceptions and not any(
        rule.relief or rule.unless or "not " in str(rule.when) or "rule(" in str(rule.when) for rule in rules
    )


def _opposite(way: Way) -> Way:
    return "fewer" if way == "more" else "more"


def _actions(before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]) -> Iterator[Way | None]:
    for category in {*before, *after}:
        old, new = before.get(category, {}), after.get(category, {})
        for action in {*old, *new}:
            was, now = old.get(action, float("inf")), new.get(action, float("inf"))
            if category in before and category in after and was != now:
                yield "more" if now < was else "fewer"


def _longer(before: object, after: object) -> Iterator[Way | None]:
    if before != after:
        yield None if before and after else "more" if before else "fewer"


def _listed(before: list[Any], after: list[Any], way: Way) -> Iterator[Way | None]:
    """What B has more of goes `way`, what it has less of the other; both, and neither is known."""
    if any(entry not in before for entry in after):
        yield way
    if any(entry not in after for entry in before):
        yield _opposite(way)


def _rules(before: Mapping[str, Any], after: Mapping[str, Any], add_words: Collection[str]) -> Iterator[Way | None]:
    old, new = ({rule["id"]: rule for rule in content["rules"]} for content in (before, after))
    if old == new:
        return
    if any("rule(" in str(condition) for content in (before, after) for condition in _conditions(content)):
        yield None  # what is asked of a rule can turn a change round
    for name in {*old, *new}:
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        if was is not None and now is not None:
            yield _changed(was, now)
        elif name in add_words:
            yield None  # they may move the edges of others
        elif now is not None:
            yield _added(now)
        elif was is not None:
            yield _opposite(_added(was))


def _conditions(content: Mapping[str, Any]) -> Iterator[str | None]:
    """Those that may ask for rules."""
    for rule in content["rules"]:
        yield from (rule["when"], rule["unless"])
    yield from (when for *_, when in (*content["overrides"], *content["exceptions"]))


def _added(rule: Mapping[str, Any]) -> Way:
    return "fewer" if rule["relief"] else "more"


def _changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> Way | None:
    """Only other points, or points where there were none since the rule was on test."""
    differs = {key for key in was if was[key] != now[key]}
    if differs == {"score"} and was["relief"] is None:
        return "more" if now["score"] > was["score"] else "fewer"
    if differs == {"status"} and {was["status"], now["status"]} == {"test", "stable"}:
        way = _added(was)
        return way if now["status"] == "stable" else _opposite(way)
    return None
