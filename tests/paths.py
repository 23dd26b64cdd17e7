"""Where the files are that tests read."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
MESSAGES = SAMPLES / "messages.jsonl"
RULES = ROOT / "rules"
CAMPAIGN = RULES / "campaign-2014.yaml"
DOCS = ROOT / "docs"
DATA = Path(__file__).parent / "data"
"""What several tests read."""
SMALL = DATA / "policies" / "class.yaml"
"""A small policy that loads fast."""
CORPORA = Path(os.environ.get("MODENGINE_DATA", ROOT.parent / "shared" / "data"))
"""The development corpora, which need not be here."""
