"""Claims: what is done on the page, and what is seen then.  Each scene of `*.yaml` here is run in a browser.

do:    case ID · type TEXT · change OLD => NEW (in the editor) · file NAME · press SELECTOR · check SELECTOR ·
       uncheck SELECTOR · select SELECTOR VALUE · view NAME · threshold ACTION POINTS · wait SELECTOR · pause,
       and everything of `see`, which is then waited for
see:   action NAME · points N · line N TEXT (of the file in the editor) · flagged A of N and B of M · count SELECTOR N ·
       checked SELECTOR · text SELECTOR :: ENGLISH [:: CHINESE] · no SELECTOR :: TEXT;
       a SELECTOR may end in `>> aria`: its label is read
says:  the sentences that the scene shows, each with the page that has it
tells, asks, intro:  those of the lesson that the scene shows, in both languages
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from modengine.policy.nodes.malformed import LOADER
from tests.play.browser.window import WAIT, action, until
from tests.play.browser.writing import rewrite

FOLDER = Path(__file__).parent
OTHERS = FOLDER / "other-sentences.yaml"


@dataclass(frozen=True, slots=True)
class Scene:
    """Steps, and what is seen after them."""

    do: tuple[str, ...]
    see: tuple[str, ...]
    says: tuple[str, ...]
    tells: tuple[str, ...]
    asks: tuple[str, ...]
    intro: bool


@dataclass(frozen=True, slots=True)
class Claims:
    """The scenes of a lesson, in the order in which they are run."""

    lesson: str
    scenes: tuple[Scene, ...]


def read_claims() -> tuple[Claims, ...]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        if path == OTHERS:
            continue
        given = yaml.load(path.read_text("utf-8"), Loader=LOADER)
        scenes = tuple(
            Scene(
                **{key: tuple(map(str, one.get(key, ()))) for key in ("do", "see", "says", "tells", "asks")},
                intro=one.get("intro", False),
            )
            for one in given["scenes"]
        )
        found.append(Claims(given["lesson"], scenes))
    return tuple(found)


class Player:
    """Does the steps on a page, and looks."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.chinese = page.get_attribute("html", "lang").startswith("zh")

    def play_all(self, claims: Claims) -> None:
        for scene in claims.scenes:
            self.play(scene)

    def play(self, scene: Scene) -> None:
        """Raises AssertionError where what is seen is not what is said."""
        page = self.page
        if page.is_visible("#undo-all"):
            page.click("#undo-all")
            self._settled()
        for step in (*scene.do, *scene.see):
            verb, _, rest = step.partition(" ")
            try:
                getattr(self, f"_{verb}")(rest)
            except Exception as error:
                raise AssertionError(f"{step!r} of {scene}: {error}") from error

    # ---------------------------------------------------------------- doing

    def _settled(self) -> None:
        """Waits until the rules as they are in the editor decide, or are known to be wrong."""
        until(
            self.page,
            "async () => { const {state} = await import('/static/state.js');"
            "const {post} = await import('/static/api.js');"
            "const found = await post('rules', {files: state.files, main: state.main});"
            "return found.ok ? state.rules === found.rules && !state.broken : state.broken; }",
        )

    def _case(self, name: str) -> None:
        self.page.click(f"#case-{name}")
        text = self._state("state.text")
        if self.page.locator("#text[hidden]").count():  # covered until somebody asks for it
            self.page.click("#cover")
        until(self.page, "(t) => document.documentElement.dataset.explained === t", text)

    def _type(self, text: str) -> None:
        self.page.fill("#text", text)
        until(self.page, "(t) => document.documentElement.dataset.explained === t", text)

    def _change(self, rest: str) -> None:
        old, new = rest.split(" => ")
        rewrite(self.page, old, new)
        self._settled()

    def _file(self, name: str) -> None:
        self.page.evaluate(
            "async (name) => { const {state} = await import('/static/state.js'); const {drawFiles} = await "
            "import('/static/rules.js'); state.active = name; drawFiles(); }",
            name,
        )

    def _press(self, selector: str) -> None:
        self.page.click(selector)

    def _check(self, selector: str) -> None:
        self.page.check(selector)
        self._settled()

    def _uncheck(self, selector: str) -> None:
        self.page.uncheck(selector)

    def _select(self, rest: str) -> None:
        selector, _, value = rest.rpartition(" ")
        self.page.select_option(selector, value)

    def _view(self, name: str) -> None:
        self.page.check(f'input[name="view"][value="{name}"]')

    def _threshold(self, rest: str) -> None:
        name, points = rest.split()
        at = ("label", "review", "block").index(name)
        self.page.fill(f".slider:nth-of-type({at + 1}) input[type=number]", points)

    def _wait(self, selector: str) -> None:
        self.page.wait_for_selector(selector)

    def _pause(self, _: str) -> None:
        """Longer than the page waits for somebody to go on typing: what would come has come."""
        self.page.wait_for_timeout(1200)

    # ---------------------------------------------------------------- seeing

    def _state(self, what: str) -> Any:
        return self.page.evaluate(
            f"async () => {{ const {{state}} = await import('/static/state.js'); return {what}; }}"
        )

    def _action(self, name: str) -> None:
        action(self.page, name)
        self.page.wait_for_selector(f"#verdict .badge.large.{name}")

    def _points(self, wanted: str) -> None:
        if wanted == "0":
            said = "零分" if self.chinese else "No points"
        else:
            said = f"{wanted} 分" if self.chinese else f"{wanted} point"
        until(self.page, "(said) => document.querySelector('#scores').innerText.includes(said)", said)

    def _line(self, rest: str) -> None:
        number, _, text = rest.partition(" ")
        assert text in self._state("state.files[state.active]").splitlines()[int(number) - 1]

    def _flagged(self, rest: str) -> None:
        wanted = re.fullmatch(r"(\d+) of (\d+) and (\d+) of (\d+)", rest)
        assert wanted is not None, rest
        read = (
            "[...document.querySelectorAll('#outcome .confusion tbody tr')].map((row) => "
            "[row.querySelector('td strong').innerText, row.querySelector('td:last-child').innerText]).flat().join(' ')"
        )
        until(self.page, f"(said) => {read} === said", " ".join(wanted.groups()))

    def _count(self, rest: str) -> None:
        selector, _, number = rest.rpartition(" ")
        until(self.page, "([selector, n]) => document.querySelectorAll(selector).length === n", [selector, int(number)])

    def _checked(self, selector: str) -> None:
        assert self.page.is_checked(selector)

    def _text(self, rest: str) -> None:
        selector, english, chinese = [*rest.split(" :: "), ""][:3]
        said = (chinese or english) if self.chinese else english
        selector, is_label, _ = selector.partition(" >> aria")
        place = self.page.locator(selector).first
        place.wait_for()
        read = "(e) => e.getAttribute('aria-label')" if is_label else "(e) => e.value || e.innerText"
        for _ in range(WAIT // 50):
            found = place.evaluate(read).replace("\xa0", " ")
            if said in found:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{said!r} is not in {found!r}")

    def _no(self, rest: str) -> None:
        selector, text = rest.split(" :: ")
        found = self.page.locator(selector).first.evaluate("(e) => e.value || e.innerText")
        assert text not in found
