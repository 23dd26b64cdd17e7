"""A client that speaks with `modengine lsp` over its standard input and output, frame by frame."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class EditorClient:
    """What an editor does; every wait ends at a message, or at the end of the server."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "modengine", "lsp", "--stdio"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number, self.seen = 0, []  # type: int, list[Record]
        self.versions: dict[str, int] = {}

    def send(self, method: str, params: object = None, number: int | None = None) -> None:
        frame = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number})
        self.write(json.dumps(frame).encode())

    def write(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def read(self) -> Record:
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            assert line, "the server ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: Record = json.loads(self.process.stdout.read(length))
        self.seen.append(message)
        return message

    def ask(self, method: str, params: object = None) -> Any:
        """The result of a request."""
        self.number += 1
        self.send(method, params, self.number)
        while (answer := self.read()).get("id") != self.number or "method" in answer:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def begin(self, **capabilities: object) -> Any:
        result = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self.send("initialized", {})
        return result

    def open(self, path: Path, text: str | None = None) -> list[Record]:
        """Open a file; its findings."""
        self.put(path, text)
        return self.findings(path)

    def put(self, path: Path, text: str | None = None) -> None:
        self.versions[path.as_uri()] = 1
        text = path.read_text("utf-8") if text is None else text
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": document})

    def type(self, path: Path, text: str) -> None:
        version = self.versions[path.as_uri()] = self.versions[path.as_uri()] + 1
        change = {"textDocument": {"uri": path.as_uri(), "version": version}, "contentChanges": [{"text": text}]}
        self.send("textDocument/didChange", change)

    def findings(self, path: Path, version: int | None = None) -> list[Record]:
        """The next findings of a file, of its latest version where it is open."""
        version = self.versions.get(path.as_uri()) if version is None else version
        while True:
            message = self.read()
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                if params["uri"] == path.as_uri() and params.get("version") == version:
                    found: list[Record] = params["diagnostics"]
                    return found

    def at(self, path: Path, text: str, before: str, within: int = 0) -> Record:
        """The parameters of a request about the place where a piece of the text begins, or so far within it."""
        head = text[: text.index(before) + within]
        line = head.rpartition("\n")[2]
        position = {"line": head.count("\n"), "character": len(line.encode("utf-16-le")) // 2}
        return {"textDocument": {"uri": path.as_uri()}, "position": position}

    def end(self) -> int:
        self.ask("shutdown")
        self.send("exit")
        return self.process.wait(60)
