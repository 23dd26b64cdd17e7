"""A package holds no text, is a sound RO-Crate, and is repeated in an empty folder; what differs is named."""

from __future__ import annotations

import csv
import hashlib
import importlib
import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modengine.errors import OutputError
from modengine.explain.json import from_json
from modengine.lab.package import pack
from modengine.lab.package.crate import METADATA
from modengine.lab.package.pack import places
from modengine.lab.package.verify import read_package, verify_package
from modengine.lab.report.views.study.run import shown
from modengine.lab.study.pin import digest_of, encode_pin, read_pin
from modengine.lab.study.run import StudyResult
from modengine.run.write.replace import said
from modengine.version import __version__
from tests.commands import Command
from tests.lab.study.changing import change

ACME = """\
name = "acme"
namespace = "lures"
version = "0.1.0"
licence = "CC-BY-4.0"

[needs]
modengine = ">=0.1"
"""


@pytest.fixture
def package(packed: Path, tmp_path: Path) -> Path:
    shutil.copytree(packed, tmp_path / "study")
    return tmp_path / "study" / "package"


@pytest.fixture
def elsewhere(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the package, and the corpus under another name in a folder of a folder; no study."""
    folder = tmp_path / "elsewhere"
    (folder / "data" / "deep").mkdir(parents=True)
    shutil.copytree(package, folder / "package")
    shutil.copy(package.parent / "shop.csv", folder / "data" / "deep" / "renamed.csv")
    shutil.rmtree(package.parent)
    monkeypatch.chdir(folder)
    return folder


def sealed(package: Path, name: str, edit: Callable[[str], str]) -> None:
    """Changes a file of a package, and its digest in the metadata, as who made the package could."""
    text = edit((package / name).read_bytes().decode("utf-8"))
    (package / name).write_bytes(text.encode("utf-8"))
    crate = json.loads((package / METADATA).read_text("utf-8"))
    entity = next(one for one in crate["@graph"] if one["@id"] == name)
    data = text.encode("utf-8")
    entity |= {"contentSize": str(len(data)), "sha256": hashlib.sha256(data).hexdigest()}
    (package / METADATA).write_text(json.dumps(crate), "utf-8")


def test_a_package_holds_no_text_of_a_corpus(package: Path) -> None:
    texts = [row["text"] for row in csv.DictReader(io.StringIO((package.parent / "shop.csv").read_text("utf-8")))]
    files = [path for path in package.rglob("*") if path.is_file()]
    assert len(files) == 15
    for path in files:
        content = path.read_bytes().decode("utf-8")
        assert [text for text in texts if text in content] == []
        assert [t for t in texts if hashlib.sha256(t.encode()).hexdigest() in content] == []


def test_decisions_are_by_id(package: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((package / "decisions.csv").read_bytes().decode("utf-8"))))
    assert len(rows) == 84
    assert rows[0] == {
        "corpus": "shop", "policy": "small", "row": "1", "id": "m1", "label": "fraud", "stratum": "", "cluster": "0",
        "action": "review", "rules": "lures.offer:60 lures.named:20", "undetermined": "0",
        "fraud_action": "review", "fraud_score": "80",
    }  # fmt: skip


def test_the_metadata_is_a_sound_ro_crate(package: Path) -> None:
    """RO-Crate 1.1: a descriptor, a root, every file with its digest, and no reference that leads nowhere."""
    crate = json.loads((package / METADATA).read_text("utf-8"))
    graph = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(graph) == len(crate["@graph"])
    assert graph[METADATA]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert graph[METADATA]["about"] == {"@id": "./"}
    root = graph["./"]
    assert {"name", "description", "datePublished", "license"} <= root.keys()
    parts = {part["@id"] for part in root["hasPart"]}
    on_disk = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    assert parts == on_disk - {METADATA}
    for name in parts:
        data = (package / name).read_bytes()
        assert (graph[name]["sha256"], graph[name]["contentSize"]) == (hashlib.sha256(data).hexdigest(), str(len(data)))
    dangling = {target for entity in graph.values() for target in references(entity) if target not in graph}
    assert dangling == {"https://w3id.org/ro/crate/1.1"}  # the specification itself
    assert graph["#corpus-shop"]["identifier"].startswith("sha256:")
    assert graph["#run"]["description"].startswith("modengine")


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [target for item in value for target in references(item)]
    if not isinstance(value, dict):
        return []
    if set(value) == {"@id"}:
        return [value["@id"]]
    return [target for key, item in value.items() if key != "@id" for target in references(item)]


def test_the_lock_names_what_measures(package: Path) -> None:
    names = {line.split("==")[0] for line in (package / "requirements.lock").read_text("utf-8").splitlines()}
    assert {"modengine", "numpy", "scipy", "regex"} <= names
    assert "pytest" not in names


def test_a_package_is_repeated_in_an_empty_folder(elsewhere: Path, command: Command) -> None:
    ran = command("study", "verify", "package", "--data", "data")
    assert (ran.code, ran.err) == (0, "")
    assert "- the same: all of 35 figures and outcomes, and of 84 decisions\n" in ran.out
    assert sorted(path.name for path in elsewhere.iterdir()) == ["data", "package"]


@pytest.mark.skipif(sys.platform != "linux", reason="file systems of others take UTF-8 alone")
def test_a_corpus_may_have_a_name_that_is_not_utf8(elsewhere: Path, command: Command) -> None:
    data = elsewhere / "data" / "deep" / "renamed.csv"
    data.rename(data.with_name(os.fsdecode(b"bad\xff.csv")))
    assert command("study", "verify", "package", "--data", "data").code == 0


def test_the_data_folder_of_the_environment_is_searched(
    elsewhere: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODENGINE_DATA", str(elsewhere / "data"))
    assert command("study", "verify", "package").code == 0


def test_each_figure_that_differs_is_named(elsewhere: Path, command: Command) -> None:
    def edit(text: str) -> str:
        result = json.loads(text)
        for figure in result["figures"]:
            if figure["figure"] == "precision" and figure["policy"] == "small" and figure["action"] == "label":
                figure["found"]["value"] = 0.5
        result["outcomes"][0]["verdict"] = "open"
        result["figures"] = [f for f in result["figures"] if f["than"] is None or f["category"] != "fraud"]
        return json.dumps(result)

    sealed(elsewhere / "package", "results.json", edit)
    ran = command("study", "verify", "package", "--data", "data", "--format", "json")
    assert (ran.code, ran.err) == (1, "")
    found = {(d["what"], d["part"]): (d["packed"], d["here"]) for d in json.loads(ran.out)["figure_differences"]}
    assert found.pop(("precision of fraud at label or more, small on shop", "value")) == ("0.5", "1.0")
    assert found.pop(("outcome caught", "verdict")) == ("open", "shown")
    assert found
    assert {(part, sides) for (what, part), sides in found.items() if "difference of fraud" in what} == {
        ("figure", (None, "there"))
    }
    assert "not the same: " in command("study", "verify", "package", "--data", "data").out


def test_rounding_in_the_last_digits_is_no_difference(elsewhere: Path, command: Command) -> None:
    def edit(text: str) -> str:
        result = json.loads(text)
        for figure in result["figures"]:
            figure["found"]["value"] *= 1 + 1e-12
        return json.dumps(result)

    package = elsewhere / "package"
    sealed(package, "results.json", edit)
    for name, text in shown(from_json((package / "results.json").read_bytes(), StudyResult)).items():
        sealed(package, name, lambda _, text=text: text)  # type: ignore[misc]
    assert command("study", "verify", "package", "--data", "data").code == 0


def twice(text: str) -> str:
    """The results with their first figure once more, and another value there."""
    result = json.loads(text)
    first = result["figures"][0]
    result["figures"].insert(0, {**first, "found": {**first["found"], "value": 0.99}})
    return json.dumps(result)


@pytest.mark.parametrize(
    ("name", "edit", "code", "said"),
    [
        ("results.json", twice, 2, "`results.json` has a figure twice"),
        ("results.json", lambda t: t.replace('"value":', '"value": 0.99, "value":', 1), 2, "a key is there twice"),
        ("decisions.csv", lambda t: t.replace("\n", "\n" + t.splitlines()[1] + "\n", 1), 2, "a row is there twice"),
        ("decisions.csv", lambda t: t.replace(",rules", ",action", 1), 2, "one of its columns twice"),
        ("results.json", lambda t: t.replace('"amended": 0', '"amended": 7'), 1, "amended"),
        ("figures.csv", lambda t: t.replace("0.", "0.9", 1), 1, "figures.csv"),
        ("declared.csv", lambda t: t.replace("shown", "open"), 1, "declared.csv"),
        ("report.html", lambda t: t.replace("shown", "open"), 1, "report.html"),
        ("README.txt", lambda t: t.replace("venv repeat", "venv other"), 1, "README.txt"),
        ("requirements.lock", lambda t: f"--index-url https://packages.example\n{t}", 1, "requirements.lock"),
        ("requirements.lock", lambda t: t.replace("modengine==", "modengine==9."), 1, "requirements.lock"),
        ("results.json", lambda t: t.replace('"policy": "small",', '"policy": "other",', 1), 1, "policy"),
        ("results.json", lambda t: t.replace('"rows": 42', '"rows": 43'), 1, "corpora"),
    ],
)
def test_nothing_in_a_package_says_two_things(
    elsewhere: Path, command: Command, name: str, edit: Callable[[str], str], code: int, said: str
) -> None:
    sealed(elsewhere / "package", name, edit)
    ran = command("study", "verify", "package", "--data", "data")
    assert ran.code == code
    assert said in ran.out + ran.err


def test_tables_that_another_version_made_are_not_compared(elsewhere: Path, command: Command) -> None:
    def older(text: str) -> str:
        return text.replace(f'"engine": "{__version__}"', '"engine": "0.0.9"').replace(f"modengine=={__version__}", new)

    new = "modengine==0.0.9"
    for name in ("results.json", "requirements.lock"):
        sealed(elsewhere / "package", name, older)
    for name in ("figures.csv", "report.html", "README.txt"):
        sealed(elsewhere / "package", name, lambda text: text + "\n")
    ran = command("study", "verify", "package", "--data", "data")
    assert ran.code == 0, ran.out
    said = " ".join(ran.out.split())
    assert f"not compared with results.json: modengine 0.0.9 made them, and this is {__version__}" in said
    assert "install 0.0.9 to compare them" in said


def test_in_python_tables_are_compared_too(elsewhere: Path) -> None:
    package = elsewhere / "package"
    sealed(package, "figures.csv", lambda text: text.replace("0.", "0.9", 1))
    result = verify_package(read_package(package), [elsewhere / "data"])
    assert [one.what for one in result.figure_differences] == ["figures.csv"]


def test_a_version_of_a_pin_moves_no_cursor(elsewhere: Path, command: Command) -> None:
    package = elsewhere / "package"
    pin = read_pin(package / "study.pin.json")
    assert pin is not None
    other = msgspec.structs.replace(pin, versions={**pin.versions, "numpy": "1\x1b[31m"})
    other = msgspec.structs.replace(other, digest=digest_of(other))
    sealed(package, "study.pin.json", lambda _: encode_pin(other).decode())
    sealed(package, "results.json", lambda text: text.replace(pin.digest, other.digest))
    for form in ("text", "markdown"):
        ran = command("study", "verify", "package", "--data", "data", "--format", form)
        assert "numpy 1" in ran.out
        assert "\x1b" not in ran.out


def test_each_decision_that_differs_is_named(elsewhere: Path, command: Command) -> None:
    sealed(elsewhere / "package", "decisions.csv", lambda text: text.replace("shop,strict,3,m3,", "shop,strict,3,m03,"))
    ran = command("study", "verify", "package", "--data", "data", "--format", "json")
    assert ran.code == 1
    (one,) = json.loads(ran.out)["decision_differences"]
    assert (one["corpus"], one["policy"], one["row"], one["id"]) == ("shop", "strict", "3", "m03")


def test_a_corpus_that_is_not_here_is_named_with_its_digest(elsewhere: Path, command: Command) -> None:
    data = elsewhere / "data" / "deep" / "renamed.csv"
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    data.write_bytes(data.read_bytes().replace(b"m42,talk", b"m42,lure"))
    ran = command("study", "verify", "package", "--data", "data")
    assert (ran.code, ran.out) == (2, "")
    assert "the corpus `shop` is not here: no file in `data` has the content of `shop.csv`" in ran.err
    assert digest in ran.err
    assert "--data, which may be repeated" in ran.err


@pytest.mark.parametrize(
    ("name", "said"),
    [("policies/small/lures.yaml", "is not as its metadata says"), ("results.json", "is not as its metadata says")],
)
def test_a_file_that_was_changed_is_named(elsewhere: Path, command: Command, name: str, said: str) -> None:
    path = elsewhere / "package" / name
    path.write_bytes(path.read_bytes() + b"\n")
    ran = command("study", "verify", "package", "--data", "data")
    assert (ran.code, ran.out) == (2, "")
    assert f"`{name}` {said}" in ran.err
    path.unlink()
    assert f"`{name}` is missing" in command("study", "verify", "package", "--data", "data").err


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("study.yaml", "at-least: 0.35", "at-least: 0.3", "outcomes.caught.bound was 0.35, is 0.3"),
        ("policies/strict/strict.yaml", "label: 20", "label: 25", "policies.strict: strict.yaml has another content"),
        ("cards/shop.yaml", "none: talk", "none: '*'", "corpora.shop.columns.none"),
        ("study.yaml", "{shop: shop.yaml}", "{shop: shop.yaml, b: shop.yaml}", "names other policies or corpora"),
        ("study.pin.json", '"bound": 0.35', '"bound": 0.3', "was changed after it was made"),
        ("results.json", '"pin": "sha256:', '"pin": "sha256:0', "is of another pin"),
        ("results.json", '"study": "shop-talk"', '"study": 1', "holds no results"),
        ("decisions.csv", "corpus,policy,row", "corpus,policy,line", "holds no decisions"),
    ],
)
def test_a_package_that_is_not_the_pinned_study_is_refused(
    elsewhere: Path, command: Command, name: str, old: str, new: str, said: str
) -> None:
    def edit(text: str) -> str:
        assert text.count(old) == 1
        return text.replace(old, new)

    sealed(elsewhere / "package", name, edit)
    ran = command("study", "verify", "package", "--data", "data")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize(
    ("entity", "said"),
    [
        ({"@id": "../data/deep/renamed.csv"}, "leads out of it"),
        ({"@id": "/etc/hostname"}, "leads out of it"),
        ({"@id": "..%2Fdata%2Fdeep%2Frenamed.csv"}, "leads out of it"),
        ({"@id": "policies"}, "is missing"),
        ({"@id": "a%00b"}, "is missing"),
        ({"@id": "README.txt", "contentSize": "many"}, "cannot be understood"),
        ({"@id": 7}, "cannot be understood"),
        ({"@id": "a\ud800"}, "cannot be understood"),
        ({"@id": "README.txt", "contentSize": float("inf")}, "cannot be understood"),
    ],
)
def test_metadata_that_leads_astray_is_refused(
    elsewhere: Path, command: Command, entity: dict[str, Any], said: str
) -> None:
    path = elsewhere / "package" / METADATA
    crate = json.loads(path.read_text("utf-8"))
    crate["@graph"].append({"@type": "File", "contentSize": "1", "sha256": "0", **entity})
    path.write_text(json.dumps(crate), "utf-8")
    ran = command("study", "verify", "package", "--data", "data")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"@graph": [1]}', b"\xff", b"[" * 100_000])
def test_metadata_that_is_none_is_refused(elsewhere: Path, command: Command, content: bytes) -> None:
    (elsewhere / "package" / METADATA).write_bytes(content)
    ran = command("study", "verify", "package", "--data", "data")
    assert (ran.code, ran.out) == (2, "")
    assert "ME917 package-broken" in ran.err


def test_a_pin_of_a_policy_without_files_is_refused(elsewhere: Path, command: Command) -> None:
    pin = read_pin(elsewhere / "package" / "study.pin.json")
    assert pin is not None
    small = msgspec.structs.replace(pin.policies["small"], files=())
    pin = msgspec.structs.replace(pin, policies={**pin.policies, "small": small})
    pin = msgspec.structs.replace(pin, digest=digest_of(pin))
    sealed(elsewhere / "package", "study.pin.json", lambda _: encode_pin(pin).decode("utf-8"))
    ran = command("study", "verify", "package", "--data", "data")
    assert (ran.code, ran.out) == (2, "")
    assert "has a policy without files" in ran.err


def test_a_link_out_of_a_package_is_refused(elsewhere: Path, command: Command) -> None:
    readme = elsewhere / "package" / "README.txt"
    readme.rename(elsewhere / "readme.txt")
    readme.symlink_to(elsewhere / "readme.txt")
    assert "`README.txt` leads out of it" in command("study", "verify", "package", "--data", "data").err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nowhere", "--data", "data"), "there is no folder `nowhere`"),
        (("data", "--data", "data"), "is no package of a study"),
        (("package", "--data", "nowhere"), "there is no folder `nowhere`"),
        (("package", "--data", "data", "--audit", "nowhere"), "ME951"),
    ],
)
def test_folders_that_are_none_are_said(elsewhere: Path, command: Command, args: tuple[str, ...], said: str) -> None:
    ran = command("study", "verify", *args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_package_goes_into_a_folder_of_its_own(pinned: Path, command: Command) -> None:
    ran = command("study", "pack", pinned, "-o", pinned.parent)
    assert (ran.code, ran.out) == (2, "")
    assert "is not empty" in ran.err
    assert "a file is in the way" in command("study", "pack", pinned, "-o", pinned).err


def test_what_cannot_be_packed_whole_is_not_in_the_way_of_the_next_try(
    pinned: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> AbstractContextManager[None]:
        if path.name == "report.html":
            raise OutputError("ME909", "no space left on device", "make room")
        return said(path)

    folder = pinned.parent / "package"
    with monkeypatch.context() as patched:
        patched.setattr(pack, "said", full)
        assert command("study", "pack", pinned, "-o", folder).code == 2
    assert command("study", "pack", pinned, "-o", folder).code == 0


def test_a_policy_may_use_rules_of_a_folder_above(study: Path, command: Command, tmp_path: Path) -> None:
    (study.parent / "deep").mkdir()
    shutil.move(study.parent / "small.yaml", study.parent / "deep" / "small.yaml")
    change(study.parent / "deep" / "small.yaml", "[lures.yaml]", "[../lures.yaml]")
    change(study, "small: small.yaml", "small: deep/small.yaml")
    assert command("study", "pin", study).code == 0
    package = tmp_path / "package"
    assert command("study", "pack", study, "-o", package).code == 0
    assert (package / "policies" / "small" / "lures.yaml").is_file()
    assert command("study", "verify", package, "--data", study.parent).code == 0


@pytest.fixture(params=["modengine", "acme"])
def installed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """A folder for the shipped rules, or for those of an installed pack, and what rule files call it."""
    folder = tmp_path / "site" / "rules_of_acme"
    folder.mkdir(parents=True)
    if request.param == "modengine":
        for place in ("find", "known"):
            monkeypatch.setattr(f"modengine.policy.packs.{place}.shipped_rules", lambda: folder)
    else:
        monkeypatch.syspath_prepend(str(folder.parent))
        (folder / "__init__.py").touch()
        (folder / "modengine-pack.toml").write_text(ACME, "utf-8")
        metadata = folder.parent / "acme-1.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n", "utf-8")
        (metadata / "entry_points.txt").write_text("[modengine.packs]\nacme = rules_of_acme\n", "utf-8")
        importlib.invalidate_caches()
    return request.param, folder


def test_what_is_installed_is_packed_without_its_place_and_repeated_without_it(
    study: Path, installed: tuple[str, Path], command: Command, tmp_path: Path
) -> None:
    name, folder = installed
    for policy in ("small", "strict"):
        change(study.parent / f"{policy}.yaml", "[lures.yaml]", f"[{name}:lures]")
    shutil.move(study.parent / "lures.yaml", folder)
    assert command("study", "pin", study).code == 0
    study = shutil.move(study.parent, tmp_path / "another" / "machine") / study.name  # the pin still holds there
    package = tmp_path / "package"
    assert command("study", "pack", study, "-o", package).code == 0
    assert (package / "policies" / "small" / "packs" / name / "lures.yaml").is_file()
    names = (package / "study.pin.json").read_text("utf-8"), *map(str, package.rglob("*"))
    assert not [text for text in names if folder.name in text]
    shutil.rmtree(folder.parent)
    ran = command("study", "verify", package, "--data", study.parent)
    assert (ran.code, ran.err) == (0, "")


def test_a_lone_surrogate_in_a_stratum_is_packed_and_repeated(study: Path, command: Command, tmp_path: Path) -> None:
    rows = csv.DictReader(io.StringIO((study.parent / "shop.csv").read_text("utf-8")))
    made = "".join(json.dumps({**row, "part": "ab\ud800"[i % 3]}) + "\n" for i, row in enumerate(rows))
    (study.parent / "shop.jsonl").write_text(made, "utf-8")
    change(study.parent / "shop.yaml", "files: [shop.csv]", "files: [shop.jsonl]\nstratum: part")
    assert command("study", "pin", study).code == 0
    package = tmp_path / "package"
    assert command("study", "pack", study, "-o", package).code == 0
    assert "\\ud800" in (package / "results.json").read_text("utf-8")
    assert command("study", "verify", package, "--data", study.parent).code == 0


def test_places_stay_in_the_folder_of_their_policy() -> None:
    assert places("a", ["x.yaml", "lists/y.txt", "../../z.yaml"]) == (
        "policies/a/up/up/x.yaml", "policies/a/up/up/lists/y.txt", "policies/a/z.yaml",
    )  # fmt: skip


def test_the_log_that_holds_the_pin_is_checked(study: Path, command: Command, tmp_path: Path) -> None:
    log, other, package = tmp_path / "audit", tmp_path / "other", tmp_path / "package"
    assert command("study", "pin", study, "--audit", log).code == 0
    assert command("study", "pack", study, "-o", package).code == 0
    ran = command("study", "verify", package, "--data", study.parent, "--audit", log)
    assert ran.code == 0
    assert "the pin is record #0 of modengine.audit/" in ran.err
    change(study, "at-least: 0.35", "at-least: 0.3")
    assert command("study", "pin", study, "--amend", "why", "--audit", other).code == 0
    refused = command("study", "verify", package, "--data", study.parent, "--audit", other)
    assert (refused.code, refused.out) == (2, "")
    assert "proves no record of the pin" in refused.err
