"""What a careful reader would object to in a rule file.

One file a topic, one small class a check, all listed in `CHECKS`.
"""

from __future__ import annotations

from modengine.checks.run import CHECKS, check, check_paths

__all__ = ["CHECKS", "check", "check_paths"]
