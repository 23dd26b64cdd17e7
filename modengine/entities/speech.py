"""How sender, person, negation, quotation, question, imperative and times that run out are found."""

from __future__ import annotations

from functools import cache

from modengine.entities.phrases import any_phrase, phrases
from modengine.entities.tables import any_of, words

_STOPS = r"。！？!?;；\n\r"
_CLAUSE = rf"[^,，{_STOPS}]"
_SENTENCE = rf"[^{_STOPS}…]"
_STARTS = rf"(?<![^,，{_STOPS}…:~\s])"
_CLOSED = rf"(?=\s*(?:$|[,，:~…{_STOPS}]))"


def sender(names: tuple[str, ...]) -> tuple[str, ...]:
    """Who a message says that it is from; with `names`, such alone in whose name one of these stands."""
    inner, letters = r"[^\]】\[【\n]", r"[^\s,.。!?:;、的得吗呢吧了过在被想说不我你他她【\[]"
    no_topic = (
        rf"(?![0-9]{{1,3}}(?:[/.][0-9]+)?[】\]]|第?[0-9一二三四五六七八九十]+[章节集期回题条天年月日话弹])"
        rf"(?!\s?{any_phrase('topics')}(?:帖|贴)?[^\]】]{{0,2}}[】\]]"
        rf"|[^\]】]{{1,4}}{any_phrase('topics')}[】\]])"
    )
    offices = any_of((*phrases("offices"), *words("senders.tsv")))
    short = rf"(?!退订|回复)(?:{offices}|{inner}{{3,24}})"
    held = rf"{inner}{{0,20}}{any_of(names)}{inner}{{0,20}}" if names else short
    ends = rf"(?:{offices}(?!同学|毕业|学生|[员生迷控党])|{letters}{{2}}{any_phrase('officeends')})"
    office = rf"{letters}{{0,12}}{ends}(?!里)(?:(?!最){letters}){{0,4}}?"
    shown = rf"(?:{inner}{{0,20}}{offices}{inner}{{0,6}}|[\u4e00-\u9fff]{{2,8}}[局所院厅社店队厂坊铺行园])"
    named = rf"{letters}{{0,12}}{any_of(names)}{letters}{{0,10}}" if names else office
    anyone = named if names else rf"{letters}{{2,14}}"
    general = (
        "(?!群主|楼主|店长|教练|老板|领导|闹钟|日历|手表|电脑|朋友|同事|室友|同学|班主任|专家|医"
        "生|律师|网友|记者|贴心|友情|特别|重要|温馨|生活|系统|老师|妈|爸|手机|天气)"
    )
    says = (
        "(?:我们?是|我这[里边]是|这[里边儿]是|我这边为)(?!一个|同一|第[0-9一二三四五六七八九十]{1,3}[次个天届期集章]"
        "|不是|路过|专业|夫妻|咱|[你您谁]|[那这]个|[做学搞干在去来想从当才刚])"
    )
    staff = "的(?:客服|客户经理|工作人员|专员|顾问|管家|销售|业务员|售后|小[\u4e00-\u9fff](?![\u4e00-\u9fff]))"
    shown = held if names else shown
    return (
        rf"^\s?【{no_topic}{held}】(?![、和与是的])|【{no_topic}{held}】(?=\s*$)",
        rf"^\s?\[{no_topic}{shown}\]|\[{no_topic}{shown}\](?=\s*$)",
        rf"{says}(?:{letters}{{2,8}}(?={staff})|{named})(?=的|[\s,.。!?;:、]|$)",
        rf"(?<![^\s,，。!?;\n]){general}{anyone}(?:客服为您|(?:温馨)?(?:提醒|提示)您?(?=\s?:)|提醒您|提示您|敬告)",
        rf"(?<![^\s,，。!?;\n]){general}{named}(?:通知,|(?:通知|告知|提醒|为您|邀您|邀请您)(?=您|\s?:))",
    )


_I = r"(?<![a-z'])(?:i|i'm|i've|i'll|i'd|me|my|mine|myself)(?![a-z'])"
_WE = r"(?<![a-z'])(?:we|we're|we've|we'll|us|our|ours|ourselves)(?![a-z']|\s?(?:战队|俱乐部|的粉|粉))"
_YOU = r"(?<![a-z'])(?:you|you're|you've|you'll|you'd|your|yours|yourself)(?![a-z'])"
_HE = r"(?<![a-z'])(?:he|he's|he'll|he'd|him|his|himself|she|she's|she'll|she'd|her|hers|herself)(?![a-z'])"
_THEY = r"(?<![a-z'])(?:they|they're|they've|they'll|them|their|theirs|themselves)(?![a-z'])"
_PERSONS: dict[tuple[str, str], str] = {
    ("first", "singular"): (
        rf"(?<![自忘大唯小无])我(?![们国方党军校司市省县院行局队厂等辈俩])|俺(?!们)|(?<!日)本人|{_I}"
    ),
    ("first", "plural"): rf"(?<![自忘大唯小])我(?:们|方|等|辈|俩)|咱们?|俺们|{_WE}",
    ("second", "singular"): rf"(?<!迷)[你您妳](?!们|俩|追我赶|争我)|(?<![^\s,，。!?~])亲(?=[,，~!\s])|{_YOU}",
    ("second", "plural"): "[你您妳](?:们|俩)",
    ("third", "singular"): rf"(?<![其吉排利无维])他(?!们|人|乡|日|国|杀|俩|处|妈的)|她(?!们|俩)|{_HE}",
    ("third", "plural"): rf"[他她](?:们|俩)|{_THEY}",
}


def person(who: tuple[str, ...], number: tuple[str, ...]) -> tuple[str, ...]:
    """A pronoun."""
    return tuple(
        found
        for (person_, number_), found in _PERSONS.items()
        if (not who or person_ in who) and (not number or number_ in number)
    )


@cache
def _alternatives() -> str:
    """A不A: a question."""
    doubled = [char + negator + char for char in phrases("alternative") for negator in "不没"]
    return any_of(("有没有", *doubled))


def negation() -> tuple[str, ...]:
    """A negator and what it governs: to the end of its clause, at most thirty characters."""
    no_part = (
        "(?<![特区分级性告离辨个送惜识类差派久临话])(?=别)|(?<![南北西东并莫若除是])(?=非)|(?<![约])(?=莫)"
        "|(?<![恨舍怪巴要少免])(?=不得)|(?<!不得)(?<![受了差要对禁巴恨])(?=不(?!得))|(?<![沉淹埋])(?=没)|(?=木|未|勿|请|切|禁|严|拒|谢|毫|无|从|绝|决|并|尚|甭)"
    )
    chinese = rf"(?:{no_part})(?:(?=不同意)|(?!{any_phrase('unnots')})){any_phrase('nots')}"
    english = (
        r"(?<![a-z])(?:don't|do not|doesn't|does not|didn't|did not|isn't|is not|aren't|wasn't|won't|will not|can't"
        r"|cannot|never|not(?! only)|no(?!\.?\s?[0-9])|without)(?![a-z])"
    )
    doubled = rf"{chinese}(?<!{_alternatives()}){_CLAUSE}(?<!{_alternatives()}){_CLAUSE}{{0,29}}"
    return (doubled, rf"{english}{_CLAUSE}{{0,30}}")


def quotation() -> tuple[str, ...]:
    """What stands between quotation marks, or follows a verb of saying and a colon."""
    pairs = "|".join(rf"(?<={a})[^{a}{b}\n]+(?={b})" for a, b in ("“”", "‘’", "「」", "『』", "﹁﹂"))
    way = "味通街轨频管隧渠赛人河水航跑林车大小同地公报黑白八几知一"
    said = rf"(?<![小传])说|(?<![{way}])道|(?<![名简昵全尊别俗职统对])称|写道|表示|问|喊|答|回复|告诉我|原话"
    return (
        pairs,
        r'"[^"\n]+"',
        rf"(?<=(?:{said}):)\s?(?![\s“「『\"])[^{_STOPS}]{{1,200}}",
    )


def question() -> tuple[str, ...]:
    """A sentence that asks."""
    starts = rf"(?<![^{_STOPS}…\s])"
    ended = r"(?=[\s~]*(?:$|\n))"
    plain = rf"(?!{_SENTENCE}{{0,40}}{any_phrase('unasked')})"
    twice = "|".join(f"{word}{_CLAUSE}{{1,6}}{word}" for word in ("多少", "谁", "哪", "什么", "怎么", "几"))
    asked = rf"(?!{twice}){any_phrase('asked')}(?![也都些])"
    return (
        rf"{starts}{_SENTENCE}+[?？]+(?![a-z0-9_%=&])",
        rf"{starts}{_SENTENCE}*{_SENTENCE}(?<![那这要多])(?<!没什)[吗呢么](?=[\s~]*(?:$|[{_STOPS}…]))",
        rf"{starts}{plain}{_SENTENCE}{{0,100}}?.[不没].(?<={_alternatives()})(?!都|也){_SENTENCE}{{0,60}}{ended}",
        rf"{starts}{plain}(?:{_SENTENCE}{{0,100}}[,，])?{_CLAUSE}{{0,40}}?{asked}{_CLAUSE}{{0,60}}{ended}",
    )


_FORBID = (
    "别(?![人墅名的处样致克扭称离针字具]|说(?=,|$)|提了|急着夸|动队|看(?![了手书电])|无)|不要(?!白不|[钱脸紧命的啊了吗])|不许|不准|禁止|严禁"
    "|(?:请|切)?勿(?!忘[我草])"
)
_NO_HASTE = "递乐餐捷要速车手活感门件到三八四五十了艇评慢跑讯男报充闪女0-9"
_URGE = (
    rf"请(?!回答1|[求假客教柬帖安问辞我他她了过])(?!你(?:吃|喝|看电影))|快(?![{_NO_HASTE}]|{_CLAUSE}{{1,6}}了(?=$|[,，{_STOPS}]))|快点|赶紧|赶快"
    "|速(?![度率冻溶食卖写成生干])|速来|速速|务必(?!两个)|一定要(?!的)|千万别|千万不要|切记"
    "|记得(?![当那小上呀是吗不他她我主这有啊些还:]|以前|去年)|必须(?![的滴]|承认|说)|立即(?![^,。!?]{1,6}(?:按钮|的感觉|的那))|立刻|尽快|让我们"
    "|马上(?![就到要好回]|开始)|来(?!店即|[就即自源了的到电年日历信不着说得回宾者去往])"
)
_NO_JOINING = "载密拿班油上拿强州工起速快盟湿仑热减倍权分息标大"
_NO_STAYING = "学守意在存恋日澳美英法德念连海级任校"
_NO_PRIVATE = "人立家下密自生有塾募房奔服彩教车信"
_DO = (
    rf"加(?![{_NO_JOINING}]|入了)|扫(?![墓黄雷把帚])(?!地机|描仪|码支付)"
    "|点(?=[击赞开我一下这进链头主右左蓝关个上屏图此红])(?!头(?!像))(?!赞[数了])|回复(?![了率])|转发(?![了量])|联系(?![不了人])"
    rf"|拨打|下载(?![了量])|添加(?![剂了])|关注(?![度了:])|私(?![{_NO_PRIVATE}])|留(?![{_NO_STAYING}])(?!言板|下了)"
    "|打开(?!率|之?后)|登录(?!了)|输入(?!法)|填写|提交|报名(?![费表者人])|拿好|带好|注意(?![力到])|小心(?![翼眼思])"
    "|保持(?=距离|安静|冷静|联系|微笑)|警惕(?!性)|远离|拒绝(?!了)|看好(?=[了你我自孩随])|滚(?![石动烫滚筒])|闭嘴|给我(?![的妈爸家们气吓笑整累乐急美愁感])"
    "|把(?=[^,，。!?\\n]{1,12}(?:发(?!展)|[给交拿放打关删转填带收还停退改传寄洗扔藏做看写背]))"
)


def imperative() -> tuple[str, ...]:
    """A clause that orders, asks for or forbids a deed."""
    people = (
        "大家|各位|亲们?|家人们?|朋友们|同学们|宝子们|姐妹们|兄弟们|老铁们?|各单位|全体[\u4e00-\u9fff]{1,4}|你们?|您"
    )
    told = (
        rf"(?!{_CLAUSE}{{0,14}}(?:的时候|的标志|的牌子|的规定|的我|一看|那天|两个字|[和跟与]"
        rf"{_CLAUSE}{{1,8}}都|都支持|太[^,。]{{1,4}}的|的人都))"
    )
    guess = (
        "没有|不定|希望|因为|凑合|可能|大概|应该|估计|也许|好像|不会|差不多|或许|恐怕|不至于|不是|总不|(?<!还)是|很|挺|叫做|感觉|觉得|知道"
        "|记得|已经|不光|这么|那么"
    )
    state = rf"(?!{_CLAUSE}{{0,14}}{any_phrase('states')}(?:了|中)?{_CLOSED})"
    named = rf"(?!的|中(?![国文间心])|{any_phrase('namesofdeeds')})"
    return (
        rf"{_STARTS}(?:{people})?[,:\s]?{told}(?:{_FORBID}|{_URGE}|{state}(?:{_DO}){named}){_CLAUSE}{{1,60}}",
        rf"{_STARTS}(?![我他她它](?!们))(?!{_CLAUSE}{{0,14}}(?:{guess}))[\u4e00-\u9fff]{{0,18}}"
        rf"[\u4e00-\u9fff](?<![的是好行对会点岁个块元了么样多够错能有在网酒贴事以])吧(?=\s*(?:$|[,，:~…。！!;；\n]))",
    )


_HASTE = ("立即", "马上", "立刻", "即刻", "尽快", "速速", "速", "赶紧", "赶快", "抓紧", "火速", "立马")


_WITHIN = "测部容卷心衣存地幕在外行饰陆需阁讧线涵"


@cache
def deadline() -> tuple[str, ...]:
    """A time by which something must be done."""
    number = r"(?:[0-9]{1,3}(?:\.5)?|[一二两三四五六七八九十]{1,3}|半)"
    unit = r"(?:个?小时|个?钟头|分钟|h|天|日|个?工作日|周|个?星期|个?礼拜|个月)"
    past = "(?!的?[\u4e00-\u9fff]{1,3}(?<!不)了[\u4e00-\u9fff0-9])"
    day = "(?:今天|今日|今晚|今夜|当晚|明天|明早|明晚|明日|本周[一二三四五六日天]|周[一二三四五六日天])"
    hour = "(?:凌晨|早上|上午|中午|下午|晚上|夜里|晚|早)"
    ends = "(?:之前|以前|前|截止|为止|截至)"
    clock = rf"{day}?{hour}?{number}(?:点(?:半|整|[0-9]{{1,2}}分?)?|:[0-9]{{2}}|时){ends}"
    date = rf"(?:[0-9]{{1,2}}月)?[0-9]{{1,2}}[日号]{ends}|(?:下周|下个?月)[一二三四五六日天底初]?{ends}"
    week = rf"(?:本|这个?)?(?:周|星期|礼拜)[一二三四五六日天末]{hour}?"
    weekday = rf"(?:{week}|{day}{hour}?|[月年][底末]|下班){ends}"
    used = "(?=有效|内|之内|前|以内|必须|完成|付|还|交|发货|取|处理|结清|作废|截止|到账|生效|自提)"
    fixed = any_of(text for text in words("spans.tsv") if text not in (*_HASTE, "当天", "当日"))
    teller = "(?<![我他她它们会就已在骑要])"
    over = "后(?:自动)?(?:失效|作废|过期|截止|关闭|下架|停用|冻结)"
    last = rf"{day}|(?:周|星期|礼拜)[一二三四五六日天末]|月[底末]|(?:[0-9]{{1,2}}月)?[0-9]{{1,2}}[日号]"
    latest = rf"(?:最迟|最晚|截止到?)(?:日期|时间)?[:为]?(?:{last})"
    return (
        rf"(?<![0-9.第近前过~\-])(?:{number}\s?{unit}|半小时|半天)"
        rf"(?:之内|以内|内(?![{_WITHIN}])|不到(?=将|就)|{over}){past}|(?:限时|仅剩){number}\s?{unit}",
        clock,
        rf"{fixed}|当[天日]{used}",
        rf"{date}|{weekday}|{latest}",
        rf"{teller}(?:{any_of(_HASTE)}(?<!速)|(?<![\u4e00-\u9fff])速速?|(?<=[请望盼须烦火])速)(?!(?<=马上)[回来去走到](?![复电信]))(?:时间|将|去|联系|给我)?{any_phrase('bareverbs')}(?![率度始学门幕奖]|了[\u4e00-\u9fff])",
    )
