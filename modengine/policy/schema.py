"""What a ruleset and a policy take, key by key, and the JSON Schema made of it.

`modengine format` writes keys in the order they have here.
The loader checks nodes against `RULESET` and `POLICY`; editors check files against the JSON Schema
that `json_schema` derives from the same description (JSON Schema draft 2020-12).  What one file
alone cannot tell (names of other files, thresholds that rise) is left to the loader.
"""

from __future__ import annotations

from typing import Literal

from modengine.entities.model import CURRENCIES, ENTITY_KINDS, NUMBER, PER, SUBKINDS, WHO
from modengine.model import PART_KINDS
from modengine.policy.nodes.record import Either, Entries, Items, Key, Kind, Record
from modengine.policy.nodes.shape import Choice, Day, Flag, Name, Quantity, Shape, Share, Text, Value, Whole
from modengine.version import __version__

TERM = Text(least=0, most=1000, one_term=True)
LONG = Text(most=100_000)
ID = Name()
GLOB = Name(
    pattern=r"[\w*?][\w.*?-]*",
    rule="use letters, digits, `_`, `-`, `.`, and `*` or `?` as wild cards",
    reserved=(),
    loose=r"^[^\s(),\"'=<>!]+$",
)
FIELD_NAME = Name(
    pattern=r"[A-Za-z_][A-Za-z0-9_]*",
    rule="use ASCII letters, digits and `_`",
    reserved=("id", "text", "parts"),
    loose=r"^[A-Za-z_][A-Za-z0-9_]*$",
)
CATEGORY = Name(reserved=(*ID.reserved, "default"))
PATH = Text(most=1000)
POINTS = 10_000

LIST_REF = Record("list", {"list": Key(ID, "the name of a list of this ruleset", required=True)})
TERMS = Either(
    items=Items(Either(scalar=TERM, mapping=LIST_REF), least=1, takes="a list of texts"),
    mapping=LIST_REF,
)
TOKEN = Record(
    "token",
    {
        "text": Key(TERM, "the token is this text"),
        "in": Key(ID, "the token is a term of this list"),
        "like": Key(Choice(("handle", "number", "han", "latin", "url", "money"), "ME406"), "the token has this form"),
        "pos": Key(Text(most=20), "the segmenter's tag of the token, or its beginning: `v` is any verb"),
        "op": Key(Text(most=20), 'how often: "?", "*", "+", "{2}", "{0,3}"'),
    },
)

KINDS = ("words", "text", "regex", "tokens", "entity")
_TERM_KINDS = ("words", "text")


def _some(shape: Shape) -> Shape:
    """A value or a list of them."""
    return Either(scalar=shape, items=Items(shape, least=1))


_ENTITY = ("entity",)
_MOST = 1e12
ENTITY_OPTIONS = {
    "kind": Key(
        _some(Choice(tuple(dict.fromkeys(kind for kinds in SUBKINDS.values() for kind in kinds)), "ME408")),
        "which of its kinds: of a contact, a phone, an account number, a code",
        beside=_ENTITY,
    ),
    "at_least": Key(Quantity(_MOST), "its value is so much or more", beside=_ENTITY),
    "at_most": Key(Quantity(_MOST), "its value is so much or less", beside=_ENTITY),
    "currency": Key(_some(Choice(CURRENCIES, "ME408")), "its currency; a value is compared in yuan by default",
                    beside=_ENTITY),
    "per": Key(_some(Choice(PER, "ME408")), "the unit of a rate", beside=_ENTITY),
    "within": Key(Text(most=20), "a deadline of at most so long: 48h, 30m, 3d", beside=_ENTITY),
    "suffix": Key(_some(Text(most=60)), "the end of the host of a link", beside=_ENTITY),
    "shortened": Key(Flag(), "links by a service that makes them short", beside=_ENTITY),
    "own": Key(Flag(), "whether a link is of a domain of the sender that the message claims", beside=_ENTITY),
    "disguised": Key(Flag(), "contacts that are not written in their usual way", beside=_ENTITY),
    "in": Key(ID, "a list: the name of a sender holds one of its terms", beside=_ENTITY),
    "who": Key(_some(Choice(WHO, "ME408")), "the person of a pronoun", beside=_ENTITY),
    "number": Key(_some(Choice(NUMBER, "ME408")), "whether a pronoun stands for one or for several", beside=_ENTITY),
}  # fmt: skip
PATTERN = Record(
    "pattern",
    {
        "words": Key(TERMS, "any of these terms, as words"),
        "text": Key(TERMS, "any of these strings, wherever they stand"),
        "regex": Key(Text(most=1_000_000), "a regular expression on the simplified, case-folded text"),
        "tokens": Key(Items(TOKEN, least=1, takes="a list of tokens"), "a sequence over the words of one sentence"),
        "entity": Key(Choice(ENTITY_KINDS, "ME408"), "a thing with a kind and often a value: see entities.md"),
        **ENTITY_OPTIONS,
        "gaps": Key(
            Whole(0, 50), "so many ignorable characters may stand between two characters of a term", beside=_TERM_KINDS
        ),
        "repeats": Key(Flag(), "repeated characters count once", beside=_TERM_KINDS),
        "sounds_like": Key(Flag(), "any characters of the same toneless pinyin", beside=_TERM_KINDS),
        "looks_like": Key(Flag(), "split characters and look-alikes", beside=_TERM_KINDS),
        "initials": Key(Flag(), "the first letters of a Han term: jz for 兼职", beside=_TERM_KINDS),
        "spelled": Key(
            Flag(), "some characters of a Han term by pinyin or first letters: nong死你, n死你", beside=_TERM_KINDS
        ),
        "in_disguise": Key(
            Flag(), "as people type it to slip by: gaps: 1, sounds_like, looks_like and spelled", beside=_TERM_KINDS
        ),
        "inflect": Key(Flag(), "the forms of its English words too: prizes and prized for prize", beside=_TERM_KINDS),
        "weight": Key(
            Share(),
            "what a match by sounds_like, looks_like, initials or spelled is worth",
            beside=("sounds_like", "looks_like", "initials", "spelled", "in_disguise"),
        ),
        "boundary": Key(Choice(("words",)), "a match that straddles words does not count", beside=("text", "regex")),
        "case": Key(Choice(("exact",)), "tell upper from lower case", beside=("words", "text", "regex")),
        "undisguised": Key(
            Flag(), "read what is typed in the place of something else", beside=("words", "text", "regex")
        ),
        "outside": Key(
            Items(Choice(("quotes", "urls", "mentions")), least=1), "not wholly inside quotation marks, a URL, an @name"
        ),
        "part": Key(Items(Choice(PART_KINDS), least=1), "the parts of a message to look in; all by default"),
        "field": Key(
            _some(Name(pattern=FIELD_NAME.pattern, rule=FIELD_NAME.rule, reserved=(), loose=FIELD_NAME.loose)),
            "the fields of a message to look in, and of its parts those alone that `part` names",
        ),
        "near_miss": Key(Flag(), "false: never offer this pattern as nearly matched"),
    },
    one_of=KINDS,
    codes=("ME405", "ME405", "ME404"),
)

FIELD_VALUE = Either(scalar=Value(), items=Items(Value()), named="a text, a number, a boolean, a date or a list")
PART = Record(
    "part",
    {
        "kind": Key(Choice(PART_KINDS), "what the text was made from", required=True),
        "text": Key(Text(0, 100_000), "what was read or heard", required=True),
    },
)
MESSAGE = Record(
    "message",
    {
        "text": Key(Text(0, 100_000), "the text of the message"),
        "id": Key(Text(), "a name for the message"),
        "parts": Key(Items(PART), "what was read or heard in pictures, videos and voice messages"),
    },
    any_of=("text", "parts"),
    extra=FIELD_VALUE,
)
MESSAGES = Items(Either(scalar=Text(0, 100_000), mapping=MESSAGE), takes="a list of messages")
EXAMPLES = Record(
    "examples",
    {
        "match": Key(MESSAGES, "messages that the rule must match"),
        "pass": Key(MESSAGES, "messages that it must not match"),
        "known_miss": Key(MESSAGES, "messages that it should match and does not yet"),
        "known_false_alarm": Key(MESSAGES, "messages that it should not match and still does"),
    },
)

STATUS = Choice(("draft", "test", "stable"))
SCORE = Whole(0, POINTS, below="a rule that takes points away has `relieve` in place of `score`")
RELIEVE = Record(
    "relieve",
    {
        "category": Key(CATEGORY, "the category it takes from"),
        "rules": Key(Items(GLOB, least=1, takes="a list of rules"), "the rules it takes from"),
        "by": Key(Whole(1, POINTS, "a whole number or `all`", other="all"), "so many points, or `all`", required=True),
    },
    one_of=("category", "rules"),
)
PATTERNS = Entries(PATTERN, ID, "the name of a pattern")
RULE = Record(
    "rule",
    {
        "id": Key(ID, "its identifier, one of a kind in a policy", required=True),
        "title": Key(Text(most=200), "what it finds, in one line", required=True),
        "clause": Key(ID, "the clause of the written policy that it stands for"),
        "status": Key(STATUS, "draft (never evaluated), test (shown apart, no points) or stable (the default)"),
        "score": Key(SCORE, "the points it gives, once"),
        "relieve": Key(RELIEVE, "what it takes away, in place of a score"),
        "group": Key(ID, "the group of the ruleset that caps it", beside=("score",)),
        "description": Key(LONG, "why it is there"),
        "patterns": Key(PATTERNS, "kinds of evidence, by name"),
        "when": Key(Text(0, 100_000), "the condition under which it hits", required=True),
        "unless": Key(Text(0, 100_000), "the condition that cancels it"),
        "falsepositives": Key(Items(Text(), takes="a list of texts"), "what it may hit by mistake"),
        "references": Key(Items(Text(), takes="a list of texts"), "where it comes from"),
        "tags": Key(Items(ID, takes="a list of names"), "names by which overrides and commands choose it"),
        "examples": Key(EXAMPLES, "messages that show what it does"),
    },
    one_of=("score", "relieve"),
)

LIST = Either(
    items=Items(TERM, takes="a list of texts"),
    mapping=Record("list-file", {"file": Key(PATH, "a text file beside the rules, one term a line", required=True)}),
)
GROUP = Record("group", {"cap": Key(Whole(0, POINTS), "the most points that the group gives", required=True)})
RULESET = Record(
    "ruleset",
    {
        "ruleset": Key(ID, "the name of the ruleset", required=True),
        "title": Key(Text(most=200), "what it is about, in one line", required=True),
        "page": Key(
            Text(most=500), "where each rule is described, shown with every explanation; `{rule}` stands for its id"
        ),
        "category": Key(CATEGORY, "the category that its rules score in"),
        "description": Key(LONG, "what it is about"),
        "clauses": Key(Entries(Text(), ID, "the name of a clause"), "the written policy that the rules stand for"),
        "groups": Key(Entries(GROUP, ID, "the name of a group"), "groups of rules with a cap on their points"),
        "lists": Key(Entries(LIST, ID, "the name of a list"), "terms that patterns name by `{list: NAME}`"),
        "patterns": Key(PATTERNS, "patterns shared by the rules of this file"),
        "rules": Key(Items(RULE, takes="a list of rules"), "the rules", required=True),
    },
)

CONDITION = Text(0, 100_000)
ACTION = Choice(("label", "review", "block"))
LADDER = Record(
    "ladder",
    {action: Key(Whole(1, 1_000_000), f"at or above so many points: {action}") for action in ACTION.values},
    any_of=ACTION.values,
)
LONGER = Record(
    "longer",
    {
        "above": Key(
            Whole(0, 1_000_000), "in texts of more letters, digits and Han characters than this", required=True
        ),
        "add": Key(Whole(0, 1_000_000), "every step asks for so many points more", required=True),
    },
)
POINTS_WHERE = Record(
    "points",
    {
        "when": Key(CONDITION, "where this holds of the message", required=True),
        "scores": Key(
            Entries(SCORE, GLOB, "a rule", least=1),
            "the points that each rule gives there; globs allowed",
            required=True,
        ),
    },
)
_FIELD_KINDS = Choice(("string", "integer", "number", "boolean", "datetime"))
_ALSO = {"text": "string", "str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_ALSO |= dict.fromkeys(("date", "time"), "datetime")
FIELD = Kind(
    _FIELD_KINDS,
    Record(
        "field",
        {
            "type": Key(Kind(_FIELD_KINDS, also=_ALSO), "its type"),
            "enum": Key(Items(Text(most=200, one_term=True), least=1, takes="a list of texts"), "its values"),
            "list": Key(Flag(), "true: a message has a list of such values"),
            "default": Key(FIELD_VALUE, "what conditions take a message to have that lacks the field"),
        },
        one_of=("type", "enum"),
    ),
    also=_ALSO,
)
OVERRIDE = Record(
    "override",
    {
        "rules": Key(Items(GLOB, least=1, takes="a list of rules"), "the rules it changes"),
        "tags": Key(Items(ID, least=1, takes="a list of tags"), "those with one of these tags, too"),
        "when": Key(CONDITION, "only where this holds of the message", beside=("action",)),
        "score": Key(SCORE, "their points"),
        "status": Key(STATUS, "their status"),
        "action": Key(ACTION, "the least action where one of the rules hits"),
    },
    any_of=("score", "status", "action"),
    codes=("ME604", "ME604", "ME604"),
)
EXCEPTION = Record(
    "exception",
    {
        "name": Key(Text(most=200), "its name, shown with the decision", required=True),
        "rules": Key(Items(GLOB, least=1, takes="a list of rules"), "the rules that it cancels, in place of all"),
        "tags": Key(Items(ID, least=1, takes="a list of tags"), "those with one of these tags, too"),
        "when": Key(CONDITION, "what it excuses", required=True),
        "reason": Key(Text(), "why", required=True),
        "until": Key(Day(), "its last day"),
    },
)
POLICY = Record(
    "policy",
    {
        "policy": Key(ID, "the name of the policy", required=True),
        "title": Key(Text(most=200), "what it is, in one line", required=True),
        "description": Key(LONG, "what it is"),
        "base": Key(PATH, "another policy, whose keys this one replaces"),
        "study": Key(Flag(), "true: every decision is shadow"),
        "period": Key(
            Record(
                "period",
                {"from": Key(Day(), "its first day or moment"), "until": Key(Day(), "its last day, or its end")},
                any_of=("from", "until"),
            ),
            "when the policy holds; +08:00 unless a zone is given",
        ),
        "scope": Key(
            Either(scalar=CONDITION, mapping=Entries(CONDITION, ID, "a category, or `default`")),
            "what the policy applies to: one condition, or one a category",
        ),
        "fields": Key(
            Entries(FIELD, FIELD_NAME, "the name of a message field"), "the message fields that conditions may use"
        ),
        "rulesets": Key(Items(PATH, least=1, takes="a list of files"), "the files of rules, relative to this one"),
        "specimens": Key(
            Items(PATH, least=1, takes="a list of files"),
            "in a study: the cards of lists that others made, which the lab measures beside the rules",
        ),
        "actions": Key(Entries(LADDER, ID, "a category"), "for each category, the points at which an action is taken"),
        "longer": Key(
            Items(LONGER, takes="a list of lengths"), "how many points more every action takes in long texts"
        ),
        "points": Key(
            Items(POINTS_WHERE, takes="a list of conditions with points"), "other points for rules, by message fields"
        ),
        "overrides": Key(Items(OVERRIDE), "changes to rules that leave their files alone"),
        "exceptions": Key(Items(EXCEPTION), "what the policy excuses"),
        "segmenter": Key(Choice(("rjieba", "jieba")), "what splits Chinese text into words; rjieba by default"),
    },
)


def json_schema(kind: Literal["ruleset", "policy"]) -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of a ruleset or a policy."""
    defs: dict[str, object] = {}
    root = (RULESET if kind == "ruleset" else POLICY).schema(defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:modengine:{__version__}:{kind}",
        "title": f"modengine {kind}",
        **root,
        "$defs": dict(sorted(defs.items())),
    }
