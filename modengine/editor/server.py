"""The language server: one client, over standard input and output.

The loop's thread takes messages and keeps the open texts.  Checks and answers are made in a thread each; a check whose
file was changed in the meantime is thrown away and made anew.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import BinaryIO, cast

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from modengine.checks.run import check_file
from modengine.codes import Severity
from modengine.editor.completion import Completion, completions
from modengine.editor.framing import Frames, in_one_line
from modengine.editor.hover import about
from modengine.editor.markdown import as_markdown, detail
from modengine.editor.names import Named, definitions, names_around, references
from modengine.editor.openfiles import OpenFiles
from modengine.editor.positions import YAML, Positions, Units
from modengine.editor.sources import Sources
from modengine.errors import Diagnostic
from modengine.policy.files import MAX_BYTES, Files
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds
from modengine.version import __version__

QUIET = 0.15
"""Seconds without a change before a file is checked."""
SEVERITY: dict[Severity, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


class RuleServer(LanguageServer):
    """What is open, what is to be checked, and the thread that checks."""

    def __init__(self) -> None:
        # Whole texts: the lines of ranges are those of an editor, and pygls parts a text at more characters.
        super().__init__("modengine", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.files = OpenFiles()
        self.uris: dict[str, str] = {}
        self._due: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._working: asyncio.Task[None] | None = None
        self._checks = ThreadPoolExecutor(1, "check")
        self._answers = ThreadPoolExecutor(1, "answer")

    def start_io(self, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
        """Serve until the client ends.  Raises InputError (ME907)."""
        for name in ("pygls.server", "pygls.protocol.json_rpc"):
            logging.getLogger(name).addFilter(in_one_line)
        super().start_io(cast(BinaryIO, Frames(stdin or sys.stdin.buffer)), stdout)

    @property
    def units(self) -> Units:
        """How the client counts characters."""
        return self.workspace.position_codec.client_num_units

    def path_of(self, uri: str) -> str:
        """The path of a document; one in the current folder for a text that is no file yet."""
        path = uris.to_fs_path(uri)
        if not path:
            name = "".join(char if char.isalnum() or char in "._-" else "_" for char in uri)
            path = name if name.endswith(YAML) else f"{name}.yaml"
        path = os.path.abspath(path)
        self.uris.setdefault(path, uri)
        return path

    def uri_of(self, path: str) -> str:
        """The name that the client has for a file."""
        return self.uris.get(path) or uris.from_fs_path(path) or path

    def check_soon(self, paths: Iterable[str]) -> None:
        """Check rule files as soon as nothing has changed for a moment."""
        self._due |= dict.fromkeys(paths)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(QUIET, self._begin)

    def _begin(self) -> None:
        self._timer = None
        if self._working is None or self._working.done():
            self._working = asyncio.ensure_future(self._work())

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._due:
            path = next(iter(self._due))
            del self._due[path]
            try:
                if path in self.files.texts:
                    check = partial(check_file, path, unsaved=self.files.texts)
                    checked = await loop.run_in_executor(self._checks, check)
                    if path in self._due:  # it was changed in the meantime
                        if self._timer is None:
                            continue
                        return  # and is still being changed: the timer begins anew
                    self.files.take(path, checked)
                await self._publish()
            except Exception as error:
                # One file on which a check fails leaves the others, and the next change, alone.
                text = f"`{path}` could not be checked: {type(error).__name__}: {error}"
                self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))

    async def _publish(self) -> None:
        found = [(path, findings) for path, findings in self.files.findings() if path not in self._due]
        texts, units = self.files.texts, self.units
        versions = {path: self._version(path) for path, _ in found}
        shown = await asyncio.get_running_loop().run_in_executor(
            self._checks, lambda: [(path, published(path, findings, texts, units)) for path, findings in found]
        )
        for path, diagnostics in shown:
            if path not in self._due:
                params = types.PublishDiagnosticsParams(self.uri_of(path), diagnostics, versions[path])
                self.text_document_publish_diagnostics(params)

    async def answer(
        self,
        params: types.DefinitionParams | types.ReferenceParams,
        wanted: Callable[[Named, tuple[Named, ...]], tuple[Named, ...]],
    ) -> list[types.Location]:
        """Where the names stand that are wanted of the one at a position, and of those in the files around it."""
        path, texts, units = self.path_of(params.text_document.uri), self.files.texts, self.units
        position = params.position

        def found() -> list[tuple[str, types.Range]]:
            lines = positions_of(path, texts, units)
            place = lines.place_of(lines.offset_at(position.line, position.character), path)
            names = names_around(path, Sources(texts))
            at = next((name for name in names if name.holds(path, place.line, place.column)), None)
            told = () if at is None else wanted(at, names)
            files = {file: positions_of(file, texts, units) for file in {name.place.file for name in told}}
            return [
                (name.place.file, _range(files[name.place.file], start, start + len(name.name)))
                for name in told
                for start in (files[name.place.file].offset_of(name.place),)
            ]

        told = await asyncio.get_running_loop().run_in_executor(self._answers, found)
        return [types.Location(self.uri_of(file), where) for file, where in told]

    async def about(self, params: types.HoverParams) -> str:
        """What stands at a position; empty for nothing that is known."""
        path, texts, units = self.path_of(params.text_document.uri), self.files.texts, self.units
        position = params.position

        def told() -> str:
            lines = positions_of(path, texts, units)
            place = lines.place_of(lines.offset_at(position.line, position.character), path)
            return as_markdown(about(path, place, Sources(texts)))

        return await asyncio.get_running_loop().run_in_executor(self._answers, told)

    async def complete(self, params: types.CompletionParams) -> tuple[Completion, ...]:
        """What could stand at a position."""
        path, texts, units = self.path_of(params.text_document.uri), self.files.texts, self.units
        position = params.position

        def found() -> tuple[Completion, ...]:
            lines = positions_of(path, texts, units)
            if len(lines.text) > MAX_BYTES or not path.endswith(YAML):
                return ()
            return completions(path, lines.text, lines.offset_at(position.line, position.character), Sources(texts))

        return await asyncio.get_running_loop().run_in_executor(self._answers, found)

    def _version(self, path: str) -> int | None:
        return self.workspace.get_text_document(self.uris[path]).version if path in self.files.texts else None


def positions_of(path: str, texts: Mapping[str, bytes], units: Units) -> Positions:
    """The lines of a file, as they are open or on the disk; of nothing for one that cannot be read."""
    data = texts.get(path)
    if data is None:
        files = Files(path, Diagnostics())  # which wait for no writer of a FIFO
        with suppress(ReadingEnds):
            files.text(path, None)
        data = files.read[0].data if files.read else b""
    text = data.decode("utf-8", "surrogatepass" if path in texts else "replace")
    return Positions(text.removeprefix("\ufeff"), path.endswith(YAML), units)


def published(
    path: str, findings: Iterable[Diagnostic], texts: Mapping[str, bytes], units: Units
) -> list[types.Diagnostic]:
    """The findings in one file, as the protocol has them."""
    findings = tuple(findings)
    lines = positions_of(path, texts, units) if findings else Positions("")
    return [
        types.Diagnostic(
            range=_range(lines, start := lines.offset_of(finding.location), lines.word_end(start)),
            message=f"{finding.message}\nhint: {finding.hint}",
            severity=SEVERITY[finding.severity],
            code=finding.code,
            source="modengine",
            data={"name": finding.name, "hint": finding.hint},
        )
        for finding in findings
    ]


def _range(lines: Positions, start: int, end: int) -> types.Range:
    return types.Range(types.Position(*lines.position_of(start)), types.Position(*lines.position_of(end)))


def make_server() -> RuleServer:
    """A server that answers; `start_io` serves the client of standard input and output until it ends."""
    server = RuleServer()
    for method, answer in FEATURES.items():
        server.feature(method)(answer)
    return server


def _opened(server: RuleServer, params: types.DidOpenTextDocumentParams) -> None:
    path = server.path_of(params.text_document.uri)
    server.uris[path] = params.text_document.uri
    server.check_soon(server.files.write(path, params.text_document.text))


def _changed(server: RuleServer, params: types.DidChangeTextDocumentParams) -> None:
    document = server.workspace.get_text_document(params.text_document.uri)
    path = server.path_of(params.text_document.uri)
    server.check_soon(server.files.write(path, document.source))


def _closed(server: RuleServer, params: types.DidCloseTextDocumentParams) -> None:
    path = server.path_of(params.text_document.uri)
    touched = server.files.close(path)
    server.check_soon((path, *touched))


def _on_disk(server: RuleServer, _params: object) -> None:
    """Something was saved, here or elsewhere: `modengine.toml`, a list that is not open."""
    server.check_soon(server.files.rule_files)


async def _definition(server: RuleServer, params: types.DefinitionParams) -> list[types.Location]:
    return await server.answer(params, definitions)


async def _references(server: RuleServer, params: types.ReferenceParams) -> list[types.Location]:
    whole = params.context.include_declaration
    return await server.answer(
        params, lambda at, names: tuple(name for name in references(at, names) if whole or not name.defines)
    )


async def _hover(server: RuleServer, params: types.HoverParams) -> types.Hover | None:
    told = await server.about(params)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, told)) if told else None


async def _completion(server: RuleServer, params: types.CompletionParams) -> list[types.CompletionItem]:
    found = await server.complete(params)
    return [types.CompletionItem(each.label, detail=detail(each) or None) for each in found]


FEATURES: dict[str, Callable[..., object]] = {
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.TEXT_DOCUMENT_DID_SAVE: _on_disk,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _on_disk,
    types.TEXT_DOCUMENT_DEFINITION: _definition,
    types.TEXT_DOCUMENT_REFERENCES: _references,
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_COMPLETION: _completion,
}
