"""`modengine play`: the classroom page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modengine.cli.options import PolicyFirst, policy_path
from modengine.cli.streams import say
from modengine.paths import shipped_policy
from modengine.run.write.replace import write_text

if TYPE_CHECKING:
    from modengine.play.lessons import Lesson


@click.command("play", cls=PolicyFirst)
@click.argument("policy", metavar="[POLICY]", required=False)
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), help="Port.  [default: 8321, or any that is free]")
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser.  [default: yes]")
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True,
    help="Address to serve; 0.0.0.0 lets a class in, after a warning.",
)  # fmt: skip
@click.option("--lesson", metavar="NAME", help="Open with this lesson: the name of a shipped one, or a YAML file.")
@click.option(
    "--export", metavar="FILE", type=click.Path(path_type=Path),
    help="Write --lesson as one HTML file that needs no server, and end.",
)  # fmt: skip
@click.option(
    "--export-site", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Write the page as a folder that decides in the browser, without a server, and end.",
)  # fmt: skip
@click.option(
    "--runtime", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="For --export-site: a folder with Pyodide and msgspec, instead of fetching them.",
)  # fmt: skip
def command(
    policy: str | None, port: int | None, browser: bool, host: str, lesson: str | None, export: Path | None,
    export_site: Path | None, runtime: Path | None,
) -> None:  # fmt: skip
    """Serve the classroom page: write rules, type a message, see how it is decided and why, break it.

    The page is served to this machine alone, works without a network and uploads nothing.  POLICY is
    a policy file, or the name of a shipped one.  Without POLICY and --lesson the first lesson opens.

    \b
    Examples:
      modengine play
      modengine play class.yaml --port 9000 --no-browser
      modengine play --lesson word-boundaries
      modengine play --lesson word-boundaries --export words.html
      modengine play --export-site site
    """
    if runtime is not None and export_site is None:
        raise click.UsageError("--runtime goes with --export-site")
    if export is not None and lesson is None:
        raise click.UsageError("--export needs --lesson: which lesson is to be written?")
    try:
        from modengine.play.export import as_page  # noqa: PLC0415  (needs the extra `play`)
        from modengine.play.lessons import shipped_lessons  # noqa: PLC0415
        from modengine.play.serve import serve, start_of  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise click.UsageError(f"the page needs {error.name}: pip install 'modengine[play]'") from None
    lessons = shipped_lessons()
    first = None if lesson is None else _lesson(lesson, lessons)
    if first is not None and first not in lessons:
        lessons = (first, *lessons)
    if export is not None:
        assert first is not None
        write_text(export, as_page(first))
        click.echo(f"{export}: the lesson `{first.lesson}`, {len(first.cases)} messages, decided")
        return
    path = policy_path(policy) or shipped_policy()
    if policy is not None and _is_lesson(path):
        raise click.UsageError(f"`{policy}` is a lesson: modengine play --lesson {policy}")
    if first is None and policy is None and lessons:
        first = lessons[0]  # a page with something on it
    start = start_of(path, lessons, "" if first is None else first.lesson)
    if export_site is not None:
        from modengine.play.site.export import export_site as written  # noqa: PLC0415

        count, size = written(export_site, start, runtime, say)
        said = f"{count} files, {size / 1e6:.1f} MB; serve it: python -m http.server -d {export_site}"
        click.echo(f"{export_site}: {said}")
        return
    serve(start, host, port, browser, say)


def _is_lesson(path: Path) -> bool:
    if not path.is_file():
        return False  # said where it is read
    try:
        with path.open("rb") as file:
            return any(line.startswith(b"lesson:") for line in file.read(10_000).splitlines()[:20])
    except OSError:
        return False


def _lesson(name: str, lessons: tuple[Lesson, ...]) -> Lesson:
    from modengine.play.lessons import read_lesson  # noqa: PLC0415

    for lesson in lessons:
        if lesson.lesson == name:
            return lesson
    if not Path(name).is_file():
        raise click.UsageError(
            f"there is no lesson `{name}`: {', '.join(lesson.lesson for lesson in lessons)}, or a file"
        )
    return read_lesson(Path(name))
