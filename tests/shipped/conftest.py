import pytest

from modengine import Engine
from tests.engines import campaign


@pytest.fixture(scope="session")
def engine() -> Engine:
    return campaign()
