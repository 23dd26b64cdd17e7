"""One server for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.editor.client import EditorClient

pytest.importorskip("pygls", reason="the extra `editor` is not installed")


@pytest.fixture(scope="module")
def served() -> Iterator[EditorClient]:
    """One server for the tests of a file: whatever one of them sends it, it answers the next."""
    client = EditorClient()
    with client.process:
        client.begin()
        yield client
        assert client.end() == 0


@pytest.fixture
def client(served: EditorClient) -> Iterator[EditorClient]:
    yield served
    for uri in served.versions:
        served.send("textDocument/didClose", {"textDocument": {"uri": uri}})
    served.versions.clear()
