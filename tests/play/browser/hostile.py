"""Strings that would run, load, or turn the page around, if anything read them as more than text."""

from __future__ import annotations

from itertools import product

_RUN = ("window.hit=1", "hit=1//", "alert(1)", "fetch('https://example.com/')", "document.title='x'")
_SHAPES = (
    "<script>{0}</script>",
    "<img src=x onerror={0}>",
    "<img src=x onerror='{0}'>",
    "<svg onload={0}>",
    "<svg><script>{0}</script></svg>",
    "<svg/onload={0}>",
    "<iframe srcdoc='<script>parent.{0}</script>'></iframe>",
    "<iframe src=javascript:{0}></iframe>",
    "<body onload={0}>",
    "<a href=javascript:{0}>x</a>",
    "<details open ontoggle={0}>",
    "<input autofocus onfocus={0}>",
    "<video><source onerror={0}></video>",
    "<audio src=x onerror={0}>",
    "<object data=javascript:{0}>",
    "<embed src=javascript:{0}>",
    "<form action=javascript:{0}><button>x</button></form>",
    "<base href=https://example.com/><script src=x>{0}</script>",
    "<meta http-equiv=refresh content='0;url=javascript:{0}'>",
    "<link rel=stylesheet href=https://example.com/x.css>{0}",
    "<style>@import 'https://example.com/{0}'</style>",
    "<div style='background:url(javascript:{0})'>",
    "<math><mtext><table><mglyph><style><img src=x onerror={0}>",
    "<template><script>{0}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={0}>'>",
    "<textarea></textarea><script>{0}</script>",
    "</textarea><script>{0}</script>",
    "</title><script>{0}</script>",
    "--><script>{0}</script>",
    "]]><script>{0}</script>",
    '"><script>{0}</script>',
    "'><script>{0}</script>",
    "`><script>{0}</script>",
    '" onmouseover={0} x="',
    "' onfocus={0} autofocus x='",
    "javascript:{0}",
    "data:text/html,<script>{0}</script>",
    "${{{0}}}",
    "{{{{{0}}}}}",
    "{{{{constructor.constructor('{0}')()}}}}",
    "<%= {0} %>",
    "\\u003cscript\\u003e{0}\\u003c/script\\u003e",
    "&lt;script&gt;{0}&lt;/script&gt;",
    "&#60;script&#62;{0}&#60;/script&#62;",
    "%3Cscript%3E{0}%3C/script%3E",
    "<scr<script>ipt>{0}</scr</script>ipt>",
    "<SCRIPT>{0}</SCRIPT>",
    "<script\n>{0}</script\n>",
    "<script/x>{0}</script/x>",
    "<img/src=x\tonerror={0}>",
    "<x onclick={0} tabindex=1 autofocus onfocus={0}>",
    "<marquee onstart={0}>",
    "<keygen autofocus onfocus={0}>",
    "<isindex type=image src=x onerror={0}>",
    "<button popovertarget=x onclick={0}>x</button><div popover id=x onbeforetoggle={0}>",
    "<portal src=javascript:{0}>",
    "<animate onbegin={0} attributeName=x dur=1s>",
    "<svg><animate onbegin={0} attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload={0}>#x'>",
    "<dialog open oncancel={0}>",
    "<select autofocus onfocus={0}>",
    "<style onload={0}></style>",
    "<script src=data:text/javascript,{0}></script>",
    "<script type=module>{0}</script>",
    '<script type=importmap>{{"imports":{{}}}}</script><script>{0}</script>',
    "<a href='data:text/html,{0}'>x</a>",
    "<frameset onload={0}>",
    "<xss style=animation-name:x onanimationstart={0}>",
    "<iframe/onload={0}>",
    "<bgsound src=javascript:{0}>",
)
_BIDI = [
    f"{char}中奖{char}abc{chr(0x202C)}"
    for char in map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C))
]
_CONTROL = [f"中{chr(code)}奖" for code in (*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))]
_INVISIBLE = [
    f"中{chr(code)}奖"
    for code in (*range(0x200B, 0x200E), *range(0x2060, 0x2065), 0xFEFF, 0x00AD, 0x180E, 0xFFF9, 0xFFFB)
]
_TAGS = [f"中{chr(0xE0000 + code)}奖" for code in range(0x20, 0x7F, 4)]
_HEAVY = ["ก" + "็" * 200, "e" + "\u0301" * 500, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "﷽" * 50, "𒐫" * 50, "\U0001f468\u200d" * 60]

HOSTILE: tuple[str, ...] = (
    *(shape.format(run) for shape, run in product(_SHAPES, _RUN)),
    *_BIDI, *_CONTROL, *_INVISIBLE, *_TAGS, *_HEAVY,
    *(f"<b>{number}</b>__proto__[{number}]={number};constructor[prototype][hit]=1" for number in range(40)),
)  # fmt: skip
