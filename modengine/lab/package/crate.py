"""What a package says of itself, as an RO-Crate: JSON-LD that repositories of research data read.

Source: RO-Crate Metadata Specification 1.1 (S. Soiland-Reyes and others, Packaging research artefacts with RO-Crate,
Data Science 5, 2022), and its profile Process Run Crate 0.5 for what was run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from modengine.explain.json import as_json
from modengine.lab.data.stamp import CorpusStamp
from modengine.lab.study.model import Study
from modengine.lab.study.pin import Pin
from modengine.lab.study.run import StudyResult
from modengine.lab.study.versions import python

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
SOFTWARE = "#modengine"
_FORMS = {
    "json": "application/json", "csv": "text/csv", "yaml": "application/yaml", "html": "text/html",
}  # fmt: skip
"""By suffix; others are plain text."""
Entity = dict[str, Any]


def metadata(study: Study, pin: Pin, result: StudyResult, files: Mapping[str, bytes], time: str) -> bytes:
    """`ro-crate-metadata.json` for these files; `time` is when the package was made."""
    authors = [{"@id": f"#author-{n}", "@type": "Person", "name": name} for n, name in enumerate(study.authors, 1)]
    references = [{"@id": author["@id"]} for author in authors]
    corpora = [_corpus(stamp, pin) for stamp in result.stamp.corpora]
    licence = study.licence or "none stated: all rights reserved"
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": study.title or study.name,
        "description": _description(study, result),
        "identifier": pin.digest,
        "datePublished": time,
        "license": {"@id": "#licence"},
        **({"author": references if len(references) > 1 else references[0]} if references else {}),
        "conformsTo": {"@id": PROFILE},
        "hasPart": [{"@id": quote(name)} for name in files],
        "mentions": [{"@id": "#run"}, *({"@id": corpus["@id"]} for corpus in corpora)],
    }
    run: Entity = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "modengine study",
        "description": result.stamp.command,
        "endTime": time,
        "instrument": {"@id": SOFTWARE},
        **({"agent": references[0]} if references else {}),
        "object": [
            *({"@id": quote(name)} for name in files if name.startswith(("study.", "policies/", "cards/", "coded/"))),
            *({"@id": corpus["@id"]} for corpus in corpora),
        ],
        "result": [{"@id": name} for name in ("results.json", "figures.csv", "declared.csv", "decisions.csv")],
    }
    about: Entity = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": SPECIFICATION},
        "about": {"@id": "./"},
    }
    graph = [
        about,
        root,
        *(_file(name, data) for name, data in files.items()),
        *corpora,
        *authors,
        {"@id": "#licence", "@type": "CreativeWork", "name": licence, "description": "The licence of this package."},
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        run,
        _software(result),
    ]
    terms = {"sha256": "https://schema.org/sha256"}
    crate = {"@context": [f"{SPECIFICATION}/context", terms], "@graph": graph}
    return (as_json(crate) + "\n").encode("utf-8")


def _description(study: Study, result: StudyResult) -> str:
    asked = " ".join(study.questions.values())
    declared = f"{len(result.outcomes)} declared outcomes and {len(result.figures)} figures of {len(result.policies)}"
    held = "It holds decisions and figures, and no text of a corpus."
    return " ".join(filter(None, (asked, f"{declared} policies, pinned {result.pinned}.", held, study.note)))


def _file(name: str, data: bytes) -> Entity:
    return {
        "@id": quote(name),
        "@type": "File",
        "name": name,
        "encodingFormat": _FORMS.get(name.rpartition(".")[2], "text/plain"),
        "contentSize": str(len(data)),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _corpus(corpus: CorpusStamp, pin: Pin) -> Entity:
    """A corpus that is not in the package: what it is, and by what it is known."""
    files = ", ".join(
        f"{file.name} ({file.size} bytes, SHA-256 {file.sha256})" for file in pin.corpora[corpus.name].files
    )
    found = {
        "@id": f"#corpus-{quote(corpus.name)}",
        "@type": "CreativeWork",
        "name": corpus.title or corpus.name,
        "identifier": corpus.digest,
        "description": f"{corpus.rows} rows measured. Not in this package; its files: {files}. {corpus.note}".strip(),
        "license": corpus.licence,
        "isBasedOn": corpus.source,
    }
    return {key: value for key, value in found.items() if value}


def _software(result: StudyResult) -> Entity:
    return {
        "@id": SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "modengine",
        "softwareVersion": result.engine,
        "softwareRequirements": {"@id": "requirements.lock"},
        "runtimePlatform": python(),
    }
