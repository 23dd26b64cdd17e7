"""The literal registry of problem codes.  `docs/errors.md` is generated from it.

Families: ME1xx YAML, ME2xx keys and values, ME3xx names, ME4xx patterns, ME5xx conditions,
ME6xx policies, ME7xx the line we keep (identity guard), ME8xx findings of a careful reader,
ME9xx messages and their files, ME95x and ME96x the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for."""

    name: str
    """Kebab-case, stable: fit for a filter in a script."""
    meaning: str
    severity: Severity = "error"


CODES: dict[str, Code] = {
    "ME101": Code("file-not-found", "A file that a policy, a ruleset or the command line names does not exist."),
    "ME102": Code("file-unreadable", "A file cannot be read: no permission, a folder, or not a regular file."),
    "ME103": Code(
        "file-too-large", "A rule file is larger than 5 MB, or holds more values or terms than any ruleset needs."
    ),
    "ME104": Code("not-utf8", "A rule file is not UTF-8; the error names the likely encoding."),
    "ME105": Code("malformed-yaml", "The file is not YAML."),
    "ME106": Code("nested-too-deep", "YAML nested more than 50 levels deep."),
    "ME107": Code("alias", "YAML anchors and aliases are refused: they make files that grow without bound."),
    "ME108": Code("tag", "YAML tags are refused."),
    "ME109": Code("merge-key", "YAML merge keys (<<) are refused."),
    "ME110": Code("duplicate-key", "The same key stands twice in one mapping."),
    "ME111": Code("several-documents", "A rule file holds one YAML document."),
    "ME112": Code("empty-file", "The file holds nothing."),
    "ME113": Code("too-many-problems", "More than 500 problems in one file: reading ends there."),
    "ME114": Code("malformed-toml", "The file modengine.toml is not TOML."),
    "ME201": Code("unknown-key", "A key that this place does not know."),
    "ME202": Code("missing-key", "A key that must be there."),
    "ME203": Code("wrong-type", "A value of another type than this place takes."),
    "ME204": Code(
        "unquoted",
        "A text that YAML reads as a number, a date, a boolean or nothing, or as one with the next: quote it.",
    ),
    "ME205": Code("bad-value", "A value outside what this place takes."),
    "ME206": Code("not-a-policy", "The file is neither a policy nor a ruleset (no key `policy` or `ruleset`)."),
    "ME207": Code("bad-name", "An identifier with characters that a condition could not name."),
    "ME301": Code("unknown-pattern", "A condition names a pattern that does not exist."),
    "ME302": Code("unknown-list", "A pattern names a list that does not exist."),
    "ME303": Code("unknown-rule", "A condition, relief, override or exception names a rule that does not exist."),
    "ME304": Code("unknown-field", "A condition names a message field that the policy does not declare."),
    "ME305": Code("unknown-group", "A rule names a group that its ruleset does not declare."),
    "ME306": Code("unknown-clause", "A rule stands for a clause that its ruleset does not state."),
    "ME307": Code("unknown-category", "An action, scope or relief names a category that no ruleset has."),
    "ME308": Code("duplicate-name", "Two things of one kind share a name."),
    "ME309": Code("unused-pattern", "A pattern of a rule that neither its condition nor its `unless` uses."),
    "ME310": Code("circle", "Rules, or policies, that refer to each other in a circle."),
    "ME311": Code("unknown-pack", "A pack that is not there, or that has no such policy or ruleset."),
    "ME312": Code(
        "pack-does-not-fit",
        "Packs of one name or namespace, a version that does not fit, or an id outside the namespace.",
    ),
    "ME401": Code("bad-regex", "A regular expression that does not compile."),
    "ME402": Code("costly-regex", "A regular expression that would take too much time or memory to compile."),
    "ME403": Code("empty-term", "A term that is empty after normalising."),
    "ME404": Code("option-not-for-kind", "An option that this kind of pattern does not take."),
    "ME405": Code("several-kinds", "A pattern has exactly one kind."),
    "ME406": Code("bad-token", "A token that the matcher cannot understand."),
    "ME407": Code("matches-empty", "A pattern that matches the empty text, and so everything."),
    "ME408": Code("bad-entity", "An entity that is asked for what it does not have, or for what no value can be."),
    "ME409": Code("not-inflected", "A term whose forms `inflect` cannot work out."),
    "ME501": Code("bad-condition", "A condition that does not follow the grammar."),
    "ME502": Code("type-mismatch", "A message field compared with a value of another type."),
    "ME503": Code("not-here", "A condition uses something that has no meaning in this place."),
    "ME601": Code("bad-period", "A period that ends before it begins, or a date that does not exist."),
    "ME602": Code(
        "bad-ladder", "Thresholds that do not rise along label, review, block; entries of `longer` that do not rise."
    ),
    "ME603": Code("study-is-sticky", "A policy based on a study is a study too and cannot say otherwise."),
    "ME604": Code(
        "bad-override", "An override, or an entry of `points`, for what it may not change, or that changes nothing."
    ),
    "ME605": Code("no-rules", "A policy without any rule that could count."),
    "ME606": Code("policy-too-large", "A policy with more of something than its budget allows: reading ends there."),
    "ME607": Code(
        "specimen-outside-study", "A policy that names a specimen, a list that others made, and is no study."
    ),
    "ME701": Code("identity-evidence", "Evidence, relief or an exception that is an identity word."),
    "ME801": Code("unused-list", "A list that no pattern uses.", "warning"),
    "ME802": Code("unused-shared-pattern", "A shared pattern that no rule uses.", "warning"),
    "ME803": Code("clause-without-rule", "A clause of the written policy that no rule stands for.", "warning"),
    "ME804": Code("rule-without-clause", "A rule that stands for no clause.", "warning"),
    "ME805": Code("regex-without-gate", "A regex with no literal that it needs: it runs on every message.", "warning"),
    "ME806": Code("no-action", "A category whose score leads to no action.", "warning"),
    "ME807": Code("no-examples", "A stable rule without an example that matches or one that passes.", "warning"),
    "ME808": Code(
        "short-fuzzy-term",
        "Terms too short to be sought by sound or by look: they never are.",
        "warning",
    ),
    "ME809": Code(
        "identity-in-study", "A study policy's evidence is an identity word: counted, not refused.", "warning"
    ),
    "ME810": Code("duplicate-term", "A term stands twice in a list or pattern.", "warning"),
    "ME811": Code(
        "catastrophic-regex", "A repeat in a regex reads a text in two ways: some texts make it slow.", "warning"
    ),
    "ME812": Code(
        "never-holds", "A condition, or a part of it, that can hold of no message, or of none in its scope.", "warning"
    ),
    "ME813": Code("always-holds", "A condition, or a part of it, that holds of every message.", "warning"),
    "ME814": Code("implied-part", "A part of a condition that changes nothing: the other parts imply it.", "warning"),
    "ME815": Code("never-hits", "A rule whose `unless` holds wherever its `when` does.", "warning"),
    "ME816": Code("duplicate-rule", "Two rules of one category that hit the same messages.", "warning"),
    "ME817": Code("subsumed-rule", "A rule that hits only where another rule of its category hits.", "note"),
    "ME818": Code("unreachable-action", "A step of a ladder above all the points of its category.", "note"),
    "ME819": Code("undone-override", "An override that a later one undoes.", "warning"),
    "ME820": Code("one-character-word", "A word of one character that a condition takes anywhere.", "note"),
    "ME821": Code("outer-blank", "A term that begins or ends with white space.", "warning"),
    "ME822": Code("star-in-words", "A `*` in a term: it stands for itself, and for nothing else.", "warning"),
    "ME823": Code("split-term", "A comma that probably splits a term in two, or ends none in a list file.", "warning"),
    "ME824": Code("term-counts-twice", "A term of two patterns that a condition counts separately.", "note"),
    "ME825": Code("contradicting-examples", "An example under two keys that say different things.", "warning"),
    "ME826": Code("unsupported-term", "A term that no example and no text of `--corpus` has.", "note"),
    "ME827": Code(
        "bad-waiver",
        "A waiver without a reason, of a code that is none or cannot be waived, or a comment that looks like one.",
        "warning",
    ),
    "ME828": Code("unused-waiver", "A waiver of something that is not found at its place.", "warning"),
    "ME829": Code(
        "straddles-words", "A regex or text pattern whose matches in a corpus begin or end within a word.", "warning"
    ),
    "ME830": Code("expired-exception", "An exception for some rules whose last day has passed.", "warning"),
    "ME831": Code("nothing-to-relieve", "A relief for a category that no ruleset of the policy has.", "note"),
    "ME901": Code("message-not-json", "A line that is not a JSON object."),
    "ME902": Code("message-shape", "A message whose keys have values of the wrong type."),
    "ME903": Code("message-field", "A declared message field whose value has another type."),
    "ME904": Code("message-encoding", "A file or line of messages that is not UTF-8."),
    "ME905": Code("input-not-found", "A file of messages that does not exist or cannot be read."),
    "ME906": Code("input-form", "A file of messages in a form that is not known."),
    "ME907": Code("message-too-large", "A line of messages above the size limit."),
    "ME908": Code("csv-shape", "A CSV file without the columns or cells that are needed."),
    "ME909": Code("output-not-written", "A file of results that cannot be written."),
    "ME910": Code("no-such-message", "No message of that id in the files that were named."),
    "ME911": Code("corpus-shape", "A corpus without the column, the label or the rows that a measurement needs."),
    "ME912": Code(
        "not-resumable",
        "A scan that cannot be gone on with: its input, rules or options are not those it began with.",
    ),
    "ME913": Code("cluster-unusable", "Ray is not installed, or its cluster cannot be reached."),
    "ME914": Code("worker-died", "A process or machine that was deciding messages ended before its time."),
    "ME915": Code("output-in-use", "A file of results that another scan is writing."),
    "ME916": Code("study-changed", "A study that is not pinned, or not as it was pinned, or a pin that was changed."),
    "ME917": Code("package-broken", "A package of a study that is damaged, or whose corpora are not found."),
    "ME918": Code("runtime-missing", "What runs the page in a browser without a server cannot be had."),
    "ME919": Code("part-not-read", "A file that a message names, and that was not read into a part."),
    "ME920": Code("reader-unusable", "A program that is to read pictures or sound, and that cannot be run."),
    "ME951": Code("not-a-log", "A folder that is no audit log, or a file of a log that cannot be understood."),
    "ME952": Code("log-newer", "An audit log in a format that this version does not know."),
    "ME953": Code("log-damaged", "A record of an audit log that is damaged, missing or not in its place."),
    "ME954": Code("log-behind", "An audit log shorter than its checkpoint or its vault says: rolled back or cut."),
    "ME955": Code("checkpoint-disagrees", "A checkpoint that is malformed, of another log, or of another tree."),
    "ME956": Code("wrong-key", "A key that is malformed, missing, or not the one a checkpoint is signed with."),
    "ME957": Code("log-in-use", "An audit log that another program is writing, or whose lock was taken away."),
    "ME958": Code("log-not-written", "An audit log that cannot be written; nothing after that is acknowledged."),
    "ME959": Code("record-too-large", "A record of an audit log above 64 KB."),
    "ME960": Code("vault-unusable", "The vault of an audit log is missing, damaged, or of another log."),
    "ME961": Code("no-such-record", "No record of that id or number in the audit log."),
    "ME962": Code("clock-backwards", "A time more than a minute before that of a record already in the audit log."),
    "ME963": Code("bad-query", "A query over an audit log that fails, or that is more than a question."),
    "ME964": Code("package-missing", "A package that only this command needs is not installed."),
    "ME965": Code("wrong-revision", "A decision made under other rules than those the audit log was told of."),
    "ME966": Code(
        "network-folder", "An audit log on a network file system, where locks and syncs may not hold.", "warning"
    ),
    "ME967": Code("manifest-broken", "A manifest of shards, or a shard that is missing or not what was bound."),
}
