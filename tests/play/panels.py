"""The panels of the classroom page, each with the lesson that shows it best."""

from __future__ import annotations

LESSONS = {
    "why": "warning-and-scam",
    "steps": "word-boundaries",
    "whatif": "threshold-and-cost",
    "tests": "whom-does-it-hit",
    "evade": "evasion",
    "audit": "what-a-log-proves",
}
