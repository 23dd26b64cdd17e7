"""A child process that compiles and runs what a student wrote.

It greets with an empty answer when it is ready, reads one request a line on standard input and
answers with a line `STATUS LENGTH` and so many bytes of JSON.  Its address space is bounded where
the system can do that, as are the seconds of processor of each request (`seconds`), for on a busy machine a sound one
takes many times as long; time itself is bounded by the parent, which ends it, and where that is gone by the system.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from modengine.errors import AuditError, MessageError, PolicyError
from modengine.play.jobs.jobs import JOBS, Bench, NeedError
from modengine.play.limits import LONGEST_JOB, MEMORY, MOST_ANSWER
from modengine.run.write.results import to_json

NEED = 449
"""The status by which a worker asks for the files of a rule set."""


def bound() -> None:
    """Bounds the address space of this process, writes no core, and forks nothing."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  (no such module on Windows)

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))  # the server's is smaller
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # macOS refuses what is less than a process has reserved at its start
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def answer(bench: Bench, request: dict[str, Any]) -> tuple[int, bytes]:
    """The status and the JSON of the answer to a request."""
    from modengine.play.jobs.audit import AUDIT_JOBS  # noqa: PLC0415  (after the limits are set)
    from modengine.play.jobs.editing import EDITING_JOBS  # noqa: PLC0415

    job = {**JOBS, **AUDIT_JOBS, **EDITING_JOBS}.get(request.get("job", ""))
    if job is None:
        return 404, to_json({"error": "there is no such job"})
    try:
        found = to_json(job(bench, request))
    except NeedError as error:
        return NEED, to_json({"need": str(error)})
    except MessageError as error:
        return 422, to_json({"error": error.message, "code": error.code})
    except AuditError as error:
        return 409, to_json({"error": error.message, "code": error.code, "hint": error.hint})
    except PolicyError as error:
        return 422, to_json({"error": "; ".join(diagnostic.message for diagnostic in error.diagnostics[:3])})
    except (ValueError, KeyError, TypeError) as error:
        return 422, to_json({"error": str(error)[:400] or type(error).__name__})
    except ModuleNotFoundError as error:
        extra = "audit" if (error.name or "").partition(".")[0] in ("cryptography", "duckdb") else "lab"
        said = f"this panel needs {error.name}: pip install 'modengine[{extra}]', and start the page again"
        return 501, to_json({"error": said, "code": "extra", "hint": f"pip install 'modengine[{extra}]'"})
    except MemoryError:
        return 413, to_json({"error": "this needs more memory than the page gives to one rule set"})
    except RecursionError:
        return 413, to_json({"error": "this is nested too deeply"})
    except Exception as error:  # a bug: the worker goes on for the others
        return 500, to_json({"error": f"an unexpected error, and so a bug: {type(error).__name__}", "code": "bug"})
    if len(found) > MOST_ANSWER:
        return 413, to_json({"error": "the answer would be too long"})
    return 200, found


def serve(requests: IO[bytes], answers: IO[bytes], logs: Path | None) -> None:
    """Answers requests until there are no more."""
    bench = Bench(logs=logs)
    answers.write(b"200 0\n")
    answers.flush()
    for line in requests:
        request = json.loads(line)
        _end_in(LONGEST_JOB, request.pop("seconds", 0))
        status, body = answer(bench, request)
        _end_in(0, 0)
        answers.write(b"%d %d\n" % (status, len(body)))
        answers.write(body)
        answers.flush()


def _end_in(seconds: float, of_processor: float) -> None:
    """Has the system end this process later; 0 for never.  No Python code needs to run for it."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
        signal.setitimer(signal.ITIMER_PROF, of_processor)


def main() -> None:
    bound()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints by mistake does not stand among the answers
    serve(sys.stdin.buffer, out, Path(sys.argv[1]) if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    main()
