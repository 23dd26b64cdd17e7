"""What runs in the browser alone, in the names of what is compiled elsewhere.

clock.py         how long something may take
work.py          what the worker is asked
prepared.py      rule sets that were compiled at the export
kept.py          expressions that were compiled at the export
expressions.py   `regex`, by its own parser and the standard `re`
properties.py    `regex._regex`, by a table
literals.py      `ahocorasick_rs`
words.py         `rjieba`, by the dictionary of jieba
"""

import time

if not hasattr(time, "thread_time"):  # one thread, and one clock
    time.thread_time = time.perf_counter
