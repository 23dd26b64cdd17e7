"""A process that works for another: over a pipe come its work, then blocks or tasks; back go the results in order."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import traceback
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

from modengine.errors import ModengineError
from modengine.run.read.blocks import Block
from modengine.run.work.work import Done, Work


def serve(pipe: Connection) -> None:
    """Until the other end is closed, by its process or with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    received: SimpleQueue[Any] = SimpleQueue()
    end = ExitStack()
    Thread(target=_listen, args=(pipe, received, end), daemon=True).start()
    work: Work = pickle.loads(received.get())  # noqa: S301  (made by the parent)
    if (readers := getattr(work, "readers", None)) is not None:
        end.callback(readers.close)
    gc.freeze()  # the engine stays as long as the worker
    with suppress(OSError):  # nobody waits for it any more
        while True:
            pipe.send(_made(work, pickle.loads(received.get())))  # noqa: S301


def _listen(pipe: Connection, received: SimpleQueue[bytes], end: ExitStack) -> None:
    """Reads what comes as it comes, so that two that send to each other never wait for each other."""
    try:
        while True:
            received.put(pipe.recv_bytes())
    except (EOFError, OSError):
        pass
    finally:
        with suppress(Exception):
            end.close()
        os._exit(1)


def _made(work: Work, block: Block) -> Done | Exception:
    try:
        return work(block)
    except ModengineError as error:
        return error
    except Exception as error:
        made = RuntimeError(f"{type(error).__name__} in a worker: {error}")
        made.add_note(traceback.format_exc())
        return made
