"""The command `modengine`: finds the subcommand, and turns every error into words and an exit code.

Subcommands are imported when they are asked for: `modengine --help` loads no engine.
"""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import signal
import sys
from _thread import interrupt_main
from collections.abc import Sequence
from pathlib import Path
from threading import Timer, get_ident
from typing import TYPE_CHECKING, NoReturn

import click

from modengine.cli.group import Group, Subcommand
from modengine.cli.streams import abandon, console, folded, is_closed, say, use_utf8
from modengine.errors import ModengineError, PolicyError

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

COMMANDS: dict[str, Subcommand] = {
    "init": Subcommand("rules.init", "Make a first folder of rules."),
    "read": Subcommand("scan.read", "Make text of the pictures and sounds that messages name."),
    "scan": Subcommand("scan.scan", "Decide files of messages."),
    "explain": Subcommand("rules.explain", "Show how one message is decided, step by step."),
    "check": Subcommand("rules.check", "Say what is wrong with rule files."),
    "format": Subcommand("rules.format", "Bring rule files into one layout, comments and all."),
    "test": Subcommand("rules.test", "Run the examples inside rule files."),
    "rules": Subcommand("rules.rules", "List rules, or search them."),
    "pack": Subcommand("packs.group", "Make, check and build packs of rules."),
    "eval": Subcommand("lab.eval", "Measure a policy on labelled messages."),
    "report": Subcommand("lab.report", "Join all that the lab measures in one page."),
    "diff": Subcommand("lab.diff", "Compare two policies on one corpus, flip by flip."),
    "try": Subcommand("lab.trial", "Show what rules would hit and miss, before they count."),
    "ablate": Subcommand("lab.ablate", "Measure what each rule does."),
    "flip": Subcommand("lab.flip", "Find the smallest edit that changes a decision."),
    "fairness": Subcommand("lab.fairness", "Measure whether a policy treats people alike."),
    "evade": Subcommand("lab.evade", "Measure how easily a policy is evaded, and what resisting costs."),
    "fit": Subcommand("lab.fit", "Fit the points of rules under a limit on false alarms."),
    "suggest": Subcommand("lab.suggest", "Say what a policy could learn from its errors."),
    "timeline": Subcommand("lab.timeline", "Run a policy over dated messages."),
    "power": Subcommand("coding.power", "Say what a corpus can show, before looking."),
    "sample": Subcommand("coding.sample", "Draw rows for people to code, with sheets and a key."),
    "agree": Subcommand("coding.agree", "Measure how far coders agree."),
    "estimate": Subcommand("coding.estimate", "Estimate a policy's figures from a coded sample."),
    "study": Subcommand("study.group", "Pin a study, run it, pack it, and repeat it."),
    "specimen": Subcommand("specimen.group", "Study lists that others made."),
    "audit": Subcommand("audit.group", "Verify, show, prove, replay, query, export and erase the record."),
    "profile": Subcommand("rules.profile", "Name the rules and patterns that cost most."),
    "play": Subcommand("play", "Serve the classroom page."),
    "lsp": Subcommand("lsp", "Serve an editor: findings, names and keys while rules are written."),
    "schema": Subcommand("rules.schema", "Print the JSON Schema of a file or record."),
}
LAB_MODULES = frozenset({"numpy", "openpyxl", "pyarrow", "scipy", "sklearn"})
"""What the extra `lab` installs."""
USAGE, BUG, STOPPED, CLOSED, TERMINATED = 2, 3, 130, 141, 143
_OUTPUTS = ("-o", "--output", "--bundle", "--write", "--export", "--to")
"""Options that name what is written, and beginnings of such: it is written whole or not at all."""
_OS_HINTS: dict[int | None, str] = {
    errno.ENOSPC: "make room there, or write to another disk",
    errno.EROFS: "nothing can be written there: name another folder",
    errno.EACCES: "check the permissions of the file and its folder",
    errno.EPERM: "check the permissions of the file and its folder",
}
_EPILOG = (
    "Exit codes: 0 clean, 1 findings, 2 wrong usage or unusable input, 3 a bug; 130 or 143 stopped, 141 output closed."
)


class Commands(Group):
    """All commands; a stop, and output that nobody reads any more, end in an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except OSError as error:
            if is_closed(error):
                abandon(sys.stdout)
                raise click.exceptions.Exit(CLOSED) from None
            raise
        except KeyboardInterrupt:
            say(_stopped(ctx.obj))
            raise click.exceptions.Exit(STOPPED) from None
        return result


def _version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from modengine.cli.at_work import at_work  # noqa: PLC0415  (the engine, which --help does not need)

        click.echo(at_work())
        ctx.exit()


@click.group(cls=Commands, table=COMMANDS, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def cli() -> None:
    """A content-moderation rule engine for people who study moderation."""


def run(args: Sequence[str] | None = None) -> int:
    """Runs a command line; the exit code."""
    given = tuple(sys.argv[1:] if args is None else args)
    try:
        use_utf8()
        code = cli.main(args=given, prog_name="modengine", standalone_mode=False, obj=given)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        words = io.StringIO()
        error.show(words)
        say(words.getvalue().rstrip("\n"))
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        say(_stopped(given))
        return STOPPED
    except PolicyError as error:
        say(folded(policy_errors(error), sys.stderr))
        return USAGE
    except ModengineError as error:
        say(folded(f"modengine: {error}", sys.stderr))
        return USAGE
    except OSError as error:
        abandon(sys.stdout)
        name = f" `{error.filename}`" if error.filename else ""
        hint = f"\n  hint: {_OS_HINTS[error.errno]}" if error.errno in _OS_HINTS else ""
        say(f"modengine: reading or writing{name} failed: {(error.strerror or str(error)).lower()}{hint}")
        return USAGE
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in LAB_MODULES:
            say(f"modengine: this command needs {error.name}: pip install 'modengine[lab]'")
            return USAGE
        if os.environ.get("MODENGINE_TRACEBACK"):
            raise
        say(_bug(error))
        return BUG


def policy_errors(error: PolicyError) -> str:
    """All problems of a policy, and how many they are."""
    count = len(error.diagnostics)
    width = console(sys.stderr).width
    blocks = [problem.render(width) for problem in error.diagnostics]
    return "\n\n".join([*blocks, f"{count} problem{'s' if count != 1 else ''}: nothing was done"])


def _stopped(given: Sequence[str]) -> str:
    """That it was stopped, and to whom asked for a file that there is none."""
    asked = any(word.startswith(_OUTPUTS) for word in given)
    return "modengine: stopped" + ("; no output file was written" if asked else "")


def _bug(error: Exception) -> str:
    """An error that nobody foresaw, in one line, and what to do."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f" ({Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno})" if at is not None else ""
    return (
        f"modengine: an unexpected error, and so a bug: {type(error).__name__}: {error}{place}\n"
        "  hint: please report it, with the command and what MODENGINE_TRACEBACK=1 shows"
    )


def _terminate(_signal: int, _frame: object) -> NoReturn:
    sys.exit(TERMINATED)


def _ask_again(ignored: UnraisableHookArgs) -> None:
    """A stop that struck where Python ignores exceptions (`__del__`, callbacks of weak references) would be lost."""
    number = {SystemExit: signal.SIGTERM, KeyboardInterrupt: signal.SIGINT}.get(ignored.exc_type)
    if number is None:
        sys.__unraisablehook__(ignored)
    elif sys.platform == "win32":
        Timer(0.01, interrupt_main, [number]).start()
    else:  # wakes what waits, too
        Timer(0.01, signal.pthread_kill, [get_ident(), number]).start()


def main() -> None:
    """The entry point."""
    atexit.register(gc.freeze)  # at the end all goes: nothing need be looked through
    # Without this, what was begun would be left behind, half written.
    signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = _ask_again
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, _terminate)  # Ctrl+Break, and a window that is closed
    if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:  # as `modengine/__main__.py` left it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = run()
    except SystemExit as stop:
        if stop.code == TERMINATED:
            say(_stopped(sys.argv[1:]))  # here, since a signal may have to strike twice
        raise
    sys.exit(code)
