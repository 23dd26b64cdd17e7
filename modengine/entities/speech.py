"""How parts of speech are found that say who speaks, to whom and how: sender, person, negation, question, imperative, and times that run out."""

from __future__ import annotations

from functools import cache

from modengine.entities.numbers import DIGITS_RUN
from modengine.entities.tables import any_of, words

_END = r"。！？!?;；\n\r"
_CLAUSE = rf"[^,，{_END}]"
_MARKS = r"[\s,，。！!~…)）\"”」』]"

_OFFICES = (
    r"(?:银行|公司|集团|中心|客服|平台|商城|官方|公安局?|派出所|法院|检察院|移动|联通|电信|快递|物流|医院|学校|社区|居委会|物业|财务|人事|税务局?|社保局?|医保局?|管理局|管理员|"
    r"支付宝|微信|京东|淘宝|天猫|拼多多|抖音|美团|顺丰|中介|猎头|律师事务所|保险|证券|基金|贷款|网贷|小贷|工作人员|专员|警官|民警|老师|教育局|委员会|办公室|部门?|局|站|店|网|协会|工作室|团队|项目组|售后|人力资源|运营)"
)


def sender(names: tuple[str, ...]) -> tuple[str, ...]:
    """Who a message says that it is from; with `names`, such alone in whose name one of these stands."""
    inner = r"[^\]】\[【\n]"
    held = rf"{inner}{{0,20}}{any_of(names)}{inner}{{0,20}}" if names else rf"{inner}{{1,24}}"
    lead = any_of(names) if names else _OFFICES
    letters = r"[^\s,，。！？!?:：;；、的得吗呢吧了]"
    return (
            rf"^\s?【{held}】|【{held}】(?=\s*$)",
            rf"^\s?\[(?!em\]|url|phone|code|id\]|email|图片|表情|视频|语音|链接){held}\]|(?<=.)\[(?!em\]|url|phone|code|id\]|email|图片|表情|视频|语音|链接)(?=[^\]\n]{{2,24}}\]\s*$){held}\]",
            rf"(?:我们?是|我这(?:里|边)是|这(?:里|边)是|我这边为|这儿是|您?好,?我是){letters}{{0,12}}{lead}{letters}{{0,10}}(?:的(?:{letters}{{1,10}}))?",
            rf"(?<![^\s,，。！？!?;；\n]){letters}{{0,10}}{lead}(?:提醒您|温馨提示|提示您?|通知您?|为您|提醒|通知|告知)(?=[:：,，]|您|$|\s)",
    )


_PERSONS: dict[tuple[str, str], str] = {
    ("first", "singular"): r"(?<![自忘大唯小无])我(?!们|国|方|党|军|校|司|市|省|县|院|行|局|队|厂|等|辈|俩)|俺(?!们)|本人|(?<![a-z'])(?:i|i'm|i've|i'll|i'd|me|my|mine|myself)(?![a-z'])",
    ("first", "plural"): r"(?<![自忘大唯小])我(?:们|方|等|辈|俩)|咱们?|俺们|(?<![a-z'])(?:we|we're|we've|we'll|us|our|ours|ourselves)(?![a-z'])",
    ("second", "singular"): r"(?<!迷)[你您妳](?!们|俩|追我赶|争我)|(?<![^\s,，。！？!?~])亲(?=[,，~！!\s])|(?<![a-z'])(?:you|you're|you've|you'll|you'd|your|yours|yourself)(?![a-z'])",
    ("second", "plural"): r"[你您妳](?:们|俩)",
    ("third", "singular"): r"(?<![其吉排利无])他(?!们|人|乡|日|国|杀|俩|处|妈的)|她(?!们|俩)|(?<![a-z'])(?:he|he's|he'll|he'd|him|his|himself|she|she's|she'll|she'd|her|hers|herself)(?![a-z'])",
    ("third", "plural"): r"[他她](?:们|俩)|(?<![a-z'])(?:they|they're|they've|they'll|them|their|theirs|themselves)(?![a-z'])",
}


def person(who: tuple[str, ...], number: tuple[str, ...]) -> tuple[str, ...]:
    """A pronoun."""
    return tuple(
        found
        for (person_, number_), found in _PERSONS.items()
        if (not who or person_ in who) and (not number or number_ in number)
    )


_NOT = (
    r"(?:不要|不会|不是|不用|不需要|不得(?!不)|不能|不可(?!或缺|思议|多得)|不许|不准|不应|不该|不必|不想|不愿|不再|没有|没|从不|从未|从没|绝不|绝没|决不|并非|并不|并没|尚未|未经|未曾|未|请勿|切勿|切莫|勿|莫(?!名|非|过于)|"
    r"禁止|严禁|拒绝|谢绝|拒不|毫不|毫无|无需|无须|不曾|千万别|别(?!人|墅|的|名|处|样|致|克|提了|扭|急|动队)|非(?!常|洲|法|凡|遗|议|物质|典|诚|得|但|常)(?=[^\s]{1,8})|"
    r"无(?!论|线|数|限|聊|奈|语|锡|疑|非|比|所谓|意|人机|期|敌|名|花果|糖|缝)|"
    r"不(?!但|仅|过|得不|管|论|如|好意思|错|断|久|少|同|止|光|料|幸|禁|妨|愧|由|锈|行了|等|然|动产|像话|单|日|惜|时|至于|约而同))"
)
_BEFORE_NOT = r"(?<![差要对了受级特分区告识类性离辞个派没好吃来去走看做玩买干有用想是能会可敢该吗])"
_NOT_AB = r"(?<!是)(?<!能)(?<!有)(?<!会)(?<!要)(?<!好)(?<!可)(?<!想)(?<!对)(?<!行)(?<!用)(?<!去)(?<!来)(?<!敢)(?<!差)(?<!受)(?<!了)(?<!巴)(?<!级)(?<!特)(?<!区)(?<!分)(?<!告)(?<!离)(?<!性)(?<!个)(?<!辨)"


def negation() -> tuple[str, ...]:
    """A negator and what it governs: to the end of its clause, at most thirty characters."""
    english = r"(?<![a-z])(?:don't|do not|doesn't|does not|didn't|did not|isn't|is not|aren't|wasn't|won't|will not|can't|cannot|never|not(?! only)|no(?!\.\s?[0-9])|without)(?![a-z])"
    return (rf"(?:{_NOT_AB}{_NOT}|{english}){_CLAUSE}{{0,30}}",)


def quotation() -> tuple[str, ...]:
    """What stands between quotation marks, or follows a verb of saying and a colon."""
    pairs = ("“”", "‘’", "「」", "『』", "﹁﹂", '""')
    marked = tuple(rf"(?<={opening})[^{opening}{closing}\n]{{1,500}}(?={closing})" for opening, closing in pairs[:5])
    return (
        *marked,
        r'(?<=(?:^|[^"a-z0-9])")[^"\n]{1,500}(?=")',
        rf"(?<=(?:说|道|称|写道|表示|问|喊|答|回复|告诉我|原话)[:：])(?![\s“「『\"])[^{_END}]{{1,200}}",
    )


def question() -> tuple[str, ...]:
    """A sentence that asks."""
    sentence = rf"[^{_END}…]"
    words_ = r"(?:为什么|为啥|怎么(?!也|都|说)|怎样|如何|谁(?!都|也)|哪(?:里|儿|个|些|天|家|位)?|几点|多少|什么时候|啥时候|是不是|能不能|有没有|可不可以|要不要|会不会|好不好|行不行|对不对|想不想|去不去|可以吗|是否)"
    return (
        rf"(?<![^{_END}…\s]){sentence}{{1,200}}(?:[?？])+",
        rf"(?<![^{_END}…\s]){sentence}{{0,200}}[^{_END}…\s](?:吗|呢|么)(?=[\s~]*(?:$|[{_END}…]))",
        rf"(?<![^{_END}…\s]){sentence}{{0,100}}{words_}{sentence}{{0,60}}(?=[\s~]*(?:$|\n))",
    )


def imperative() -> tuple[str, ...]:
    """A clause that orders, asks for or forbids a deed."""
    address = r"(?:你们?|您|大家|各位|亲们?|家人们?|朋友们|同学们|宝子们|姐妹们|兄弟们|老铁们?|各单位|全体[\u4e00-\u9fff]{1,4})?[,，:：\s]?"
    verbs = (
        r"(?:请(?!假|客|教|柬|帖|安|问)|别(?!人|墅|的|名|处|样|致|克|扭)|不要|不许|不准|禁止|严禁|勿|请勿|切勿|切记|快(?!递|乐|餐|捷|要|速|车|手|活|感|门|件|到|三|八|四|五|十|了)|快点|赶紧|赶快|速(?!度|率|冻|溶|食|卖|写)|速来|速速|务必|"
        r"一定要|千万别|千万不要|记得(?!当|那|小|以前|去年)|必须|立即|立刻|马上(?!就|到|要|好|回|开始)|尽快|让我们|来(?!自|源|了|的|到|电|年|日|历|信|不|着|说|得)|加(?!班|油|入了|上|拿|强|州|工|起|速|快)|扫|点(?!心|赞数|评|子|了|点|滴|头)|点击|点开|"
        r"回复(?!了|率)|转发(?!了|量)|联系(?!不|了|人)|拨打|下载(?!了|量)|添加|关注(?!度|了)|私(?!人|立|家|下|密|自|生|有)|留(?!学|守|言板|下了|意|在)|打开|登录(?!了)|输入|填写|提交|报名|拿好|带好|注意(?!力|到)|"
        r"小心|保持|警惕|远离|拒绝|听好|看好|等着|滚|闭嘴|给我|把(?=[^,，。！？!?\n]{1,12}(?:给|发|交|拿|放|打|关|删|转|填|带|收|还|停|退|改|传|寄|洗|扔|藏|处理|做|看|写|背)))"
    )
    return (
        rf"(?<![^,，{_END}：:\s]){address}{verbs}{_CLAUSE}{{1,60}}",
        rf"(?<![^,，{_END}：:\s])(?![我他她它])(?:你们?|您|大家|各位|咱们|我们)?(?:[\u4e00-\u9fff]{{2,16}})吧(?=\s*(?:$|[,，。！!~{_END}]))",
    )


@cache
def deadline() -> tuple[str, ...]:
    """A time by which something must be done."""
    number = r"(?:[0-9]{1,3}(?:\.5)?|[一二两三四五六七八九十]{1,3}|半)"
    unit = r"(?:个?小时|个?钟头|分钟|h|天|日|个?工作日|周|个?星期|个?礼拜|个?月)"
    within = rf"(?<![0-9.第近前过])(?:{number}\s?{unit}|半小时|半天)(?:之内|以内|内|不到(?=将|就))(?![一-龥]{{0,8}}了)"
    clock = r"(?:今天|今日|今晚|今夜|当晚|明天|明早|明晚|明日|本周[一二三四五六日天]|周[一二三四五六日天])?(?:凌晨|早上|上午|中午|下午|晚上|夜里|晚)?(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,3})(?:点(?:半|整|[0-9]{1,2}分?)?|:[0-9]{2}|时)(?:之前|以前|前)"
    date = r"(?:[0-9]{1,2}月)?[0-9]{1,2}[日号](?:之前|以前|前)|(?:下周|下个?月)[一二三四五六日天底初]?(?:之前|以前|前)"
    fixed = any_of(t for t in words("spans.tsv") if t not in ("立即", "马上", "立刻", "即刻", "尽快", "速速", "速", "赶紧", "赶快", "抓紧", "火速"))
    doing = (
        r"(?:登录|点击|办理|处理|缴|交|付|还|转|汇|联系|回复|确认|激活|更新|升级|验证|认证|核实|核对|操作|完成|提交|填|补|充|下载|拨打|致电|加|扫|前往|到|来|报名|领|抢|下单|购买|预约|修改|更改|停止|删|安排|解决|注册|绑定|"
        r"还款|付款|缴费|支付|申报|上报|行动|转发|告知|通知|给我|打款|汇款|进群|入群|撤离|回电|归还|返还|清偿|结清|退)"
    )
    haste = rf"(?<!我)(?<!我们)(?<!已)(?<!他)(?<!她)(?:立即|马上|立刻|即刻|尽快|速速|速|赶紧|赶快|抓紧|火速)(?:时间|去|将|把[^,，。！？!?\n]{{1,10}})?{doing}(?!了|率|度)"
    return within, clock, fixed, date, haste
