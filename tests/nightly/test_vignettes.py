"""The vignettes run on rows that `eval --rows` wrote, each in its program, and tell what is in the rows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from pyarrow import csv

from modengine.cli.main import run as main
from modengine.run.write.codebook import beside
from tests.paths import DOCS, ROOT

VIGNETTES = DOCS / "vignettes"
STATA = next((found for name in ("stata-mp", "stata-se", "stata") if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of the samples in every form: the channel a stratum, the kind of message a cluster."""
    folder = tmp_path_factory.mktemp("rows")
    card = ROOT / "samples" / "cards" / "samples.yaml"
    for form in ("csv", "parquet", "arrow"):
        made = ("--stratum", "channel", "--cluster", "kind", "--rows", str(folder / f"rows.{form}"))
        assert main(["eval", "campaign-2014", str(card), *made, "-o", str(folder / "eval.json")]) == 0
    return folder


def ran(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def expected(rows: Path) -> tuple[int, int, int]:
    frame = pd.read_parquet(rows / "rows.parquet")
    harmful = frame[frame["label"] != "none"]
    return len(harmful), int(harmful["acted"].sum()), harmful["cluster"].nunique()


def commonest(rows: Path) -> str:
    frame = pd.read_parquet(rows / "rows.parquet")
    return str(frame[frame["label"] != "none"].explode("hits")["hits"].value_counts().index[0])


def told(output: str) -> tuple[int, ...]:
    """The counts in the first line that a vignette prints."""
    return tuple(int(number) for number in re.findall(r"\d+", output.splitlines()[0]))


def has_lme4() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('lme4', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, timeout=120, check=False).returncode == 0


def test_r_fits_a_mixed_model(rows: Path) -> None:
    if not has_lme4():
        pytest.skip("R with lme4 is not here: apt-get install r-base-core r-cran-lme4")
    output = ran("Rscript", VIGNETTES / "rows.R", rows / "rows.csv")
    assert told(output) == expected(rows)
    assert re.search(r"^channel\w+ +[\d.]+ +[\d.]+ +[\d.]+$", output, re.M)
    assert "spread of the clusters" in output
    assert commonest(rows) in output


def test_r_and_python_find_the_same_odds(rows: Path) -> None:
    """Where the clusters have no spread, as in the samples, the mixed model is the logistic regression."""
    if not has_lme4():
        pytest.skip("R with lme4 is not here: apt-get install r-base-core r-cran-lme4")
    mixed = ran("Rscript", VIGNETTES / "rows.R", rows / "rows.csv")
    assert "log odds: 0 " in mixed
    simple = ran(sys.executable, VIGNETTES / "rows.py", rows / "rows.parquet")
    odds = [re.findall(r"^(?:\(Intercept\)|const|channel\w+|length) +([\d.]+)", text, re.M) for text in (mixed, simple)]
    assert len(odds[0]) == 4
    assert odds[0] == odds[1]


def test_r_estimates_what_an_independent_program_does(rows: Path) -> None:
    """Without clusters, `glm` of R and of statsmodels agree on the same rows: nothing is lost on the way."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not here: apt-get install r-base-core")
    script = (
        f"d <- read.csv({str(rows / 'rows.csv')!r}, encoding = 'UTF-8', na.strings = '');"
        "d <- subset(d, label != 'none');"
        "cat(coef(glm(acted ~ log(characters), data = d, family = binomial)))"
    )
    found = [float(number) for number in ran("Rscript", "-e", script).split()]
    frame = pd.read_parquet(rows / "rows.parquet")
    harmful = frame[frame["label"] != "none"]
    design = sm.add_constant(np.log(harmful["characters"]))
    fit = sm.GLM(harmful["acted"].astype(int), design, family=sm.families.Binomial()).fit()
    assert found == pytest.approx(list(fit.params), rel=1e-4)


def test_pandas_reads_the_rows(rows: Path) -> None:
    output = ran(sys.executable, VIGNETTES / "rows.py", rows / "rows.parquet")
    assert told(output) == expected(rows)
    assert commonest(rows) in output


def test_the_csv_is_one_that_stata_can_hold(rows: Path, tmp_path: Path) -> None:
    """Written as a file of Stata by pandas, which refuses or renames what Stata would not take, and read back."""
    frame = pd.read_csv(rows / "rows.csv", dtype={"id": str}).dropna(axis=1, how="all")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a name that is reserved, or too long, is renamed with a warning
        frame.to_stata(tmp_path / "rows.dta", write_index=False, version=118)
    back = pd.read_stata(tmp_path / "rows.dta")
    assert list(back.columns) == list(frame.columns)
    assert (len(back), int(back["acted"].sum())) == (len(frame), int(frame["acted"].sum()))


def test_base_r_and_arrow_read_the_csv_alike(rows: Path) -> None:
    frame = pd.read_csv(rows / "rows.csv")
    assert (csv.read_csv(rows / "rows.csv").num_rows, csv.read_csv(rows / "rows.csv").num_columns) == frame.shape
    if shutil.which("Rscript") is None:
        pytest.skip("R is not here: apt-get install r-base-core")
    asked = "d <- read.csv(commandArgs(TRUE)[1], fileEncoding='UTF-8'); cat(nrow(d), ncol(d), sum(d$acted))"
    output = ran("Rscript", "-e", asked, rows / "rows.csv")
    assert told(output) == (*frame.shape, int(frame["acted"].sum()))


def test_stata_reads_the_rows(rows: Path, tmp_path: Path) -> None:
    if STATA is None:
        pytest.skip("Stata is not here")
    shutil.copy(VIGNETTES / "rows.do", tmp_path)
    subprocess.run([STATA, "-b", "do", "rows.do", str(rows / "rows.csv")], cwd=tmp_path, timeout=600, check=True)
    log = (tmp_path / "rows.log").read_text("utf-8", "replace")
    assert not re.search(r"^r\(\d+\);", log, re.M), log
    assert re.search(rf"^ *{expected(rows)[0]}$", log, re.M)


def test_polars_reads_both_forms_alike(rows: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars is not here: pip install polars")
    frame = polars.read_parquet(rows / "rows.parquet")
    assert frame.equals(polars.read_ipc(rows / "rows.arrow"))
    assert frame["hits"].list.len().sum() == len(frame.explode("hits")["hits"].drop_nulls())


def test_frictionless_finds_every_cell_as_the_codebook_says(rows: Path) -> None:
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not here: pip install frictionless")
    report = frictionless.validate(str(beside(rows / "rows.csv")))
    assert report.valid, report.flatten(["type", "message"])
