"""Packs: made, checked, built, installed, and used under a policy of one's own."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

import modengine
from modengine.errors import PolicyError
from modengine.policy.packs.find import GROUP, installed
from tests.commands import Command

SAYING = "恭喜中奖，请先交手续费"
MINE = """\
ruleset: mine
title: Mine
category: fraud
rules:
  - {id: mine.code, title: A code, score: 30, patterns: {code: {words: [验证码]}}, when: code}
"""
OVER = """\
policy: over
title: Over a pack
base: acme-fraud:policy
rulesets: [+ mine.yaml]
overrides: [{rules: ["acme.*"], score: 20}]
"""


def install(wheel: Path, site: Path) -> None:
    """As pip does with a wheel of plain files."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    importlib.invalidate_caches()


def made(command: Command, name: str, namespace: str, needs: str = "") -> Path:
    assert command("pack", "new", name, "--namespace", namespace).code == 0
    with Path(name, "modengine-pack.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(needs)
    return Path(name)


@pytest.fixture
def site(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for installed packages, on the path of Python."""
    folder = here / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def acme(command: Command, site: Path) -> Path:
    """The pack `acme-fraud`, built, installed, and its source gone."""
    made(command, "acme-fraud", "acme")
    assert command("pack", "build", "acme-fraud", "--output", "dist").code == 0
    Path("acme-fraud").rename("source-of-the-pack")
    install(Path("dist/acme_fraud-0.1.0-py3-none-any.whl"), site)
    return site


# ------------------------------------------------------------------ new, check, build


def test_a_new_pack_passes_its_checks_and_its_examples(command: Command) -> None:
    made(command, "acme-fraud", "acme")
    ran = command("pack", "check", "--strict", "acme-fraud")
    summary = "acme-fraud 0.1.0 (CC-BY-4.0), namespace acme, in acme-fraud"
    assert (ran.code, ran.out.splitlines()) == (0, [summary, "0 errors, 0 warnings"])
    assert command("test", "acme-fraud").code == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["Acme Fraud"], "`Acme Fraud` is no name of a pack"),
        (["acme", "--namespace", "a b"], "`a b` is no namespace of a pack"),
        (["modengine"], "`modengine` is no name of a pack"),
        (["acme", "--licence", "free"], "`free` is no licence of a pack"),
        (["../acme"], "`../acme` is no name of a pack"),
        (['a"\n'], "is no name of a pack"),
    ],
)
def test_a_pack_of_no_good_name_is_not_made(command: Command, here: Path, asked: list[str], said: str) -> None:
    ran = command("pack", "new", *asked)
    assert ran.code == 2
    assert said in ran.err
    assert list(here.iterdir()) == []


def test_a_wheel_is_the_same_each_time_and_holds_no_program(command: Command, here: Path) -> None:
    pack = made(command, "acme-fraud", "acme")
    (pack / "setup.py").write_text("raise SystemExit", encoding="utf-8")
    (pack / "LICENSE").write_text("Free.", encoding="utf-8")
    first = command("pack", "build", "acme-fraud")
    wheel = pack / "dist/acme_fraud-0.1.0-py3-none-any.whl"
    data = wheel.read_bytes()
    os.utime(pack / "policy.yaml", (0, 0))
    assert command("pack", "build", "acme-fraud").code == 0
    assert wheel.read_bytes() == data
    assert "left out: setup.py" in first.out
    with zipfile.ZipFile(wheel) as archive:
        package = {name.partition("/")[2] for name in archive.namelist() if name.startswith("modengine_pack_")}
        metadata = archive.read("acme_fraud-0.1.0.dist-info/METADATA").decode().splitlines()
    assert package == {
        "LICENSE", "__init__.py", "lists/prizes.txt", "modengine-pack.toml", "modengine.toml", "policy.yaml",
        "prizes.yaml",
    }  # fmt: skip
    assert metadata[-1].startswith("Rules for modengine")
    assert {"Name: acme-fraud", "License-Expression: CC-BY-4.0", "Requires-Dist: modengine>=0.1.0"} <= set(metadata)


def test_what_an_index_shows_of_a_pack_is_its_readme(command: Command, here: Path) -> None:
    pack = made(command, "acme-fraud", "acme")
    (pack / "README.md").write_text("# Prizes\n\nName: none. 中奖\n", encoding="utf-8")
    assert command("pack", "build", "acme-fraud").code == 0
    with zipfile.ZipFile(pack / "dist/acme_fraud-0.1.0-py3-none-any.whl") as archive:
        metadata = message_from_bytes(archive.read("acme_fraud-0.1.0.dist-info/METADATA"))
    assert metadata.get_all("Name") == ["acme-fraud"]
    assert metadata["Description-Content-Type"].startswith("text/markdown")
    assert metadata.get_payload(decode=True) == (pack / "README.md").read_bytes()


def test_a_pack_with_an_error_is_not_built(command: Command, here: Path) -> None:
    pack = made(command, "acme-fraud", "acme")
    rules = pack / "prizes.yaml"
    rules.write_text(rules.read_text("utf-8").replace("acme.prize\n", "other.prize\n"), encoding="utf-8")
    assert command("pack", "check", "acme-fraud").code == 1
    ran = command("pack", "build", "acme-fraud")
    assert ran.code == 2
    assert "ME312 pack-does-not-fit]: the rule `other.prize` is outside the namespace" in ran.err
    assert not (pack / "dist").exists()


@pytest.mark.parametrize("asked", ["check", "build"])
def test_a_broken_manifest_is_told_with_its_place(command: Command, here: Path, asked: str) -> None:
    (here / "pack").mkdir()
    (here / "pack/modengine-pack.toml").write_text('name = "x"\nversion = 1\n[needs', encoding="utf-8")
    ran = command("pack", asked, "pack")
    assert ran.code == (1 if asked == "check" else 2)
    said = (ran.out + ran.err).replace("\\", "/")
    assert said.count("pack/modengine-pack.toml:3:1: error[ME114 malformed-toml]") == 1


def test_what_is_wrong_with_a_manifest_is_told_once(command: Command, here: Path) -> None:
    pack = made(command, "acme-fraud", "acme", 'nobody-has-this = ">=1"\n')
    assert command("pack", "check", "acme-fraud").out.count("nobody-has-this` installed") == 1
    (pack / "modengine-pack.toml").write_bytes(b"\xff\xfe")
    assert command("pack", "check", "acme-fraud").out.count("ME104") == 1


@pytest.mark.parametrize(
    ("written", "instead", "code"),
    [
        ('"0.1.0"', f'"{"9" * 5000}"', "ME205"),
        ("modengine = ", f'modengine = "<{"9" * 5000}" # ', "ME312"),
        ("modengine = ", f"modengine = {'9' * 5000} # ", "ME114"),
    ],
)
def test_a_number_that_is_too_long_to_read_is_told(
    command: Command, here: Path, written: str, instead: str, code: str
) -> None:
    manifest = made(command, "acme-fraud", "acme") / "modengine-pack.toml"
    manifest.write_text(manifest.read_text("utf-8").replace(written, instead), encoding="utf-8")
    ran = command("pack", "check", "acme-fraud")
    assert (ran.code, code in ran.out) == (1, True)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", [b"a\xff.txt", b"a:b.txt", b"con.md"])
def test_a_name_that_not_every_system_has_is_told(command: Command, here: Path, name: bytes) -> None:
    made(command, "acme-fraud", "acme")
    Path("acme-fraud", os.fsdecode(name)).touch()
    ran = command("pack", "build", "acme-fraud")
    assert (ran.code, "is not a name for every system" in ran.err) == (2, True)


def test_a_folder_without_a_manifest_is_no_pack(command: Command) -> None:
    ran = command("pack", "check")
    assert ran.code == 2
    assert "`.` is no pack: it has no `modengine-pack.toml`" in ran.err
    assert command("pack", "check", "nosuch").err.endswith("name its folder: `./nosuch`\n")


# ------------------------------------------------------------------ use


def test_an_installed_pack_is_used_by_its_name(command: Command, acme: Path) -> None:
    ran = command("explain", "--policy", "acme-fraud:policy", SAYING)
    assert ran.code == 0
    assert "acme.prize" in ran.out
    assert "fraud: 50 points" in ran.out
    assert command("pack", "check", "acme-fraud").code == 0


def test_a_policy_changes_an_installed_pack_and_adds_to_it(command: Command, here: Path, acme: Path) -> None:
    (here / "mine.yaml").write_text(MINE, encoding="utf-8")
    (here / "over.yaml").write_text(OVER, encoding="utf-8")
    decision = modengine.load("over.yaml").decide(f"{SAYING}，验证码")
    assert {hit.rule: hit.points for hit in decision.hits} == {"acme.prize": 20, "mine.code": 30}
    assert command("check", "over.yaml").code == 0


def test_the_revision_is_the_same_wherever_a_pack_lies(command: Command, here: Path, acme: Path) -> None:
    (here / "mine.yaml").write_text(MINE, encoding="utf-8")
    (here / "over.yaml").write_text(OVER, encoding="utf-8")
    (here / "by-path.yaml").write_text(OVER.replace("acme-fraud:", "./source-of-the-pack:"), encoding="utf-8")
    assert modengine.load("over.yaml").revision == modengine.load("by-path.yaml").revision


def test_another_pack_of_the_name_is_found_at_once(command: Command, here: Path, acme: Path) -> None:
    (here / "mine.yaml").write_text(MINE, encoding="utf-8")
    (here / "over.yaml").write_text(OVER, encoding="utf-8")
    assert "中奖" in command("explain", "--policy", "over.yaml", SAYING).out
    acme.rename(here / "elsewhere")  # it is still whole, and no longer installed
    ran = command("explain", "--policy", "over.yaml", SAYING)
    assert ran.code == 2
    assert "ME311 unknown-pack]: there is no pack `acme-fraud` installed" in ran.err


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("acme-fruad:policy", "there is no pack `acme-fruad` installed; did you mean `acme-fraud`?"),
        ("acme-fraud:polcy", "`acme-fraud` 0.1.0 has no policy or ruleset `polcy`; did you mean `policy`?"),
        ("./nowhere:policy", "`./nowhere` is no pack: it has no `modengine-pack.toml`"),
    ],
)
def test_a_mistaken_name_is_told(command: Command, acme: Path, named: str, said: str) -> None:
    ran = command("explain", "--policy", named, "x")
    assert ran.code == 2
    assert said in ran.err


def test_python_loads_a_policy_of_a_pack(acme: Path) -> None:
    assert modengine.load("acme-fraud:policy").decide(SAYING).action == "review"
    with pytest.raises(PolicyError, match="ME311"):
        modengine.load("acme-fruad:policy")


def test_a_pack_from_a_folder_of_wheels_is_used_over_the_shipped_policy(
    command: Command, here: Path, site: Path
) -> None:
    made(command, "acme-fraud", "acme")
    command("pack", "build", "acme-fraud", "-o", "index")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--find-links", "index"]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("no pip here")
    subprocess.run([*pip, "--target", str(site), "--upgrade", "acme-fraud>=0.1"], check=True, timeout=120)
    importlib.invalidate_caches()
    (here / "over.yaml").write_text(
        "policy: over\ntitle: Over ours\nbase: modengine:campaign-2014\nrulesets: [+ acme-fraud:prizes]\n",
        encoding="utf-8",
    )
    hits = {hit.rule for hit in modengine.load("over.yaml").decide(SAYING).hits}
    assert "acme.prize" in hits
    assert any(not rule.startswith("acme.") for rule in hits)


def test_a_pack_that_is_named_by_the_path_of_its_file_is_one_too(command: Command, here: Path) -> None:
    pack = made(command, "acme-fraud", "acme")
    (here / "mine.yaml").write_text(MINE, encoding="utf-8")
    (pack / "policy.yaml").write_text("policy: p\ntitle: P\nrulesets: [../mine.yaml]\n", encoding="utf-8")
    (here / "over.yaml").write_text("policy: over\ntitle: Over\nbase: acme-fraud/policy.yaml\n", encoding="utf-8")
    assert "ME205 bad-value]: `../mine.yaml` lies outside the pack `acme-fraud`" in command("check", "over.yaml").out


# ------------------------------------------------------------------ what does not fit


def installed_needing(command: Command, site: Path, needs: str) -> None:
    made(command, "over-acme", "over", needs)
    Path("over-acme/policy.yaml").write_text(
        "policy: over\ntitle: Over\nbase: acme-fraud:policy\nrulesets: [+ prizes.yaml]\n", encoding="utf-8"
    )


def test_a_pack_may_start_from_another_that_it_needs(command: Command, acme: Path) -> None:
    installed_needing(command, acme, 'acme-fraud = ">=0.1,<1"\n')
    assert command("pack", "check", "over-acme").code == 0
    rules = [rule.id for rule in modengine.load("over-acme/policy.yaml").policy.rules]
    assert rules == ["acme.prize", "over.prize"]


def test_a_version_that_does_not_fit_is_told_with_its_place(command: Command, acme: Path) -> None:
    installed_needing(command, acme, 'acme-fraud = ">=2"\n')
    ran = command("pack", "check", "over-acme")
    assert ran.code == 1
    wanted = (
        "modengine-pack.toml:8:1: error[ME312 pack-does-not-fit]: the pack `over-acme` 0.1.0 needs `acme-fraud` >=2"
    )
    assert f"{wanted}, and 0.1.0 is installed" in ran.out
    with pytest.raises(PolicyError, match="ME312"):
        modengine.load("over-acme/policy.yaml")


def test_a_pack_names_no_other_that_it_does_not_need(command: Command, acme: Path) -> None:
    installed_needing(command, acme, "")
    ran = command("pack", "check", "over-acme")
    assert ran.code == 1
    assert "policy.yaml:3:7: error[ME312 pack-does-not-fit]: the pack `over-acme` does not need `acme-fraud`" in ran.out


def test_two_installed_packs_of_one_name_are_told(command: Command, acme: Path) -> None:
    other = acme / "zzz-1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: zzz\nVersion: 1\n", encoding="utf-8")
    (other / "entry_points.txt").write_text("[modengine.packs]\nacme-fraud = zzz\n", encoding="utf-8")
    ran = command("explain", "--policy", "acme-fraud:policy", "x")
    assert ran.code == 2
    assert "ME312 pack-does-not-fit]: there are two packs `acme-fraud`" in ran.err


def test_nothing_of_an_installed_package_is_run(command: Command, acme: Path) -> None:
    (acme / "modengine_pack_acme_fraud/__init__.py").write_text("raise SystemExit('run')", encoding="utf-8")
    assert command("explain", "--policy", "acme-fraud:policy", SAYING).code == 0


@pytest.mark.parametrize("left", [b"[modengine.packs]\nbroken", b"\xff\xfe"])
def test_what_an_interrupted_install_left_hinders_no_other_pack(command: Command, acme: Path, left: bytes) -> None:
    broken = acme / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", encoding="utf-8")
    (broken / "entry_points.txt").write_bytes(left)
    assert command("explain", "--policy", "acme-fraud:policy", SAYING).code == 0
    assert "there is no pack `broken` installed" in command("pack", "check", "broken").err


def test_an_older_install_behind_a_pack_does_not_claim_its_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As below a user's own packages: the first on the path is the one that is imported."""
    for folder, name, module in (("new", "acme-fraud", "acme_new"), ("old", "Acme_Fraud", "acme_old")):
        about = tmp_path / folder / f"acme_fraud-{len(folder)}.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(f"[{GROUP}]\nacme = {module}\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "new"), str(tmp_path / "old"), *sys.path])
    assert [entry.value for entry in installed()["acme"]] == ["acme_new"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_does_not_lead_out_of_a_pack(command: Command, here: Path) -> None:
    made(command, "acme-fraud", "acme")
    (here / "secret.yaml").write_text(MINE, encoding="utf-8")
    (here / "acme-fraud/out.yaml").symlink_to(here / "secret.yaml")
    (here / "over.yaml").write_text(
        "policy: over\ntitle: Over\nrulesets: [./acme-fraud:out]\nactions: {fraud: {label: 1}}\n", encoding="utf-8"
    )
    ran = command("check", "over.yaml")
    assert ran.code == 1
    assert "ME205 bad-value]: `./acme-fraud:out` lies outside the pack `acme-fraud`" in ran.out


# ------------------------------------------------------------------ reliefs for what is not there


@pytest.mark.parametrize("status", ["stable", "test"])
def test_a_relief_for_an_absent_category_takes_nothing_by_either_engine(here: Path, status: str) -> None:
    (here / "p.yaml").write_text("policy: p\ntitle: P\nrulesets: [mine.yaml]\n", encoding="utf-8")
    relief = (
        f"  - {{id: mine.teacher, title: T, status: {status}, relieve: {{category: rumour, by: 9}}, "
        "patterns: {t: {words: [老师]}}, when: t}\n"
    )
    (here / "mine.yaml").write_text(MINE + relief, encoding="utf-8")
    engine = modengine.load("p.yaml")
    decision = engine.decide("老师要验证码")
    assert decision.categories["fraud"].score == 30
    assert decision == engine.trace("老师要验证码").decision


def test_a_ruleset_of_reliefs_alone_is_not_blamed_for_its_category(command: Command, here: Path) -> None:
    (here / "mine.yaml").write_text(
        "ruleset: mine\ntitle: Mine\nclauses: {C: What warns.}\nrules:\n"
        "  - {id: mine.t, title: T, clause: C, relieve: {category: rumour, by: 9}, patterns: {t: {words: [老师]}}, "
        "when: t, examples: {match: [老师], pass: [加油]}}\n",
        encoding="utf-8",
    )
    assert command("check", "mine.yaml").out == "0 errors, 0 warnings\n"


# ------------------------------------------------------------------ versions, and commands that take files


@pytest.mark.parametrize("asked", [["check", "--strict"], ["test"]])
@pytest.mark.parametrize("named", ["acme-fraud:policy", "acme-fraud:prizes@>=0.1,<1"])
def test_an_installed_policy_is_checked_and_its_examples_are_tried(
    command: Command, acme: Path, asked: list[str], named: str
) -> None:
    ran = command(*asked, named)
    assert ran.code == 0
    assert "0 errors, 0 warnings" in ran.out or "5 of 5 examples hold" in ran.out


@pytest.mark.parametrize("asked", ["check", "test"])
@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("acme-fruad:policy", "there is no pack `acme-fruad` installed; did you mean `acme-fraud`?"),
        ("acme-fraud:polcy", "has no policy or ruleset `polcy`; did you mean `policy`?"),
        ("acme-fraud:policy@>=2", "`acme-fraud:policy@>=2` wants `acme-fraud` >=2, and this is 0.1.0"),
        ("acme-fraud:policy@", "`` names no versions of `acme-fraud`"),
        ("campaing-2014", "there is no file `campaing-2014`, and no shipped policy of that name"),
        ("nowhere.yaml", "Path 'nowhere.yaml' does not exist"),
        ("", "Path '' does not exist"),
    ],
)
def test_what_is_not_there_is_neither_checked_nor_tried(
    command: Command, acme: Path, asked: str, named: str, said: str
) -> None:
    ran = command(asked, named)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize(
    ("base", "code", "said"),
    [
        ("acme-fraud:policy@>=0.1", 0, "0 errors"),
        ("acme-fraud:policy@~=0.1.0", 0, "0 errors"),
        ("acme-fraud:policy@==0.2", 1, "over.yaml:3:7: error[ME312 pack-does-not-fit]"),
        ("./source-of-the-pack:policy@>1", 1, "wants `acme-fraud` >1, and this is 0.1.0"),
        ("acme-fraud:policy@2", 1, "over.yaml:3:7: error[ME205 bad-value]: `2` names no versions"),
    ],
)
def test_a_policy_says_which_versions_of_a_pack_it_takes(
    command: Command, here: Path, acme: Path, base: str, code: int, said: str
) -> None:
    (here / "mine.yaml").write_text(MINE, encoding="utf-8")
    (here / "over.yaml").write_text(OVER.replace("acme-fraud:policy", base), encoding="utf-8")
    ran = command("check", "over.yaml")
    assert ran.code == code
    assert said in ran.out


def test_a_base_that_does_not_fit_is_all_that_is_told(command: Command, here: Path, acme: Path) -> None:
    (here / "mine.yaml").write_text(MINE, encoding="utf-8")
    (here / "over.yaml").write_text(OVER.replace("fraud:policy", "fraud:policy@>=9"), encoding="utf-8")
    assert "1 error, 0 warnings" in command("check", "over.yaml").out


def test_a_ruleset_of_a_pack_is_taken_in_some_versions(command: Command, here: Path, acme: Path) -> None:
    policy = "policy: over\ntitle: Over\nrulesets: ['acme-fraud:prizes@>=0.1,<{}']\n"
    (here / "over.yaml").write_text(policy.format("1"), encoding="utf-8")
    assert modengine.load("over.yaml").decide(SAYING).hits
    (here / "over.yaml").write_text(policy.format("0.1"), encoding="utf-8")
    with pytest.raises(PolicyError, match="ME312"):
        modengine.load("over.yaml")


# ------------------------------------------------------------------ the shipped rules, named as a pack is


def test_the_shipped_rules_are_named_as_those_of_a_pack(command: Command, here: Path) -> None:
    (here / "study.yaml").write_text(
        "policy: study\ntitle: A study\nbase: modengine:campaign-2014@>=0.1\nstudy: true\n", encoding="utf-8"
    )
    (here / "alone.yaml").write_text("policy: alone\ntitle: Alone\nrulesets: [modengine:rumour]\n", encoding="utf-8")
    assert command("check", "study.yaml").code == 0
    ids = [rule.id for rule in modengine.load("alone.yaml").policy.rules]
    assert ids
    assert all(name.startswith("rumour.") for name in ids)
    assert command("explain", "--policy", "modengine:campaign-2014", SAYING).code == 0


def test_what_others_keep_is_not_told_to_whoever_builds_upon_it(command: Command, here: Path) -> None:
    pack = made(command, "acme-fraud", "acme")
    rules = (pack / "prizes.yaml").read_text("utf-8")
    (pack / "prizes.yaml").write_text(rules.replace("    clause:", "    # clause:"), encoding="utf-8")
    (here / "over.yaml").write_text(
        "policy: over\ntitle: Over\nbase: modengine:campaign-2014\nrulesets: [+ ./acme-fraud:prizes]\n",
        encoding="utf-8",
    )
    assert command("check", "over.yaml").out == "0 errors, 0 warnings\n"
    assert "ME804" in command("pack", "check", "acme-fraud").out
    (pack / "prizes.yaml").write_text(rules.replace("when:", "wen:"), encoding="utf-8")
    assert "ME201" in command("check", "over.yaml").out


def test_a_pack_may_start_from_the_shipped_policy(command: Command, here: Path) -> None:
    pack = made(command, "acme-fraud", "acme")
    (pack / "policy.yaml").write_text(
        "policy: acme\ntitle: Ours\nbase: modengine:campaign-2014\nrulesets: [+ prizes.yaml]\n", encoding="utf-8"
    )
    assert command("pack", "check", "acme-fraud").code == 0


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("modengine:campaing-2014", "has no policy or ruleset `campaing-2014`; did you mean `campaign-2014`?"),
        ("modengine:campaign-2014@>=99", "wants `modengine` >=99, and this is"),
    ],
)
def test_shipped_rules_that_are_not_there_are_told(command: Command, here: Path, base: str, said: str) -> None:
    (here / "study.yaml").write_text(f"policy: study\ntitle: A study\nbase: {base}\n", encoding="utf-8")
    ran = command("check", "study.yaml")
    assert ran.code == 1
    assert said.partition(";")[0] in ran.out
    assert said.partition("; ")[2] in ran.out
    ran = command("explain", "--policy", base, "x")
    assert ran.code == 2
    assert said in ran.err or "wants" in ran.err


# ------------------------------------------------------------------ what was decided is decided again


def recorded(command: Command, here: Path, policy: str) -> None:
    (here / "mine.yaml").write_text(MINE, encoding="utf-8")
    (here / "over.yaml").write_text(policy, encoding="utf-8")
    (here / "messages.txt").write_text(f"{SAYING}，验证码\n", encoding="utf-8")
    assert command("scan", "messages.txt", "--policy", "over.yaml", "--output", "o.jsonl", "--keep-text").code == 0


def test_decisions_by_a_pack_are_made_again_after_it_is_gone(command: Command, here: Path, acme: Path) -> None:
    recorded(command, here, OVER)
    acme.rename(here / "elsewhere")
    ran = command("audit", "replay")
    assert (ran.code, ran.out) == (0, "1 decision: 1 came out the same, 0 otherwise\n")


def test_decisions_over_the_shipped_rules_are_made_again_by_those_of_then(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = here / "shipped"
    shipped.mkdir()
    ours = "policy: ours\ntitle: Ours\nrulesets: [prizes.yaml]\nactions: {fraud: {label: 30}}\n"
    (shipped / "ours.yaml").write_text(ours, encoding="utf-8")
    (shipped / "prizes.yaml").write_text(MINE.replace("mine", "prizes").replace("验证码", "中奖"), encoding="utf-8")
    monkeypatch.setattr("modengine.policy.packs.known.shipped_rules", lambda: shipped)
    over = "policy: over\ntitle: Over\nbase: modengine:ours@>=0.1\nrulesets: [+ mine.yaml]\n"
    (here / "mine").mkdir()
    monkeypatch.chdir(here / "mine")
    recorded(command, Path(), over)
    (shipped / "prizes.yaml").write_text(MINE.replace("mine", "prizes").replace("30", "99"), encoding="utf-8")
    assert command("audit", "replay").out == "1 decision: 1 came out the same, 0 otherwise\n"
