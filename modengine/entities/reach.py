"""How ways to be reached and numbers with a meaning are found: contacts, phones, accounts, codes."""

from __future__ import annotations

from functools import cache

from modengine.entities.tables import any_of, rows

_HANDLE = r"(?:@?[a-z][a-z0-9_\-]{4,19}|@[a-z0-9_]{3,30}|[0-9]{5,12}|\+[0-9]{7,15}|\[(?:phone|id|email|wechat|qq)\]|[x*]{3,})"
_CN = "[0-9零〇一二三四五六七八九幺两]"
_GAP = r"[\s:：是为即=\-—→👉~、,，(（【\[「\"']{0,3}"
_MASKED_PHONE = r"\[phone\]|<phone>|1[3-9x*][0-9x*][\s\-]?[x*]{4}[\s\-]?[0-9x*]{4}|1xx[\s\-]?xxxx[\s\-]?xxxx"

PHONES: dict[str, str] = {
    "mobile": rf"(?<![0-9a-z.])(?:\+?86[\s\-]?)?1[3-9][0-9](?:[\s\-.]?[0-9]{{4}}){{2}}(?![0-9])|(?<![0-9a-z.])(?:\+?86[\s\-]?)?1[3-9][0-9]{{2}}[\s\-]?[0-9]{{3}}[\s\-]?[0-9]{{4}}(?![0-9])"
    rf"|(?<!{_CN})(?:幺|一|1)(?:三|五|六|七|八|九|[35-9])(?:{_CN}[\s\-]?){{8}}{_CN}(?!{_CN})|{_MASKED_PHONE}",
    "landline": r"(?<![0-9\-.])(?:\+?86[\s\-]?)?[(（]?0(?:10|2[0-9]|[3-9][0-9]{2})[)）]?[\s\-]?[2-8][0-9]{2,3}[\s\-]?[0-9]{4}(?:[\s\-]*(?:转|ext\.?)[\s\-]?[0-9]{1,5})?(?![0-9\-])",
    "hotline": r"(?<![0-9\-.])[48]00[\s\-]?[0-9]{3}[\s\-]?[0-9]{4}(?![0-9])|(?<![0-9\-.])[48]00[\s\-][0-9]{4}[\s\-]?[0-9]{3}(?![0-9])|(?<![0-9\-.])[48]00[\s\-][0-9]{1}[\s\-][0-9]{3}[\s\-][0-9]{3}(?![0-9])",
    "service": r"(?<![0-9a-z.\-/])(?:9[56][0-9]{3}|100(?:00|10|50|86|60|11)|123(?:06|05|45|15|20|33|48|49|55|58|66|69|78|93)|106[0-9]{5,15}|1(?:10|19|20|22)(?=报警|电话|热线|急救|火警))(?![0-9a-z]|[./\-][0-9]|元|块|万|人|个|名|步|米|次|年|号楼|分)",
    "foreign": r"(?<![0-9a-z])(?:\+|00)(?:[2-7][0-9]{0,2}|8(?!6)[0-9]{1,2}|9[0-9]{1,2}|1)[\s\-]?(?:[(（]?[0-9]{1,4}[)）]?[\s\-]?){1,3}[0-9]{3,4}(?![0-9])",
}
"""What finds each kind of phone number.  Source: the numbering plan of MIIT (2017) and ITU-T E.164."""

ACCOUNTS: dict[str, str] = {
    "card": r"(?<![0-9a-z\-])(?:[1-9][0-9]{15,18}|[3-69][0-9]{3}(?:[\s\-][0-9]{4}){3}(?:[\s\-]?[0-9]{1,3})?)(?![0-9xa-z\-])|(?<![0-9])[3-69][0-9]{3}[\s\-]?(?:[0-9x*]{2,4}[\s\-]?)?[x*]{4,12}[\s\-]?[0-9]{3,4}(?![0-9])|\[card\]",
    "id": r"(?<![0-9a-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9x](?![0-9a-z])|(?<![0-9])[1-9][0-9]{2,5}[x*]{6,12}[0-9x]{2,4}(?![0-9])|\[id\]|<id>",
    "tail": r"尾号(?:为|是|:|：|后四位)?\s?[(（「【\[]?\s?(?:[0-9]{3,4}|[x*]{4})(?![0-9])|(?:末|后)四位(?:数)?(?:为|是|:|：)?\s?[0-9]{4}(?![0-9])",
}
"""What finds each kind of account number.  Source: ISO/IEC 7812-1, GB 11643-1999."""
_NO_PARCEL = r"(?<!(?:单号|订单|运单|快递|编号|票号|车次))(?<!(?:单号|订单|运单|快递|编号|票号)[:：是为\s号])(?<!(?:单号|订单|运单|快递|编号|票号)号[:：是为\s])"

_CODE = r"(?:[0-9]{4,8}|[0-9]{3}[\s\-][0-9]{3}|[x*]{4,6}|\[code\])(?![0-9])"
_BEFORE = r"[\s:：是为【\[(（「\"“,]{0,4}"
CODES: dict[str, str] = {
    "verification": rf"(?:验证码|校验码|动态码|动态密码|确认码|随机码|短信码|登录码|安全码|授权码|验证代码|otp|verification code|(?<![a-z])code(?:\s?is)?){_BEFORE}{_CODE}"
    rf"|(?<![0-9]){_CODE}[\s】\])）」\",，]{{0,2}}(?:是|为|\(|（)?(?:您|你)?的?.{{0,8}}(?:验证码|校验码|动态码|动态密码|确认码)|\[code\]",
    "pickup": r"(?:取件码|取货码|提货码|取餐码|取票码|自提码|开柜码|取件密码|提取码|核销码|凭)" + _BEFORE + r"[a-z0-9]{1,6}(?:-[a-z0-9]{1,5}){0,3}(?=[^a-z0-9]|$)(?!元|块|天|折)",
    "invitation": r"(?:邀请码|推荐码|兑换码|激活码|优惠码|注册码|口令|暗号|邀请代码)" + _BEFORE + r"[a-z0-9]{4,16}(?![a-z0-9])",
}
"""What finds each kind of code."""


def phone(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(PHONES[kind] for kind in kinds or PHONES)


def account_number(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{_NO_PARCEL}(?:{ACCOUNTS[kind]})" for kind in kinds or ACCOUNTS)


def code(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(CODES[kind] for kind in kinds or CODES)


CONTACTS = ("wechat", "qq", "phone", "telegram", "handle", "qr", "app")
_CALL = r"(?:加|\+|添加|联系|找|私聊|私信|私|滴滴|滴|dd|进|入|戳|搜索?|关注|call|咨询|来|留|换|踢|扣|发你|给你)"
_WHOM = r"(?:我们?|下|一下|个|的|你|您|群主|老师|客服|管理员?|小编|助理|导师|好友|这个|这|俺|咱|本人|店长|经理|私人|店主|:|：|\s|，|,|\.|~|-){0,3}"
_ACT = r"(?:联系|找我|聊|沟通|私聊|详谈|咨询|同号|同步|同微|号|详聊|上聊|加我|私我|细说|了解|一下我|滴滴|私信)"
_USES = r"(?!支付|转账|付款|红包|里|运动|步数|公众|小程序|朋友圈|读书|扫码支付|提现|钱包|币|聊天记录|票|餐厅|模式|签证)"


@cache
def _named(kind: str, strength: str) -> tuple[str, ...]:
    return tuple(r[0] for r in rows("contacts.tsv") if r[1] == kind and r[3] == strength)


def _edge(texts: tuple[str, ...]) -> str:
    """Any of some words; of Latin letters only where no other letter or digit stands beside them."""
    latin = any_of(t for t in texts if t.isascii()) if any(t.isascii() for t in texts) else ""
    other = any_of(t for t in texts if not t.isascii()) if any(not t.isascii() for t in texts) else ""
    return "(?:" + "|".join(filter(None, [latin and rf"{latin}(?![a-z])", other])) + ")"


@cache
def _channel(kind: str) -> tuple[str, ...]:
    """A call to use a channel, or a channel with an address."""
    strong, weak = _named(kind, "strong"), _named(kind, "weak")
    every = _edge(strong + weak)
    ways = [rf"{_CALL}{_WHOM}{every}{_USES}(?:{_GAP}(?:号|号码|群)?{_GAP}{_HANDLE})?"]
    if strong:
        named = _edge(strong)
        ways += [
            rf"(?<![a-z0-9]){named}(?:号码?|账号|id|群号?|群)?{_GAP}{_HANDLE}",
            rf"(?<![a-z0-9]){named}{_USES}{_ACT}",
            rf"(?<![a-z0-9]){any_of(strong)}[:：]?(?=[0-9_]{{5,}}|[a-z]{{2,}}[0-9_]{{2,}}){_HANDLE}",
            rf"(?:[a-z][a-z0-9_\-]{{4,19}}|[0-9]{{5,12}})\s?[(（【]?{named}(?:同号|号)?[)）】]?(?![a-z0-9])",
        ]
    if weak:
        named = _edge(weak)
        ways += [
            rf"(?<![a-z0-9\u4e00-\u9fff]){named}(?:号|❤|♥)?[\s:：]{{1,3}}{_HANDLE}",
            rf"(?<![a-z0-9]){any_of(weak)}(?:号|❤|♥)?[:：]?(?:[a-z]{{1,12}}[0-9_\-]{{2,12}}|[0-9]{{5,12}})(?![0-9a-z元块])",
            rf"(?<![a-z0-9]){named}(?:同号|同步|❤|♥|号码?[:：]?{_HANDLE})",
            rf"[0-9]{{6,12}}\s?[(（【]{named}(?:同号|号)?[)）】]",
        ]
    return tuple(ways)


def _phone_call() -> tuple[str, ...]:
    words = _edge(_named("phone", "call"))
    digits = r"(?:\+?[0-9](?:[\s\-]?[0-9]){4,14}|" + _MASKED_PHONE + ")"
    return (
        rf"{words}(?:号码?|热线|咨询|客服|联系|预约|订购|报名|或短信|或微信|/微信)?{_GAP}{digits}",
        rf"(?:联系|咨询|请打|打|呼叫|call|垂询|预约|报名|联络)(?:我|电话|人|方式|客服)?[^\s0-9]{{0,4}}{_GAP}{digits}",
        rf"{digits}[\s,，(（]{{0,2}}(?:加我|联系我?|咨询|微信同号|同微信?|同号|打这个|电话联系|找我|随时|[(（]微)",
    )


_LOOK = (
    r"(?:看|点|戳|见|瞅|翻|搜|查看|点击|去|进|加)(?:我的?|下|一下|个人|楼主|本人|博主|下方|\s){0,2}(?:头像|主页|简介|资料|个签|签名|置顶|评论区|空间)",
    r"(?:头像|主页|简介|资料|个签|签名|置顶|空间)(?:有|里有?|上有?|自取|见|联系|加我|进|看|➕|加)",
    r"(?:可以?|请|欢迎|直接|有意|速|来|快|感兴趣|需要的?|想要的?|需要)?(?:私信?我|私聊我?|私我|滴滴我?|滴我|dd我?|戳我|密我|敲我|踢我|小窗我?|私戳|私(?=$|[,，。!！~\s]))(?![a-z]|们|的人|的)",
    r"(?<![a-z0-9_.])(?:加|找|关注|搜|联系|follow|add|ins|推特|twitter|微博)[\s:：]{0,2}@[a-z0-9_]{3,30}",
)
_SCAN = (
    r"(?:长按|识别|扫描|扫一扫|扫|保存)(?:下方|上方|图中|图片|下面|上面|这个|我的?|一下|左侧|右侧|海报|此|该|客服|专属|底部|文末|图上|微信|群|\s){0,3}(?:二维码|维码|的码|的?图|q码|小程序码)(?!支付|付款|乘车|骑车|点餐|点单|登录|签到|开门|缴费|入场|取票|入住)(?:加我?|进群|入群|添加|咨询|联系)?",
    r"扫码(?:加|进|入|添加|咨询|联系|了解|领取?资料|关注|加入|私聊|找|报名|拉你|后加)(?:我|群|微信|好友|客服|老师){0,2}",
    r"(?:见|看|戳|进)(?:下|上|文末|下方|图|图中)?(?:二维码|码图)",
)
_APPS = (
    r"(?:下载|安装|下个|装个|装一个|下一个|注册|打开|去|用|转到?|上)[^\s，。！？,]{0,6}(?:聊天(?:软件|app|工具|平台)|密聊|加密聊天|蝙蝠|事密达|悟空|思聊|飞聊|密信|来聊|私密聊天|聊呗|内部软件|会议软件|屏幕共享软件|聊天室)",
    r"(?:下载|安装)[^\s，。！？,]{0,8}(?:钉钉|whatsapp|telegram|skype|potato|signal|line)",
)


def contact(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """A way to be reached that the message gives or asks for."""
    forms: list[str] = []
    for kind in kinds or CONTACTS:
        match kind:
            case "phone":
                forms += _phone_call()
            case "handle":
                forms += _LOOK
            case "qr":
                forms += _SCAN
            case "app":
                forms += (*_channel("app"), *_APPS)
            case _:
                forms += _channel(kind)
    return tuple(forms)
