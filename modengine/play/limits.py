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
MOST_REMEMBERED = 64_000_000
"""Bytes of all rule sets that the server remembers; the oldest goes."""
MEMORY = 3_000_000_000
"""Bytes of address space of one worker, where the system can bound it."""
MOST_SERVER = 1_000_000_000
"""Bytes of data of the server itself, where the system can bound them.  The other limits keep it far below."""
MOST_LOGS = 80
"""Audit logs that are kept; the oldest goes."""
MOST_RECORDS = 128
"""Decisions of one audit log of the page."""
BODY_SECONDS = 10.0
"""In which a request must have arrived."""
MOST_KEPT = 32_000_000
"""Bytes of answers that are kept, for the next who asks the same."""
MOST_CONNECTIONS = 256
"""Open at once.  One more closes the oldest that asks for nothing."""
MOST_OF_ADDRESS = 64
"""Of them from one address."""
HEAD_SECONDS = 15.0
"""In which a new connection, or one that goes on, must have sent a whole request."""
KEEP_ALIVE = 20.0
"""Seconds for which a connection may rest between two requests."""
READ_SECONDS = 60.0
"""In which an answer must have been read."""
MOST_UNREAD = 64_000_000
"""Bytes of answers that nobody reads yet, of all connections."""
MOST_ARRIVED, MOST_ARRIVED_OF_ADDRESS = 64_000_000, 16_000_000
"""Bytes of requests that are not answered yet: of all, and of one address."""
MOST_JOBS_OF_ADDRESS = 2
"""Jobs of one address at once, of three workers or more; further ones wait."""
MOST_WAITING = 200
"""Requests that wait for a worker, each in a thread; further ones wait in none."""
LONGEST_JOB = 200
"""Seconds after which the system ends a worker whose server is gone."""
