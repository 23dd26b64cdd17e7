"""What is put into rule files."""

from __future__ import annotations

PIECES = [
    *("*a", "&a ", "!!str ", "!!python/object:os.system ", "<<: ", "? ", "- ", ": ", "[", "]", "{", "}", "|", ">", "#"),
    *("---\n", "...\n", "%YAML 1.1\n", "\t", "\r", "\n", "'", '"', "\\", "\0", "\x85", "\u2028", "\ufeff", "，", "："),
    *("~", "null", "yes", "0x7f", "1e999", "-1", "1_000", "2014-05-28", ".nan", "9" * 400, "😀", "e\u0301", "한", "ﷺ"),
    *("rule(*)", "rule(demo.a)", "any of them", "2 of (a, b)", "near(a, b, 5)", "count(a) > 2", "not ", " or "),
    *("(", ")", "message.x == 'y'", "length > 9", "together(a, b)", "inside(a, b)", "before(a, b, 3)", "true", "*"),
    *("words: [加微信]", "text: [a]", "tokens: [{in: l}]", "sounds_like: true", "looks_like: true", "gaps: 50"),
    *("(?:a|b)*", "[\\ud800-x]", "\\ud800", "{1,300}", "(?<=a)", "(?P<n>a)(?P=n)", "(?R)", "\\p{Han}+", "(?V1)[a--b]"),
    *("{list:a}", "base: ruleset.yaml", "rulesets: [ruleset.yaml]", "status: draft", "relieve: {by: all}"),
]  # fmt: skip
