"""What the files for contributors say is so: paths, names, registries, commands, versions."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import modengine
from modengine.cli.main import COMMANDS
from modengine.lab.report.report import SECTIONS
from modengine.lab.report.schemas import WITHIN
from tests.paths import ROOT

PAGES = ("CONTRIBUTING.md", "SECURITY.md")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ADDED = re.findall(r"^\| (a [^|]+) \|([^|]+)\|([^|]+)\|([^|]+)\|$", CONTRIBUTING, re.M)
"""The rows of the table under *Add something*."""


def code(text: str) -> list[str]:
    """What stands in `backticks`, fenced blocks left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


def paths(text: str) -> list[Path]:
    """The files and folders that a text names in code: of one that is to be written, the folder that is there."""
    named = [Path(word) for word in code(text) if re.fullmatch(r"[\w.]+(/[\w.]+)*/[\w.]*", word)]
    return [Path(re.split(r"[^/]*(?:FAMILY|NAME|TOPIC)", path.as_posix())[0]) for path in named]


def section(page: str, heading: str) -> str:
    found = re.search(rf"^## {heading}$.*?^```\w*\n(.*?)^```$", page, re.M | re.S)
    assert found
    return found[1].strip()


def words_of(node: Any) -> list[str]:
    """Every command of a workflow."""
    if isinstance(node, dict):
        return [word for key, value in node.items() for word in ([value] if key == "run" else words_of(value))]
    return [word for value in node for word in words_of(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_exists(page: str) -> None:
    named = paths((ROOT / page).read_text("utf-8"))
    made = {Path("core/target"), Path("modengine/_core_build.json")}  # by the build: not in every tree
    assert [str(path) for path in named if path not in made and not (ROOT / path).exists()] == []
    assert named


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text("utf-8"))
    assert [link for link in links if not (ROOT / link).is_file()] == []
    assert links


def test_every_name_stands_in_the_file_that_it_is_said_to_stand_in() -> None:
    said = re.findall(r"((?:`\w+`(?:,| and)?\s)+)(?:in|of)\s`([\w./]+\.py)`", CONTRIBUTING)
    said += [(f"`{name}`", file) for name, file in re.findall(r"an `(\w+)` \(`([\w./]+)`\)", CONTRIBUTING)]
    assert len(said) >= 8
    for names, file in said:
        source = (ROOT / file).read_text("utf-8")
        assert [name for name in code(names) if not re.search(rf"^(?:class )?{name}\b", source, re.M)] == [], file


@pytest.mark.parametrize(("what", "file", "line", "test"), ADDED, ids=[row[0] for row in ADDED])
def test_a_kind_of_addition_has_a_folder_a_registry_and_tests(what: str, file: str, line: str, test: str) -> None:
    registry, home = code(line)
    module = importlib.import_module(home.removesuffix(".py").replace("/", "."))
    assert isinstance(getattr(module, registry), dict)
    assert all((ROOT / path).exists() for path in (*paths(file), *paths(test)))


def test_the_table_tells_of_four_kinds_of_additions() -> None:
    assert [row[0] for row in ADDED] == ["a check", "a command", "a measurement", "a pattern kind"]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_a_file_of_the_command_line(name: str) -> None:
    assert (ROOT / "modengine" / "cli" / f"{COMMANDS[name].module.replace('.', '/')}.py").is_file()


@pytest.mark.parametrize("name", SECTIONS)
def test_a_measurement_can_be_asked_for_by_itself(name: str) -> None:
    assert name in COMMANDS or name in WITHIN  # as `report --section NAME`


def twin(line: str) -> str:
    """A command of a POSIX shell as PowerShell has it, whose oldest knows no `&&`."""
    line = line.partition(" #")[0].rstrip().replace("python3 -m venv", "py -3 -m venv").replace(" && ", "; ")
    return line.replace(".venv/bin/", ".venv/Scripts/").replace("/", "\\")


def test_every_command_of_the_readme_has_its_twin_in_powershell() -> None:
    page = (ROOT / "README.md").read_text("utf-8")
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", page, re.S | re.M) for line in block.splitlines()]
    assert len(lines) >= 9
    assert section(page, "Windows").splitlines() == [twin(line) for line in lines]


@pytest.mark.parametrize("page", ["first-rule.md", "play.md", "publishing.md", "packs.md", "zh/first-rule.md"])
def test_the_commands_of_a_first_page_are_typed_alike_in_powershell_or_have_a_twin(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M) for line in block.splitlines()]
    lines += re.findall(r"^\$ (.*)$", text, re.M)
    others = [line for line in lines if not re.match(r"(?:modengine|pip|python|npm|twine) [^&|<>$`]*$", line)]
    assert lines
    assert len(others) == text.count("```powershell"), others


@pytest.mark.parametrize("heading", ["Run", "Test"])
def test_workflows_run_the_commands_of_the_readme(heading: str) -> None:
    page = (ROOT / "README.md").read_text("utf-8")
    windows = twin(section(page, heading))
    jobs = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))["jobs"]
    commands = {name: words_of(jobs[name]) for name in ("unix", "without-compilers", "windows")}
    assert section(page, heading) in commands["unix"]
    assert section(page, heading) in commands["without-compilers"]
    assert windows in commands["windows"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_pin_actions_by_version_and_may_only_read(workflow: Path) -> None:
    text = workflow.read_text("utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@(?:v\d+|release/v\d+)", action)] == []
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_the_nightly_command_is_the_one_that_the_workflow_runs() -> None:
    job = yaml.safe_load((ROOT / ".github/workflows/nightly.yml").read_text("utf-8"))["jobs"]["nightly"]
    [documented] = re.findall(r"^\.venv/bin/python -m pytest .*nightly.*$", CONTRIBUTING, re.M)
    assert documented in words_of(job)


def test_the_citation_names_the_version_that_is_here() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert (citation["version"], citation["license"]) == (modengine.__version__, "Apache-2.0")


def test_the_core_has_the_version_of_the_package() -> None:
    crate = tomllib.loads((ROOT / "core/Cargo.toml").read_text("utf-8"))["package"]
    locked = tomllib.loads((ROOT / "core/Cargo.lock").read_text("utf-8"))["package"]
    assert crate["version"] == modengine.__version__
    assert [each["version"] for each in locked if each["name"] == crate["name"]] == [modengine.__version__]


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("tag", "heading", "is_released"),
    [
        (f"v{modengine.__version__}", f"## [{modengine.__version__}] - 2030-01-31", True),
        (f"v{modengine.__version__}", f"## [Unreleased] {modengine.__version__}", False),
        ("v99.0.0", "## [99.0.0] - 2030-01-31", False),
    ],
)
def test_a_tag_is_built_where_package_and_changelog_have_its_version(
    tmp_path: Path, tag: str, heading: str, is_released: bool
) -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/wheels.yml").read_text("utf-8"))["jobs"]
    assert "version" in jobs["publish"]["needs"]
    (tmp_path / "modengine").mkdir()
    shutil.copy(ROOT / "modengine/version.py", tmp_path / "modengine")
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n", "utf-8")
    [script] = words_of(jobs["version"])
    ran = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env={**os.environ, "GITHUB_REF_NAME": tag})
    assert (ran.returncode == 0) is is_released
