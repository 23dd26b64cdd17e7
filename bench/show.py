"""The results of the benchmark as a table and as a chart."""

from __future__ import annotations

from html import escape
from math import log10
from typing import Any

BASE = "automaton alone"
JIEBA = "jieba + set + 21 regexes"


def table(result: dict[str, Any]) -> str:
    """Markdown: throughput on each set of messages, and the ratios to two rows of the same run."""
    machine = result["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, load {machine['load']} before the run, "
        f"Python {machine['python']}; "
        f"{result['messages']:,} messages ({result['source']}), {result['characters']:.0f} characters on average. "
        "Throughput in messages a second of processor time.",
        "",
    ]
    for terms in dict.fromkeys(run["terms"] for run in result["runs"]):
        runs = [run for run in result["runs"] if run["terms"] == terms]
        labels = list(runs[0]["sets"])
        by_name = {run["contender"]: run["sets"]["mixed"]["per_s"] for run in runs}
        lines += [
            f"**{terms:,} extra terms**",
            "",
            f"| contender | {' | '.join(labels)} | of bare | × jieba | p50 µs | p99 µs | compile s | peak MiB |",
            "|---|" + "---:|" * (len(labels) + 6),
        ]
        for run in runs:
            rates = [f"{run['sets'][label]['per_s']:,.0f}" for label in labels]
            mixed = run["sets"]["mixed"]
            ratios = [
                f"1/{by_name[BASE] / mixed['per_s']:.1f}" if BASE in by_name else "",
                f"{mixed['per_s'] / by_name[JIEBA]:.2f}" if JIEBA in by_name else "",
            ]
            rest = [f"{mixed['p50_us']:,.0f}", f"{mixed['p99_us']:,.0f}", f"{run['compile_s']:.2f}"]
            lines.append(
                f"| {' | '.join([run['contender'], *rates, *ratios, *rest, format(run['peak_mib'], ',.0f')])} |"
            )
        lines.append("")
    return "\n".join(lines)


def chart(result: dict[str, Any]) -> str:
    """SVG: a bar for each contender and number of terms, on a scale of powers of ten."""
    runs = sorted(result["runs"], key=lambda run: (run["terms"], -run["sets"]["mixed"]["per_s"]))
    top = max(log10(run["sets"]["mixed"]["per_s"]) for run in runs)
    height = 30 + 18 * len(runs) + 10
    rows = []
    for at, run in enumerate(runs):
        rate = run["sets"]["mixed"]["per_s"]
        width = 400 * max(0.0, log10(rate) - 1) / max(1.0, top - 1)
        y = 30 + 18 * at
        colour = "#b3541e" if run["contender"].startswith("modengine") else "#7a8794"
        label = escape(f"{run['contender']}, {run['terms']:,} terms")
        rows.append(
            f'<text x="270" y="{y + 11}" text-anchor="end">{label}</text>'
            f'<rect x="276" y="{y}" width="{width:.1f}" height="14" fill="{colour}"/>'
            f'<text x="{280 + width:.1f}" y="{y + 11}">{rate:,.0f}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" font-family="sans-serif" font-size="11">'
        f'<text x="10" y="16">Messages a second, real messages, logarithmic from 10</text>{"".join(rows)}</svg>\n'
    )
