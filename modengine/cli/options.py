"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from modengine.engine.engine import Engine
    from modengine.policy.model import Policy, Rule

_Command = TypeVar("_Command", bound=Callable[..., Any])
_MESSAGES = frozenset({".csv", ".jsonl", ".ndjson", ".parquet"})
"""Suffixes of files of messages, but for those that a policy might have."""


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


class OutputPath(click.Path):
    """A file or folder that is written; `-` is standard output, as without the option."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return None if str(value) == "-" else super().convert(value, param, ctx)


class RulePath(click.Path):
    """Rule files or folders that are there, and what `--policy` takes besides: a shipped name, `PACK:NAME`."""

    def __init__(self) -> None:
        super().__init__(exists=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert((policy_path(str(value)) if value else None) or value, param, ctx)


class PolicyFirst(click.Command):
    """A command whose first argument is POLICY, which takes it as `--policy`, too, as `scan` and `explain` do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        option = click.Option(
            ["-p", "--policy", "named"], metavar="POLICY", expose_value=False,
            help="POLICY, where it is not the first argument.",
        )  # fmt: skip
        self.params.insert(1, option)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = self.make_parser(ctx).parse_args(list(args))[0].get("named")
        return super().parse_args(ctx, args if named is None else [named, *args])


policy_option = click.option(
    "-p",
    "--policy",
    metavar="POLICY",
    help="Policy file, the name of a shipped one, or PACK:POLICY.  [default: campaign-2014]",
)
"""`--policy`, by default the shipped campaign policy."""
tag_option = click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only rules with this tag. Repeatable.")
"""`--tag`, as the argument `tags`."""


def with_tags(rules: Collection[Rule], tags: Collection[str]) -> list[Rule]:
    """The rules that have one of the tags; all where none is asked for.  Raises UsageError for a tag that none has."""
    known = dict.fromkeys(tag for rule in rules for tag in rule.tags)
    for tag in tags:
        if tag not in known:
            there = f"there are {', '.join(known)}" if known else "none of the rules has any"
            raise click.UsageError(f"--tag: no rule has the tag `{tag}`; {there}")
    return [rule for rule in rules if not tags or set(tags) & set(rule.tags)]


def format_option(*forms: str) -> Callable[[_Command], _Command]:
    """`--format`, the first form by default."""
    return click.option(
        "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help="Form of the output."
    )


def known_suffix(output: Path | None, known: Collection[str]) -> None:
    """Raises UsageError for the name of an output whose suffix is that of no form.  One without a suffix is taken."""
    if output is not None and output.suffix and output.suffix.lower() not in known:
        names = ", ".join(sorted(known))
        raise click.UsageError(f"`{output}`: nothing is written as `{output.suffix}`, only {names}; or give --format")


input_format_option = click.option(
    "--input-format",
    type=click.Choice(("jsonl", "csv", "text", "parquet")),
    help="Form of the input.  [default: by suffix; standard input is JSON Lines if it begins with {]",
)


def policy_path(policy: str | None) -> Path | None:
    """The file that `--policy` means: a path, the name of a shipped policy, or `PACK:POLICY`.

    Raises UsageError for a bare name that is none of these, PolicyError for a pack that is not sound.
    """
    if policy is None:
        return None
    path = Path(policy)
    if ":" in policy and not path.exists() and (packed := _of_pack(policy)) is not None:
        return packed
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


def _of_pack(policy: str) -> Path | None:
    from modengine.errors import PolicyError  # noqa: PLC0415
    from modengine.policy.files import find_policy  # noqa: PLC0415  (YAML, which --help does not need)

    try:
        found = find_policy(policy)
    except PolicyError as error:
        if error.diagnostics[0].code != "ME311":
            raise
        raise click.UsageError(f"{error.diagnostics[0].message}; {error.diagnostics[0].hint}") from None
    return None if found is None else nearby(Path(found))


def nearby(path: Path) -> Path:
    """The path as seen from the current folder, where it lies in it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def rules_here(shipped: Path) -> Path:
    """What is meant where no path is named: the current folder, if it is one of rules, else what is shipped."""
    return Path() if Path("modengine.toml").is_file() else nearby(shipped)


def engine_of(policy: str | None, cached: bool = True, only: Sequence[str] = ()) -> Engine:
    """The engine that `--policy` asks for, from the compile cache if it may be.

    Of `only` some rules, by globs or tags, it is that of a policy of its own, in which the others are drafts.
    Raises PolicyError, for a lone ruleset too: it takes no action; UsageError for a file of messages.
    """
    from modengine.checks.errors import with_source  # noqa: PLC0415  (the engine, which --help does not need)
    from modengine.errors import PolicyError  # noqa: PLC0415
    from modengine.loading import load_any  # noqa: PLC0415
    from modengine.paths import shipped_policy  # noqa: PLC0415
    from modengine.policy.load import not_a_policy  # noqa: PLC0415

    path = policy_path(policy) or shipped_policy()
    if path.suffix.lower() in _MESSAGES:
        said = "is named as messages are, and is no policy; a command that takes both takes POLICY first"
        raise click.UsageError(f"`{path}` {said}")
    engine, ruleset = load_any(path, cached)
    if ruleset is not None:
        raise PolicyError(with_source([not_a_policy(ruleset)], engine.policy))
    return engine if not only else _of_some(engine.policy, only)


def named_rules(policy: Policy, names: Sequence[str], said_by: str = "") -> tuple[str, ...]:
    """The rules that ids, globs and tags name, in the order of the policy.  Raises UsageError for what names none."""
    from modengine.policy.condition import matching  # noqa: PLC0415
    from modengine.policy.nodes.diagnostics import closest  # noqa: PLC0415  (YAML, which --help does not need)

    ids = [rule.id for rule in policy.rules]
    kept: set[str] = set()
    for name in names:
        found = matching(name, ids) or tuple(rule.id for rule in policy.rules if name in rule.tags)
        if not found:
            near = closest(name, ids)
            hint = f"did you mean `{near}`?" if near else "modengine rules lists them, --policy names another policy"
            raise click.UsageError(f"{said_by}no rule of {policy.id} has the id or the tag `{name}`: {hint}")
        kept.update(found)
    return tuple(name for name in ids if name in kept)


def _of_some(policy: Policy, only: Sequence[str]) -> Engine:
    """Raises UsageError for what names no rule."""
    from modengine.loading import load_over  # noqa: PLC0415  (the engine, which --help does not need)

    kept = set(named_rules(policy, only, "--only: "))
    others = [rule.id for rule in policy.rules if rule.id not in kept]
    written: dict[str, object] = {
        "policy": policy.id,
        "title": f"{policy.title}, only {', '.join(only)}"[:200],
    }
    return load_over(policy, written | ({"overrides": [{"rules": others, "status": "draft"}]} if others else {}))


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
