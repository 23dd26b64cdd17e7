"""How much anybody may ask of the page.  docs/play.md has them in a table."""

from __future__ import annotations

MOST_BODY = 2_000_000
"""Bytes of a request."""
MOST_ANSWER = 16_000_000
"""Bytes of a worker's answer."""
MOST_TEXT = 20_000
"""Characters of a message; the engine reads no more."""
MOST_FILES = 256
"""Files of a rule set."""
MOST_RULES = 1_500_000
"""Characters of all files of a rule set."""
MOST_SETS = 200
"""Rule sets that the server remembers."""
MOST_ENGINES = 12
"""Compiled rule sets that one worker keeps."""
MEMORY = 3_000_000_000
"""Bytes of address space of one worker, where the system can bound it."""
MOST_LOGS = 80
"""Audit logs that are kept; the oldest goes."""
MOST_RECORDS = 128
"""Decisions of one audit log of the page."""
BODY_SECONDS = 10.0
"""In which a request must have arrived."""
MOST_KEPT = 32_000_000
"""Bytes of answers that are kept, for the next who asks the same."""
