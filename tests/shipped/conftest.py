import pytest

import modengine
from modengine import Engine
from tests.paths import CAMPAIGN


@pytest.fixture(scope="session")
def engine() -> Engine:
    return modengine.load(CAMPAIGN)
