"""What all decisions of one engine have in common, and which fields of a message the log keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from modengine.audit.records.record import kept
from modengine.engine.engine import Engine
from modengine.model import Message
from modengine.policy.condition import Compare, Condition, walk
from modengine.policy.fields import read_fields, with_field_parts
from modengine.policy.model import Field, Policy
from modengine.text import segment
from modengine.version import __version__

_HOUR, _SIXTY = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
_DAY = "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_is_written_so = re.compile(f"(?!0000)[0-9]{{4}}-{_DAY}T{_HOUR}:{_SIXTY}:{_SIXTY}[+]{_HOUR}:{_SIXTY}").fullmatch
"""Whether a text is a time as `isoformat` writes it.  Not of a 29 February: that needs a calendar."""
_CLEAR = frozenset({"enum", "integer", "number", "boolean", "datetime"})


@dataclass(frozen=True, slots=True)
class Context:
    """What all decisions of one engine have in common."""

    policy: str
    revision: str
    engine: str
    segmenter: str
    clear: Mapping[str, Field]
    """The fields that the policy uses and whose values stand in the log."""
    hidden: Mapping[str, Field]
    """The fields that it compares and whose values, free texts, go to the details."""
    looked_in: Mapping[str, Field] = field(default_factory=dict)
    """The fields that its patterns look in: these are texts, and are committed to as the parts of a message are."""

    def read(self, message: Message) -> Message:
        """The message as the engine reads it.  Raises MessageError (ME903)."""
        return with_field_parts(message, self.looked_in) if self.looked_in else message


def context_of(engine: Engine) -> Context:
    policy = engine.policy
    used = used_fields(policy)
    return Context(
        policy.id,
        engine.revision,
        __version__,
        segment.identity(policy.segmenter),
        {name: field for name, field in policy.fields.items() if name in used and field.kind in _CLEAR},
        {name: field for name, field in policy.fields.items() if name in used and field.kind not in _CLEAR},
        engine.program.looked_in,
    )


def used_fields(policy: Policy) -> frozenset[str]:
    """The message fields that conditions of the policy ask about."""
    found = {node.field for condition in _conditions(policy) for node in walk(condition) if isinstance(node, Compare)}
    if policy.period is not None:
        found |= {policy.period.field, "time"}
    return frozenset(found)


def _conditions(policy: Policy) -> Iterator[Condition]:
    for rule in policy.rules:
        if rule.status != "draft":
            yield rule.when
            if rule.unless is not None:
                yield rule.unless
    yield from policy.scope.values()
    yield from (override.when for override in policy.overrides if override.when is not None)
    yield from (exception.when for exception in policy.exceptions)


def values(fields: Mapping[str, Field], message: Message) -> dict[str, object]:
    """The values of some fields, as JSON can hold them.  Raises MessageError (ME903) as the engine does."""
    given = message.fields
    if not fields or not given:
        return {}
    found: dict[str, object] = {}
    for name, declared in fields.items():
        value = given.get(name)
        if value is None:
            continue
        # What nearly all values are is taken as it is: to read and to write a time takes longest of all.
        kind = declared.kind
        if type(value) is str and (
            (kind == "enum" and value in declared.values) or (kind == "datetime" and _is_written_so(value))
        ):
            found[name] = value
        else:
            return {name: kept(value) for name, value in read_fields(fields, given).items()}
    return found
