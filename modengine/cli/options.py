"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from modengine.engine.engine import Engine

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Jobs(click.ParamType[int]):
    """A number of processes; `auto` or 0 for as many as there are cores."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if value in ("auto", "0", 0):
            from modengine.run.work.local import cores  # noqa: PLC0415  (multiprocessing, which --help does not need)

            return cores()
        try:
            jobs = int(value)
        except ValueError:
            jobs = 0
        if not 1 <= jobs <= 256:
            self.fail(f"{value!r} is neither `auto` nor a number from 0 to 256", param, ctx)
        return jobs


def policy_option(command: _Command) -> _Command:
    """`--policy`, by default the shipped campaign policy."""
    return click.option(
        "-p",
        "--policy",
        metavar="POLICY",
        help="Policy file, or the name of a shipped one.  [default: campaign-2014]",
    )(command)


def format_option(*forms: str) -> Callable[[_Command], _Command]:
    """`--format`, the first form by default."""
    return click.option(
        "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help="Form of the output."
    )


def input_format_option(command: _Command) -> _Command:
    return click.option(
        "--input-format",
        type=click.Choice(("jsonl", "csv", "text")),
        help="Form of the input.  [default: by suffix; standard input is JSON Lines if it begins with {]",
    )(command)


def policy_path(policy: str | None) -> Path | None:
    """The file that `--policy` means: a path, or the name of a shipped policy.

    Raises UsageError for a bare name that is neither.
    """
    if policy is None:
        return None
    path = Path(policy)
    if not path.exists() and path.name == policy:
        from modengine.paths import shipped_policies, shipped_rules  # noqa: PLC0415

        shipped = shipped_rules() / f"{policy.removesuffix('.yaml')}.yaml"
        if shipped.exists():
            return shipped
        if not path.suffix:
            names = ", ".join(f"`{name}`" for name in shipped_policies())
            raise click.UsageError(
                f"there is no file `{policy}`, and no shipped policy of that name; shipped are {names}"
            )
    return path


def nearby(path: Path) -> Path:
    """The path as seen from the current folder, where it lies in it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def engine_of(policy: str | None, cached: bool = True) -> Engine:
    """The engine that `--policy` asks for, from the compile cache if it may be.

    Raises PolicyError, for a lone ruleset too: it takes no action.
    """
    from modengine.checks.errors import with_source  # noqa: PLC0415  (the engine, which --help does not need)
    from modengine.errors import PolicyError  # noqa: PLC0415
    from modengine.loading import load_any  # noqa: PLC0415
    from modengine.paths import shipped_policy  # noqa: PLC0415
    from modengine.policy.load import not_a_policy  # noqa: PLC0415

    engine, ruleset = load_any(policy_path(policy) or shipped_policy(), cached)
    if ruleset is not None:
        raise PolicyError(with_source([not_a_policy(ruleset)], engine.policy))
    return engine


def fields_of(pairs: Sequence[str], declared: Collection[str]) -> dict[str, str]:
    """The fields that `--field` gives, each of which the policy declares."""
    from modengine.policy.nodes.diagnostics import meant  # noqa: PLC0415

    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        name = name.strip()
        if not sign or not name:
            raise click.UsageError(f"--field takes NAME=VALUE, not `{pair}`")
        if name not in declared:
            hint = meant(name, declared, "declare it under `fields`")
            raise click.UsageError(f"--field: the policy has no message field `{name}`; {hint}")
        found[name] = value
    return found
