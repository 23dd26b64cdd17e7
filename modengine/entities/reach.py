"""How ways to be reached and numbers with a meaning are found: contacts, phones, accounts, codes."""

from __future__ import annotations

from functools import cache

from modengine.entities.model import SUBKINDS
from modengine.entities.phrases import any_phrase, phrases
from modengine.entities.tables import any_of, rows, words

_CN = "[0-9零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]"
_APART = r"[0-9](?:\s[0-9])"
"""Digits with a space between any two of them."""
_MASKED_PHONE = r"\[phone\]|<phone>|1[3-9x*][0-9x*][\s\-]?[x*]{4}[\s\-]?[0-9x*]{4}|1xx[\s\-]?xxxx[\s\-]?xxxx"
_NO_DIGIT = r"(?<![0-9a-z.\-/])"
_PREFIX = r"(?:\+?86[\s\-]?)?"

_MOBILE = rf"(?<![0-9a-z.]){_PREFIX}1[3-9][0-9]" + (
    r"(?:(?:[\s\-.]?[0-9]{4}){2}|[0-9][\s\-]?[0-9]{3}[\s\-]?[0-9]{4}|(?:\s[0-9]){8})(?![0-9])"
    rf"|(?<!{_CN})1(?:\s[0-9]){{10}}(?!\s?[0-9])"
    rf"|(?<!{_CN})[幺一1壹][三五六七八九35-9叁伍陆柒捌玖](?:{_CN}[\s\-]?){{8}}{_CN}(?!{_CN})|{_MASKED_PHONE}"
)
_LANDLINE = rf"(?<![0-9\-.]){_PREFIX}[(]?0(?:10|2[0-9]|[3-9][0-9]{{2}})[)]?[\s\-]?[0-9]{{3,4}}[\s\-]?[0-9]{{4}}" + (
    r"(?:[\s\-]*(?:转|ext\.?)[\s\-]?[0-9]{1,5})?(?![0-9\-])"
)
_HOTLINE = r"(?<![0-9\-.])[48]00(?:[\s\-]?[0-9]{3}[\s\-]?[0-9]{4}|[\s\-][0-9]{4}[\s\-]?[0-9]{3}" + (
    r"|[\s\-][0-9][\s\-]?[0-9]{3}[\s\-][0-9]{3})(?![0-9])"
)
_FOREIGN = r"(?<![0-9a-z])(?:\+|00)(?:[2-7][0-9]{0,2}|8(?!6)[0-9]{1,2}|9[0-9]{1,2}|1)[\s\-]?" + (
    r"(?:[(]?[0-9]{1,4}[)]?[\s\-]?){1,3}[0-9]{3,4}(?![0-9])"
)


@cache
def _service() -> str:
    counted = any_of((*words("measures.txt"), "元", "块", "万", "多", "余", "w", "k"))
    short = "9[56][0-9]{3}|100(?:00|10|50|86|60|11)|123(?:06|05|45|15|20|33|48|49|55|58|66|69|78|93)"
    emergency = "1(?:10|12|14|19|20|22)(?=报警|电话|热线|急救|火警)|(?<=[拨打])1(?:10|12|14|19|20|22)"
    return (
        rf"{_NO_DIGIT}(?!12306\s?(?:上|网|app|买|抢|官|订|候|显示))(?:106[0-9]{{5,15}}(?![0-9a-z])"
        rf"|(?:{short}|{emergency})(?![0-9a-z]|[./\-][0-9]|\s?{counted}))"
    )


def phone(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """A phone number.  Source: the numbering plan of MIIT (2017) and ITU-T E.164."""
    fixed = {"mobile": _MOBILE, "landline": _LANDLINE, "hotline": _HOTLINE, "foreign": _FOREIGN}
    return tuple(fixed.get(kind) or _service() for kind in kinds or SUBKINDS["phone"])


_CARD = (
    r"(?<![0-9a-z\-.])(?:[12-9][0-9]{15,18}|[3-69][0-9]{3}(?:[\s\-][0-9]{4}){3}(?:[\s\-]?[0-9]{1,3})?"
    r"|[3-69](?:\s[0-9]){15,18})(?![0-9xa-z\-])"
    r"|(?<![0-9])[3-69][0-9]{3}[\s\-]?(?:[0-9x*]{2,4}[\s\-]?)?[x*]{4,12}[\s\-]?[0-9]{3,4}(?![0-9])|\[card\]"
)
_IDENTITY = (
    r"(?<![0-9a-z.])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9x]"
    r"(?![0-9a-z])|(?<![0-9])[1-9][0-9]{2,5}[x*]{6,12}[0-9x]{2,4}(?![0-9])|\[id\]|<id>"
)
_END_OF_CARD = (
    r"尾号(?:为|是|:|后四位)?\s?[(「【\[]?\s?(?:[0-9]{3,4}|[x*]{4})(?![0-9])"
    r"|(?:末|后)四位(?:数)?(?:为|是|:)?\s?[0-9]{4}(?![0-9])"
)
ACCOUNTS = {"card": _CARD, "id": _IDENTITY, "tail": _END_OF_CARD}
"""What finds each kind of account number.  Source: ISO/IEC 7812-1, GB 11643-1999."""
_PARCEL = "(?:单号|订单|运单|快递|编号|票号|流水号|订单号码|物流号|车次)"
_NO_PARCEL = rf"(?<!{_PARCEL}号?码?[:是为\s]?\s?)"


def account_number(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The number of a card, of a person, or the end of one."""
    return tuple(f"{_NO_PARCEL}(?:{ACCOUNTS[kind]})" for kind in kinds or ACCOUNTS)


def _spelt(*names: str) -> str:
    """Any of some words, their characters also apart."""
    return "(?:" + "|".join(r"\s?".join(name) for name in names) + ")"


_DIGITS = (
    rf"(?:[0-9]{{4,8}}|[0-9]{{3}}[\s\-][0-9]{{3}}|{_APART}{{3,7}}|[0-9]{{2}}(?:-[0-9]{{2}}){{2"
    rf"}}|[x*]{{4,6}}|\[code\])(?![0-9])"
)
_BEFORE = r"[\s:是为【\[(「\"“,]{0,4}"
_VERIFY, _PICKUP, _INVITING = (_spelt(*phrases(name)) for name in ("verifying", "pickup", "inviting"))
_UNIT = "(?![a-z0-9]|元|块|天|折)"
CODES = {
    "verification": rf"(?:{_VERIFY}|otp|verification code|(?<![a-z])code(?:\s?is)?){_BEFORE}"
    rf"(?:{_DIGITS}|(?=[a-z]{{0,5}}[0-9])[a-z0-9]{{4,8}}(?![a-z0-9])"
    r"|(?=[a-z]{0,3}[0-9])[a-z0-9]{2,4}-[a-z0-9]{2,4}(?![a-z0-9\-]))"
    rf"|(?<![0-9]){_DIGITS}[\s】\])」\",]{{0,2}}(?:是|为|\()?(?:您|你)?的?.{{0,8}}{_VERIFY}|\[code\]",
    "pickup": rf"{_PICKUP}{_BEFORE}(?:[a-z0-9]{{1,8}}(?:-[a-z0-9]{{1,5}}){{0,3}}|{_APART}{{2,7}}){_UNIT}",
    "invitation": rf"{_INVITING}{_BEFORE}(?:[a-z0-9]{{4,16}}|(?=[a-z]{{0,2}}[0-9])[a-z0-9]{{3}})(?![a-z0-9])",
}
"""What finds each kind of code."""


def code(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """A code that a message delivers, with the word for it."""
    return tuple(CODES[kind] for kind in kinds or CODES)


_ID = (
    r"(?:@[a-z0-9_]{3,30}|(?=[a-z]{1,19}[0-9_\-])[a-z][a-z0-9_\-]{3,19}|[0-9]{5,12}|\+[0-9]{1,3}(?:[\s\-]?[0-9]{2,5}){2,4}"
    r"|\[(?:phone|id|email|wechat|qq)\]|[x*]{3,})"
)
"""An address of a person: letters with digits, a number, @ and a name, or what stands masked."""
_ANY_ID = rf"(?:[a-z][a-z0-9_.\-]{{3,18}}[a-z0-9_]|{_ID})"
_GAP = r"[\s:是为即=\-—→👉~、,(【\[「\"'.❤♥]{0,3}"
_NO_MORE = r"(?![0-9a-z元块年天人个])"
_STOPS = r"(?:$|[^\u4e00-\u9fffa-z0-9])"


def _names(kinds: tuple[str, ...], strength: str) -> tuple[str, ...]:
    return tuple(row[0] for row in rows("contacts.tsv") if row[1] in kinds and row[3] == strength)


def _written(names: tuple[str, ...], edge: str = "(?![a-z])") -> str:
    """Any of some names, their characters also apart (加 微 信); Latin ones only as whole words."""
    latin = any_of(name for name in names if name.isascii())
    apart = "|".join(r"[\s.\-_*·/|❤♥~丶、]?".join(name) for name in names if not name.isascii())
    return f"(?:(?<!//)(?<![a-z0-9]){latin}{edge}|{apart})" if latin != "(?:)" else f"(?:{apart})"


def _channels(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """A call to use a channel, or a channel with an address."""
    titled = "[\u4e00-\u9fff]{1,2}(?:老师|医生|经理|教练|律师|师傅|阿姨|[姐哥总导叔工队]|店长|主任)的?"
    # three times the same is a complaint of what is withheld, and no call to write to QQ
    once = "(?<!扣)(?!扣扣扣)"
    called = rf"(?<!{any_phrase('untold')}){once}{any_phrase('calls')}(?:{titled})?(?:{any_phrase('whom')}|\s){{0,3}}"
    strong, weak = _names(kinds, "strong"), _names(kinds, "weak")
    named, maybe = _written(strong), _written(weak)
    acted = rf"{any_phrase('acts')}(?!{any_phrase('unacted')})|了解|私信我"
    uses = rf"(?!(?!了解|发你|发我|领|传你){any_phrase('uses')})"
    signed = r"(?:号码?|账号|id|群号?|群组|频道|客服|搜(?:一搜|一下|索)?|加|❤|♥){0,2}"
    follows = rf"(?={any_phrase('afterchannel')}|{_STOPS})(?!{any_phrase('nochannel')})"
    given = rf"(?:{signed}{_GAP}{_ID})?"
    han = any_of(name for name in weak if not name.isascii())
    ways = [
        rf"{called}{named}{uses}{given}",
        rf"{called}(?<!入(?![群裙]))(?<!进(?![群裙])){maybe}(?:{signed}{_GAP}{_ID}|(?<!群)[❤♥]*{follows})",
        rf"{named}(?:{signed}[\s]?[:是为,(\[「]\s?{_ANY_ID}|{signed}{_GAP}{_ID}{_NO_MORE})",
        rf"(?<![a-z0-9]){_written(strong, '')}(?=[0-9_]{{5,}}|[a-z]{{2,}}[0-9_]{{2,}}){_ID}",
        rf"{named}[上号]?(?:{acted}|我(?={_STOPS}))",
        rf"(?:(?<![a-z0-9\u4e00-\u9fff])|(?<=[我的人请新老大小]))(?<!微的){maybe}(?:号|群号|\s?id|❤|♥|搜索?|群|频道|我(?!\s?[0-9]))*(?:\s?:\s?{_ANY_ID}|[\s是]\s?{_ID}){_NO_MORE}",
        rf"(?<![a-z0-9\u4e00-\u9fff]){han}(?:号|群号|[❤♥]+)?(?:(?=@?[a-z]*[0-9_]){_ID}|(?<=[❤♥]){_ANY_ID}){_NO_MORE}",
        rf"(?<![坐打乘薇威微a-z0-9])(?!群聊){maybe}(?:同号|同步|上?联系我?|上?找我|加我|上?聊(?={_STOPS}|聊|下|一))(?!{any_phrase('unacted')})",
        rf"{_ANY_ID}\s?[((]{_written((*strong, *weak))}(?:同号|号)?[))]",
        rf"{_ID}\s?{named}(?:同号|号)?(?=\s*{_STOPS})(?!\s?:)",
    ]
    ways.append(
        rf"(?<![^\s,.。!?;:~的请者要来可以友])(?:[家佳咖嘉伽珈迦茄枷十]|jia)\s?(?:[我莪窝]的?|下|个)?"
        rf"(?:{named}{uses}{given}|{maybe}(?:{signed}{_GAP}{_ID}|[❤♥]*{follows}))"
    )
    if not weak:
        ways = [way for way in ways if "(?:)" not in way]
    more = []
    if "qq" in kinds:
        joining = any_phrase("joining")
        more.append(rf"(?<!{any_phrase('untold')})(?:加|进|入)(?:我们?的?|这个)?群(?=来?{joining})")
        more.append(
            rf"[群裙](?:号码?)?\s?[:是]?\s?[0-9]{{6,12}}{_NO_MORE}|(?<={any_phrase('beforeask')})进[群裙](?={_STOPS})"
            rf"|(?<![a-z0-9])q我\s?[,:]?\s?[0-9]{{5,11}}{_NO_MORE}"
        )
    if "telegram" in kinds:
        more.append(r"(?:https?://)?(?<![a-z0-9.])(?:t|telegram)\.me/[a-z0-9_+/]+")
    return (*ways, "|".join(more)) if more else tuple(ways)


def _phone() -> tuple[str, ...]:
    """A word of telephoning and a number, or a number and an order to use it."""
    numeral = r"[0-9](?:[\s\-]?[0-9]){6,14}(?![0-9]|[\s\-][0-9]{4})"
    digits = rf"(?:\(0[0-9]{{2,3}}\)\s?[0-9]{{7,8}}|\+?{numeral}|{_CN}{{7,12}}|{_MASKED_PHONE})(?!元|块|\.[0-9])"
    short = r"(?:1[12][0-9]|9[56][0-9]{3}|1[02][0-9]{3})(?![0-9元块年])"
    named = any_of(_names(("phone",), "call"))
    role = r"(?:[\u4e00-\u9fff]{0,4}(?:电话|热线|号码?)|热线|咨询|客服|联系|预约|订购|报名|或?短信|/?微信){0,2}"
    asked = r"(?:联系|咨询|请[打拨]|呼叫|call|垂询|预约|报名|联络|打给?)(?:我|电话|人|方式|客服)?[^\s0-9,。]{0,4}"
    return (
        rf"{named}{role}(?:[\u4e00-\u9fff]{{0,6}}(?:[电中热服部店台处]|[话心线务台][:为]?))?{_GAP}\(?{digits}|(?:拨打|致电|电话|热线|来电){role}{_GAP}{short}|打(?=1(?:10|19|20|22)(?![0-9分折斤个次人])){short}",
        rf"{asked}{_GAP}{digits}|找[\u4e00-\u9fff]{{1,4}}[\s:]?(?=1[3-9]){digits}",
        rf"(?<![0-9]){digits}[\s,(]{{0,2}}{any_phrase('dialling')}",
    )


def _looks() -> tuple[str, ...]:
    """A call to look at a page of the writer, or to write to him there."""
    look, page = any_phrase("looks"), any_phrase("pages")
    teller = "(?<![他她们俩没不别收发看回了给])(?<!有人|多人|网友|一直|天天|昨天|突然|刚刚|骗子)"
    asked = (
        r"(?:私我|(?<![个辆打叫坐滴])滴滴?我|(?<![a-z])dd我|call我|戳我|密我|敲我|踢我|小窗我?|私"
        r"戳我?)(?![a-z们了过的说到]|人|在[等门楼])"
    )
    alone = rf"(?<=[\s,。!?~]|{any_phrase('beforeask')})(?:私[信聊]?|(?<![用打])滴滴)(?={_STOPS})|^私[信聊](?={_STOPS})"
    there = (
        r"自取|领|见(?!分晓|解)|[里上]?有?联系|加我|进群|[里上]?有(?:联系|微|v|方式|链接|福利|地址|入口|群|裙|q|"
        r"号)|加(?=[微v薇我q扣])"
    )
    return (
        rf"(?<![他她没不被]){look}(?:我的?|下|一下|个人|[楼店群号]主|本人|博主|下方|\s){{0,2}}{page}"
        rf"(?!{any_phrase('looked')})|{page}(?:{there})|资料[里上]有(?:联系|微|v|q)|(?:微信|vx?|q|群|链接|方式)在{page}",
        rf"{teller}(?:{asked}|私[信聊](?={any_phrase('told')})(?!我?(?:了|过|说|问了|的|没|都没|还没|看不|干[嘛啥吗什]))我?)|{alone}"
        r"|(?<![^\s,。!?~的请者可来要])dd(?![a-z0-9\u4e00-\u9fff])",
        rf"(?<![a-z0-9_.]){any_phrase('places')}[\s:]{{0,2}}(?:@[a-z0-9_]{{3,30}}|(?<=[加找注搜系准])@[a-z0-9_\u4e00-\u9fff]{{2,20}}|(?<=[博书音]\s?)@[a-z0-9_\u4e00-\u9fff]{{2,20}}(?<!@了?我))",
    )


def _scans() -> tuple[str, ...]:
    """A call to scan a code, other than one to pay at."""
    paid = any_phrase("paidbyscan")
    scan = "(?:长按|识别|扫描|扫一扫|扫一下|扫下|扫|保存)(?![了过])"
    return (
        rf"(?<![没不别被用会勿莫免防]){scan}[^,。!?;了过]{{0,8}}?(?:二维码|维码|q码|小程序码)(?!{paid})"
        rf"|(?<![没不别被])(?:扫码|扫我|扫一扫|扫(?:[上下][面方]|图中|图上)的?码|扫个码)(?!{paid}){any_phrase('scanned')}(?![^,。!?]{{0,6}}(?:骗|风险|套路))"
        r"|[见看戳](?:下|上|文末|下方|图|图中)?(?:二维码|码图)",
    )


def _apps() -> tuple[str, ...]:
    """A call to install or to open a programme to chat with."""
    verbs = (
        r"(?<![没不])(?<![让叫][你我他])(?<!再让你)(?:下载|安装|下个|装个|装一个|下一个|下一下|注"
        r"册|打开|转到?|装上)"
    )
    return (
        rf"{verbs}(?![了过完好])[^\s,。!?]{{0,8}}?(?:{any_phrase('chatapps')}(?:app)?|(?<![a-z])line(?!"
        rf"[a-z]))(?!打卡|开会|签到|上课|直播|失败|登录|收不|要|的|不了|不上|好慢|太)",
    )


def contact(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """A way to be reached that the message gives or asks for."""
    kinds = kinds or SUBKINDS["contact"]
    named = tuple(kind for kind in kinds if kind in ("wechat", "qq", "telegram", "app"))
    ways = {"phone": _phone, "handle": _looks, "qr": _scans, "app": _apps}
    others = (ways[kind]() for kind in kinds if kind in ways)
    return (*(_channels(named) if named else ()), *(way for group in others for way in group))
