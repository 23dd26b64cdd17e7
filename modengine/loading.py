"""From files, a text or a mapping to an engine, with every error of every file at once."""

from __future__ import annotations

import gc
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from modengine.checks.errors import policy_problems, with_source
from modengine.engine.compile.cache import keep, recall
from modengine.engine.compile.plain import encoded, is_taken
from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.engine.match.terms import Boundary
from modengine.errors import Diagnostic, Location, PolicyError
from modengine.paths import policies_in, shipped_policy
from modengine.policy.files import find_policy
from modengine.policy.load import Loaded, is_lone, read, read_copied, read_text
from modengine.policy.model import Policy, Ruleset
from modengine.policy.nodes.diagnostics import listed

_NO_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def load(
    path: str | Path | Traversable | None = None,
    *,
    text: str | None = None,
    mapping: Mapping[str, object] | None = None,
) -> Engine:
    """The engine of a policy: a file, the only one in a folder, `PACK:POLICY`, a `text` in YAML, or such a `mapping`.

    Without anything it is that of the shipped campaign policy.  A ruleset gets the smallest policy around it: no scope,
    no actions.  What a text or a mapping names is looked for from the current folder.  Raises PolicyError with every
    error in the policy and in all files that it names.
    """
    if sum(source is not None for source in (path, text, mapping)) > 1:
        raise TypeError("`load` takes one of a path, `text` and `mapping`")
    if text is not None:
        return _load_text(text, "(text)")
    if mapping is not None:
        return _load_text(as_yaml(mapping), "(mapping)")
    return load_any(shipped_policy() if path is None else _on_disk(path))[0]


def load_over(policy: Policy, mapping: Mapping[str, object]) -> Engine:
    """The engine of a mapping whose base is a policy, wherever that lies.  Raises PolicyError."""
    base, name = os.path.basename(policy.path), os.path.join(os.path.dirname(policy.path), "(mapping)")
    return _load_text(as_yaml({**mapping, "base": base}), name)


def load_copied(path: Path, homes: Mapping[str, str]) -> Engine:
    """The engine of copies of the files of a policy, with the folders of packs among them.  Raises PolicyError."""
    with collector_off():
        return Engine(_program(read_copied(path, homes)))


def load_any(path: Path, cached: bool = True) -> tuple[Engine, Ruleset | None]:
    """The engine of a policy file, or of a folder's only one; of a lone ruleset with that ruleset.

    Whoever may write as this user may write the compile cache: not `cached`, all is made of the files themselves.
    Raises PolicyError with every error.
    """
    with collector_off():
        file = _only_policy(path) if path.is_dir() else path
        program, same = (recall(file) if cached else None) or (None, False)
        if program is not None and same and not is_lone(program.policy):
            is_whole = program.plain is not None
            engine = Engine(program)
            if not is_whole and program.plain is not None:
                keep(file, program)  # it was kept by the Python engine alone
            return engine, None
        loaded = read(file)
        engine = Engine(_program(loaded, program))
        if not same:  # a lone ruleset is read each time, and compiled once
            keep(file, engine.program)
        return engine, loaded.ruleset


def _load_text(text: str, name: str) -> Engine:
    with collector_off():
        return Engine(_program(read_text(text, name)))


def _program(loaded: Loaded, before: Program | None = None) -> Program:
    """The program; of patterns that it had `before` nothing is worked out again."""
    policy = loaded.any_policy
    # In a study more is allowed.
    sound = () if before is None or before.policy.study else before.policy.rulesets
    known = {} if before is None else before.known
    found = [*loaded.diagnostics, *(policy_problems(policy, sound, known) if policy is not None else ())]
    errors = [problem for problem in found if problem.severity == "error"]
    if errors or policy is None:
        raise PolicyError(with_source(errors, policy))
    program = Program(policy, like=before)
    if before is not None and before.plain is not None and is_taken(program):
        program.plain = encoded(program, before)
    return program


def _on_disk(path: str | Path | Traversable) -> Path:
    """The path, that of `PACK:POLICY`, or that of a resource of a package which is installed as files."""
    if isinstance(path, str) and ":" in path and not Path(path).exists():
        return Path(find_policy(path) or path)
    if isinstance(path, str | Path):
        return Path(path)
    hint = "install the package as files, or give `load` the text"
    raise PolicyError([Diagnostic("ME102", f"`{path.name}` is in an archive", Location(path.name), hint)])


def _only_policy(folder: Path) -> Path:
    place = Location(str(folder))
    try:
        found = policies_in(folder)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        wrong = Diagnostic("ME102", f"`{folder}` cannot be read: {why}", place, "check its permissions")
        raise PolicyError([wrong]) from None
    if len(found) == 1:
        return found[0]
    if not found:
        hint = "name a file; a policy begins with `policy: NAME`"
        raise PolicyError([Diagnostic("ME102", f"`{folder}` is a folder without a policy", place, hint)])
    names = listed([file.name for file in found])
    raise PolicyError(
        [Diagnostic("ME102", f"`{folder}` has {len(found)} policies: {names}", place, "name one of them")]
    )


def as_yaml(mapping: Mapping[str, object]) -> str:
    """A mapping of plain data as YAML.  Raises TypeError for what YAML cannot have."""
    text = json.dumps(mapping, ensure_ascii=False, indent=2, default=_written)
    # YAML ends lines at more characters than JSON does, and has names for those that nobody can print.
    return _NO_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _written(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a policy holds no {type(value).__name__}")


@contextmanager
def collector_off() -> Iterator[None]:
    """Without looking for garbage: of the hundred thousands of objects that are made, nearly all stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            # They become old ones at once, and no collection of young ones goes through all of them.
            gc.freeze()
            gc.unfreeze()
        if was_on:
            gc.enable()


def compile_engine(policy: Policy, boundary: Boundary = "not-straddling") -> Engine:
    """The engine of a policy made in Python; held to the same lines as one that is loaded.

    With another `boundary` than that of the rule language, its decisions have a revision of their own.
    """
    errors = [problem for problem in policy_problems(policy) if problem.severity == "error"]
    if errors:
        raise PolicyError(with_source(errors, policy))
    return Engine(Program(policy, boundary))
