"""The results of `bench/run.py` as tables and as a chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import log10
from typing import Any

from child import BEFORE, SHORT

BASE = "automaton alone"
JIEBA = "jieba + set + 21 regexes"
BATCHES = "modengine, batches"
EVIDENCE = "modengine, batches with evidence"
ALONE = "modengine, one by one"
PYTHON = "modengine, Python engine"

Runs = Mapping[str, dict[str, Any]]


def table(result: dict[str, Any]) -> str:
    """Markdown: all that was measured."""
    runs = {run["contender"]: run for run in result["runs"] if run["terms"] == result["terms"]}
    parts = [_head(result)]
    if runs:
        parts += [_throughput(runs), _contenders(runs)]
    parts += [_figures(runs, result.get("start")), _equal(runs), _growing(result)]
    if "start" in result:
        parts.append(_start(result["start"]))
    return "\n\n".join(filter(None, parts)) + "\n"


def _head(result: dict[str, Any]) -> str:
    machine, sets = result["machine"], result["sets"]
    sizes = ", ".join(f"{name} {described['n']:,} of {described['characters']:.0f}" for name, described in sets.items())
    return (
        f"{machine['cpu']}, {machine['cores']} cores, load {machine['load']} before the run, "
        f"Python {machine['python']}, core {machine['core']}; {result['terms']:,} extra terms. "
        f"Messages ({result['source']}) and their characters on average: {sizes}."
    )


def _lines(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _throughput(runs: Runs) -> str:
    first = next(iter(runs.values()))
    labels = list(first["sets"])
    rows = [
        [name, *(f"{run['sets'][label]['best']:,.0f} ({run['sets'][label]['median']:,.0f})" for label in labels)]
        for name, run in runs.items()
    ]
    title = (
        f"**Messages a second of processor time**, the best of {first['sets'][labels[0]]['n']} rounds (their median)"
    )
    return f"{title}\n\n{_lines(['contender', *labels], rows)}"


def _contenders(runs: Runs) -> str:
    heads = ["contender", "of bare", "× jieba", "p50 µs", "p99 µs", "compile s", "peak MiB"]
    rows = []
    for name, run in runs.items():
        alone = run["alone"]
        row = [name, _fraction(_ratio(runs, name, BASE)), _times(_ratio(runs, name, JIEBA))]
        row += [f"{alone[f'{p}_us']:,.1f} ({alone[f'{p}_median_us']:,.1f})" for p in ("p50", "p99")]
        rows.append([*row, f"{run['compile_s']:.2f}", f"{run['peak_mib']:,.0f}"])
    title = (
        f"**Ratios on the mixed set, and one message at a time** (up to {SHORT} characters, as a batch of one where "
        "there is a batch), the best round (the median of the rounds)"
    )
    return f"{title}\n\n{_lines(heads, rows)}"


def _ratio(runs: Runs, name: str, other: str, label: str = "mixed") -> float | None:
    """How many times as fast one contender was as another on the same messages; None where one was not measured."""
    if name not in runs or other not in runs:
        return None
    return float(runs[name]["sets"][label]["best"] / runs[other]["sets"][label]["best"])


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:,.2f}" if ratio < 10 else f"{ratio:,.1f}"


def _fraction(ratio: float | None) -> str:
    return "" if ratio is None else f"1/{1 / ratio:.1f}"


def _figures(runs: Runs, start: dict[str, Any] | None) -> str:
    """The budgets of the engine with what was measured, where it was."""
    rows = []
    sets = next(iter(runs.values()))["sets"] if runs else ()
    for label in sets:
        goal = {"mixed": "≥ 15 ×", "all hit": "≥ 20 ×"}.get(label, "≥ 10 ×")
        rows.append([f"batches against before, {label}", goal, _times(_ratio(runs, BATCHES, BEFORE, label))])
    rows += [
        ["batches, mixed, against jieba", "≥ 12 ×", _times(_ratio(runs, BATCHES, JIEBA))],
        ["batches, mixed, of the bare automaton", "≥ 1/12", _fraction(_ratio(runs, BATCHES, BASE))],
        ["with evidence, mixed, against jieba", "≥ 6 ×", _times(_ratio(runs, EVIDENCE, JIEBA))],
        ["batches, all hit, against jieba", "≥ 6 ×", _times(_ratio(runs, BATCHES, JIEBA, "all hit"))],
    ]
    for name in _equal_names(runs):
        rows.append([f"against {name} at equal work, mixed", "≥ 20 ×", _times(_ratio(runs, _part_of(name), name))])
    if ALONE in runs:
        alone = runs[ALONE]["alone"]
        rows.append(["one message, p50 / p99 µs", "≤ 20 / ≤ 150", f"{alone['p50_us']:.1f} / {alone['p99_us']:.1f}"])
    if PYTHON in runs:
        rate = runs[PYTHON]["sets"]["samples"]["best"]
        rows.append(["Python engine alone, samples", "≥ 500/s", f"{rate:,.0f}/s"])
    if start is not None:
        begin, lines = start["beginnings"], start["lines"]
        cold, warm = (begin[f"load and first decision{which}"]["cpu_s"] for which in (", nothing kept", ""))
        explain, help_ = (begin[f"modengine {what}"]["cpu_s"] for what in ("explain", "--help"))
        rows += [
            ["load and first decision, cold / warm, s of processor", "≤ 2 / ≤ 0.5", f"{cold:.2f} / {warm:.2f}"],
            ["`modengine explain`, s of processor", "≤ 0.8", f"{explain:.2f}"],
            ["`modengine --help`, s of processor", "≤ 0.15", f"{help_:.2f}"],
            ["two processes", "≥ 1.8 ×", f"{start['two processes']['ratio']:.2f}"],
            ["JSON Lines, read / write, µs", "≤ 3 / ≤ 3", f"{lines['read']['us']:.1f} / {lines['write']['us']:.1f}"],
        ]
    measured = [row for row in rows if row[2]]
    return f"**Budgets**\n\n{_lines(['', 'budget', 'measured'], measured)}" if measured else ""


def _part_of(name: str) -> str:
    return f"modengine, the part of {name}"


def _equal_names(runs: Runs) -> list[str]:
    return [name for name in runs if _part_of(name) in runs]


def _equal(runs: Runs) -> str:
    heads = ["engine", "rules", "patterns", "messages/s", "modengine/s", "×", "hits of both", "its alone", "ours alone"]
    rows = []
    for name in _equal_names(runs):
        run, ours, share = runs[name], runs[_part_of(name)], runs[name]["part"]
        row = [name]
        row += [
            f"{share[what]} of {share[f'of_{what}']}, {share[f'whole_{what}']} whole" for what in ("rules", "patterns")
        ]
        row += [f"{side['sets']['mixed']['best']:,.0f}" for side in (run, ours)]
        row.append(_times(_ratio(runs, _part_of(name), name)))
        rows.append([*row, *(f"{run[which]:,}" for which in ("both", "it_alone", "modengine_alone"))])
    title = "**Equal work**: the largest part of the policy that another engine can say, the same messages (mixed)"
    return f"{title}\n\n{_lines(heads, rows)}" if rows else ""


def _growing(result: dict[str, Any]) -> str:
    numbers = sorted({run["terms"] for run in result["runs"]})
    if len(numbers) < 2:
        return ""
    names = dict.fromkeys(run["contender"] for run in result["runs"] if run["terms"] != result["terms"])
    rates = {(run["contender"], run["terms"]): run["sets"]["mixed"]["best"] for run in result["runs"]}
    rows = [[name, *(f"{rates.get((name, terms), float('nan')):,.0f}" for terms in numbers)] for name in names]
    return f"**More terms**, mixed\n\n{_lines(['contender', *(f'{terms:,}' for terms in numbers)], rows)}"


def _start(start: dict[str, Any]) -> str:
    rows = [
        [what, f"{took['wall_s']:.2f} ({took['best_wall_s']:.2f})", f"{took['cpu_s']:.2f} ({took['best_cpu_s']:.2f})"]
        for what, took in start["beginnings"].items()
    ]
    number = next(iter(start["beginnings"].values()))["n"]
    two, lines = start["two processes"], start["lines"]
    title = f"**Beginning**, the median of {number} new processes (the best)"
    return (
        f"{title}\n\n{_lines(['', 'seconds', 'of processor'], rows)}\n\n"
        f"`scan` with two processes: {two['ratio']:.2f} × one (median of {two['n']} pairs, best "
        f"{two['best_ratio']:.2f}); one decides {two['per_s']:,.0f} messages a second. JSON Lines, µs a message: read "
        f"{lines['read']['us']:.1f} (best {lines['read']['best_us']:.1f}), write {lines['write']['us']:.1f} "
        f"(best {lines['write']['best_us']:.1f})."
    )


def chart(result: dict[str, Any]) -> str:
    """SVG: a bar for each contender, on a scale of powers of ten."""
    runs = [run for run in result["runs"] if run["terms"] == result["terms"]]
    runs.sort(key=lambda run: -run["sets"]["mixed"]["best"])
    top = max((log10(run["sets"]["mixed"]["best"]) for run in runs), default=1)
    height = 30 + 18 * len(runs) + 10
    rows = []
    for at, run in enumerate(runs):
        rate = run["sets"]["mixed"]["best"]
        width = 400 * max(0.0, log10(rate) - 1) / max(1.0, top - 1)
        y = 30 + 18 * at
        colour = "#b3541e" if run["contender"].startswith("modengine") else "#7a8794"
        rows.append(
            f'<text x="270" y="{y + 11}" text-anchor="end">{escape(run["contender"])}</text>'
            f'<rect x="276" y="{y}" width="{width:.1f}" height="14" fill="{colour}"/>'
            f'<text x="{280 + width:.1f}" y="{y + 11}">{rate:,.0f}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" font-family="sans-serif" font-size="11">'
        f'<text x="10" y="16">Messages a second, mixed set, {result["terms"]:,} extra terms, logarithmic from 10</text>'
        f"{''.join(rows)}</svg>\n"
    )
