from pathlib import Path

import pytest

import modengine
from modengine import Engine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def engine() -> Engine:
    return modengine.load(ROOT / "rules" / "campaign-2014.yaml")
