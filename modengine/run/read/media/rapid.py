"""The reader of pictures that `modengine[ocr]` brings: RapidOCR, whose models lie in its own package.

A program of the kind that stays (`programs`): it imports nothing of modengine, and is run by its path.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

PIXELS = 50_000_000
"""A picture of more is refused before it is unpacked."""


def read(engine: Any, file: str) -> str:
    """The lines of text in a picture, from above.  Raises ValueError, OSError for what is no picture."""
    from PIL import Image  # noqa: PLC0415

    with Image.open(file) as picture:
        width, height = picture.size
    if width * height > PIXELS:
        raise ValueError(f"a picture of {width:,} by {height:,} pixels, more than {PIXELS:,}")
    return "\n".join(engine(file).txts or ())


def main() -> None:
    """Answers each line of standard input on what was standard output; whatever else prints goes to the errors."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        from rapidocr import RapidOCR  # noqa: PLC0415

        engine = RapidOCR()
        for line in sys.stdin:
            asked = json.loads(line)
            answer: dict[str, object] = {"id": asked["id"]}
            try:
                answer["text"] = read(engine, asked["file"])
            except Exception as error:
                answer["error"] = str(error) or type(error).__name__
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
