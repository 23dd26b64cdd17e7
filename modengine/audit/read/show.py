"""A recorded decision, from the record and from what the vault keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modengine.audit.files.layout import LogPaths, read_origin
from modengine.audit.records.find import find
from modengine.audit.records.record import Record, message_from
from modengine.audit.records.sealing import details_from
from modengine.audit.records.segments import RecordLine, good_record
from modengine.audit.records.vault import Vault, VaultRow, strange
from modengine.errors import printable
from modengine.model import Message


@dataclass(frozen=True, slots=True)
class Shown:
    """One decision."""

    record: Record
    state: str
    """`kept`, `no text kept`, `erased`, or `vault absent`."""
    details: Record | None
    message: Message | None


Finder = Callable[[LogPaths, str, bytes | None], tuple[RecordLine, ...]]


def decisions(layout: LogPaths, identifier: str, search: Finder = find) -> tuple[Shown, ...]:
    """The decisions that an identifier means, oldest first.  Raises AuditError (ME953, ME960, ME961)."""
    vault = Vault.read(layout.vault, read_origin(layout))
    try:
        found = []
        for line in search(layout, identifier, None if vault is None else vault.key):
            try:
                row = None if vault is None else vault.row(line.seq)
                found.append(_shown(good_record(line), row, vault is not None))
            except ValueError as error:
                raise strange(line.seq, error) from None
        return tuple(found)
    finally:
        if vault is not None:
            vault.close()


def _shown(record: Record, row: VaultRow | None, there: bool) -> Shown:
    if row is None:
        return Shown(record, "vault row missing" if there else "vault absent", None, None)
    if row.details is None:
        return Shown(record, "erased", None, None)
    message = None if row.message is None else message_from(row.message)
    return Shown(record, "no text kept" if message is None else "kept", details_from(row.details), message)


def as_text(shown: Shown) -> str:
    """The decision for a reader."""
    record = shown.record
    scope = "in scope" if record["in_scope"] else "out of scope"
    lines = [
        f"record {record['seq']}, decision {record['decision_id']}",
        f"  time      {record['time']}",
        f"  policy    {record['policy']}",
        f"  revision  {record['revision']}",
        f"  action    {record['action']} ({scope}); taken: {record['taken']}{', a study' if record['study'] else ''}",
    ]
    if record["fields"]:
        lines.append("  fields    " + ", ".join(f"{name} = {value}" for name, value in record["fields"].items()))
    for name, score in record["categories"].items():
        if score["score"] or score["action"] != "allow":
            shadow = f", shadow: {', '.join(score['shadow'])}" if score["shadow"] else ""
            lines.append(f"  category  {name}: {score['score']} points, {score['action']}{shadow}")
    details = shown.details or {}
    for kind, word in (("hits", "hit"), ("shadow_hits", "test hit"), ("relief", "relief")):
        lines += _hits(record[kind], details.get(kind, ()), word, shown.message)
    lines += [
        f"  raised    {raised['category']} to {raised['action']} by {', '.join(raised['rules'])}"
        for raised in record["raised"]
    ]
    lines += [f"  unsure    {entry['rule'] or 'the message'}: {entry['reason']}" for entry in record["undetermined"]]
    if shown.message is not None:
        lines += [f"  message   {shown.message.id or '(no id)'}"]
        lines += [
            f"  {part.kind:9} {line}"
            for part in shown.message.all_parts()
            if part.text
            for line in part.text.split("\n")
        ]
    lines.append(f"  vault     {shown.state}")
    return "\n".join(map(printable, lines))


def _hits(hits: list[dict[str, Any]], details: list[dict[str, Any]], word: str, message: Message | None) -> list[str]:
    parts = () if message is None else message.all_parts()
    lines = []
    for number, hit in enumerate(hits):
        clause = f", clause {hit['clause']}" if hit.get("clause") else ""
        counted = f" (counted {hit['counted']})" if hit.get("counted", hit["points"]) != hit["points"] else ""
        lines.append(f"  {word:9} {hit['rule']}: {hit['points']} points{counted}{clause}")
        for match in details[number]["matches"] if number < len(details) else ():
            start, end, index = match["start"], match["end"], match["part_index"]
            found = f" {parts[index].text[start:end]}" if 0 <= index < len(parts) else ""
            how = " ".join(match["how"])
            lines.append(f"            `{match['pattern']}`{found} ({match['part']} {start}-{end}, {how})")
    return lines


def as_data(shown: Shown) -> dict[str, Any]:
    """The decision as plain data, for JSON."""
    message = shown.message
    whole = None
    if message is not None:
        parts = [{"kind": part.kind, "text": part.text} for part in message.parts]
        whole = {"id": message.id, "text": message.text, "parts": parts, "fields": dict(message.fields)}
    return {"record": shown.record, "vault": shown.state, "details": shown.details, "message": whole}
