// What is wrong with a rule file, in a plain sentence: it stands before what the engine says.

import { state } from "./state.js";

// What is no YAML at all (ME105), by what the engine says of it.
const MALFORMED = [
  [/is not closed/, "This bracket was opened and never closed.", "这个括号没有闭合。"],
  [/closes nothing/, "This bracket closes nothing: it is one too many.", "这个括号多了：前面没有与它成对的。"],
  [/comma is missing/, "A comma is missing just before here.", "这前面少了一个逗号。"],
  [/a line without/, "This line should read “name: value”, with a colon and then a space.", "这一行应写成“名称: 值”，冒号后面空一格。"],
  [/expected a key/, "This line is not in line with its neighbours: give it as many spaces at the beginning as they have.", "这一行没有和上下行对齐：行首的空格要一样多。"],
  [/where no key can stand/, "One colon too many, or the line begins too far to the right. A text with a colon in it needs \"quotes\".", "多了一个冒号，或这一行缩进太多。带冒号的文字要加英文引号。"],
  [/expected `- `/, "A list goes on here: begin with a dash and a space, below the dashes above.", "这里还是列表：用短横线加空格开头，并与上面的短横线对齐。"],
  [/a tab/, "There is a tab at the beginning of this line. Use spaces.", "这一行开头用了 Tab 键，请改用空格。"],
  [/quotation mark/, "A quotation mark was opened and never closed.", "引号没有闭合。"],
  [/begins an alias|begins with a character|begins a directive/, "A text that begins with a sign like this one needs \"quotes\".", "以这种符号开头的文字要加英文引号。"],
];

const PLAIN = {
  ME101: ["There is no file of this name here.", "这里没有叫这个名字的文件。"],
  ME102: ["This file cannot be read.", "这个文件读不了。"],
  ME103: ["This file is too large.", "文件太大了。"],
  ME104: ["This file is not in UTF-8.", "文件不是 UTF-8 编码。"],
  ME105: ["Something in this line is not written as YAML asks: look at its spaces, colon, brackets and quotes.", "这一行不符合 YAML 的写法：检查空格、冒号、括号和引号。"],
  ME106: ["Too many things inside each other.", "嵌套太深了。"],
  ME107: ["“&” and “*” mean something of their own in YAML: put the text into \"quotes\".", "“&”和“*”在 YAML 里有特殊含义：请给文字加英文引号。"],
  ME108: ["“!” means something of its own in YAML: put the text into \"quotes\".", "“!”在 YAML 里有特殊含义：请给文字加英文引号。"],
  ME109: ["“<<” means something of its own in YAML: write the lines out.", "“<<”在 YAML 里有特殊含义：请把内容直接写出来。"],
  ME110: ["The same name stands twice here: keep one.", "同一个名称写了两次：留下一个。"],
  ME111: ["“---” begins a second document: a file holds one.", "“---”会开始另一份文档：一个文件只能有一份。"],
  ME112: ["There is nothing in this file.", "文件是空的。"],
  ME113: ["There is so much wrong here that the page stopped reading.", "错误太多，不再往下读了。"],
  ME114: ["The file modengine.toml is not written as TOML asks.", "modengine.toml 不符合 TOML 的写法。"],
  ME201: ["“{0}” means nothing here: it is mistyped, or belongs elsewhere.", "“{0}”在这里没有意义：打错了，或该写在别处。"],
  ME202: ["Something is missing that every rule needs.", "少了必须写的一项。"],
  ME203: ["Another kind of value belongs here: a number, a text, or a list in [ ].", "这里该写另一种值：数字、文字，或用 [ ] 括起的列表。"],
  ME204: ["This text needs \"quotes\": without them it is read as a number or a date.", "这段文字要加英文引号，否则会被当成数字或日期。"],
  ME205: ["This value is not possible here.", "这里不能写这个值。"],
  ME206: ["The file says neither “policy:” nor “ruleset:” at its beginning.", "文件开头既没有 policy: 也没有 ruleset:。"],
  ME207: ["A name has letters, digits, “_”, “-” and “.”, and no spaces.", "名称只能用字母、数字、“_”“-”“.”，不能有空格。"],
  ME301: ["The condition uses a name that stands nowhere above. Both must be written alike.", "条件里用的名称上面没有，两处要写得一模一样。"],
  ME302: ["There is no list of this name.", "没有叫这个名字的词表。"],
  ME303: ["There is no rule of this name.", "没有叫这个名字的规则。"],
  ME304: ["The policy knows no such field of a message.", "策略里没有这个消息字段。"],
  ME305: ["There is no group of this name.", "没有叫这个名字的组。"],
  ME306: ["There is no clause of this name.", "没有叫这个名字的条款。"],
  ME307: ["No rule file speaks of this category. Is it mistyped, here or there?", "没有规则文件属于这个类别，是不是哪里打错了？"],
  ME308: ["Two things have the same name: give one another.", "有两样东西重名：改掉一个。"],
  ME309: ["The condition does not use this pattern: name it after `when`, or take it away.", "条件没有用到这个模式：写进 when，或者删掉。"],
  ME310: ["These refer to each other in a circle.", "互相引用，绕成了圈。"],
  ME311: ["There is no such pack of rules, or nothing of that name in it.", "没有这个规则包，或者包里没有叫这个名字的文件。"],
  ME312: ["This pack of rules does not fit the others, or this version.", "这个规则包与别的包或版本合不上。"],
  ME401: ["This regex is not complete: look at its brackets.", "正则表达式不完整：检查括号。"],
  ME402: ["This regex would take too long.", "这个正则表达式太费时间。"],
  ME403: ["A word to look for is empty.", "有一个要找的词是空的。"],
  ME404: ["This option does not go with this kind of pattern.", "这种模式不能用这个选项。"],
  ME405: ["A pattern is exactly one of words, text, regex or tokens.", "一个模式只能是 words、text、regex、tokens 之一。"],
  ME406: ["The pattern of tokens is not complete.", "tokens 模式不完整。"],
  ME409: ["“inflect” knows the forms of English words alone.", "inflect 只认得英语单词的词形。"],
  ME408: ["This kind of thing cannot be asked so.", "这一类内容不能这样问。"],
  ME407: ["This would be found everywhere.", "这样写，什么都会被找到。"],
  ME501: ["The condition is not complete: put “and” or “or” between names, and close every bracket.", "条件不完整：名称之间写 and 或 or，括号要成对。"],
  ME502: ["The field has another kind of value than the one it is compared with.", "字段的值与比较的值不是同一种。"],
  ME503: ["This cannot stand in a condition here.", "这里的条件不能用这个。"],
  ME601: ["The period ends before it begins, or there is no such day.", "时间段的结束早于开始，或没有这一天。"],
  ME602: ["The points must rise: label, then review, then block.", "分数要依次升高：label、review、block。"],
  ME603: ["What is based on a study remains a study.", "以研究用策略为基础的，仍是研究用策略。"],
  ME604: ["This may not be changed here, or it changes nothing.", "这里不能改，或者改了等于没改。"],
  ME605: ["No rule is left that could count.", "没有一条能起作用的规则了。"],
  ME606: ["The rules have more of something than may be read.", "规则太多或太大，读不下了。"],
  ME607: ["Lists that others made may stand in a study alone.", "别人做的词表只能放在研究策略里。"],
  ME701: ["A word for a group of people is no evidence of anything.", "指称某个人群的词不能当作证据。"],
  ME801: ["No pattern uses this list.", "没有模式用到这个词表。"],
  ME802: ["No rule uses this pattern.", "没有规则用到这个模式。"],
  ME803: ["No rule stands for this clause. It works all the same.", "没有规则依据这一条款。不影响使用。"],
  ME804: ["The rule does not say which clause of a written policy it stands for. It works all the same.", "这条规则没写依据哪一条款。不影响使用。"],
  ME805: ["This is sought in every message from its beginning to its end: slow, where there are many rules.", "每条消息都要从头到尾搜一遍：规则多时会慢。"],
  ME806: ["However many points, nothing is done.", "分数再高也不会采取措施。"],
  ME807: ["It would be good to have an example to catch and one to let pass, so that the rule can be tested. It works all the same.", "最好各写一个该抓和该放过的例子，这样才能测试规则。不影响使用。"],
  ME808: ["A single character is never sought by its sound or look: too many others are like it.", "单个字不会按读音或字形来找：像它的字太多。"],
  ME809: ["A word for a group of people: counted here, because this is a study.", "指称某个人群的词：因为这是研究用策略，只作统计。"],
  ME810: ["The same word stands here twice.", "同一个词写了两次。"],
  ME830: ["The last day of this exception has passed.", "这条例外的最后一天已经过去了。"],
  ME831: ["There is nothing here that it could take points from.", "这里没有它能减分的类别。"],
  ME829: ["What this looks for cuts words in two in these messages.", "在这些消息里，它找到的文字把词语从中间切开了。"],
  ME811: ["Some texts make this regex very slow: one of its repeats can read the same text in two ways.", "有些文字会让这条正则非常慢：它的一个重复能用两种方式读同一段文字。"],
  ME812: ["This condition, or a part of it, can never be true: its pieces contradict each other.", "这个条件（或其中一部分）永远不会成立：各部分互相矛盾。"],
  ME813: ["This condition, or a part of it, is always true: it asks for nothing.", "这个条件（或其中一部分）永远成立：等于没有要求。"],
  ME814: ["A part of this condition could be left out: the rest says it already.", "条件中有一部分可以去掉：其余部分已经包含了它。"],
  ME815: ["This rule can never hit: what cancels it is there whenever it would hit.", "这条规则永远不会命中：凡是会命中的时候，`unless` 也成立。"],
  ME816: ["Two rules catch exactly the same messages.", "有两条规则抓的消息完全一样。"],
  ME817: ["This rule hits only where another one hits too. That may be what is meant.", "这条规则命中时，另一条也总会命中。可能本来就是这个意思。"],
  ME818: ["All rules together do not give so many points: this step is never reached.", "所有规则加起来也没有这么多分：这一级永远到不了。"],
  ME819: ["A later line undoes this change.", "后面的一行取消了这个改动。"],
  ME820: ["A word of a single character is found very often.", "单个字的词会找到很多。"],
  ME821: ["There is a space at the beginning or the end of this word.", "这个词的开头或结尾有空格。"],
  ME822: ["“*” stands for itself here, not for other characters.", "这里的“*”就是星号本身，不代表其他字。"],
  ME823: ["The comma cuts this word in two: put the word into \"quotes\".", "逗号把这个词切成了两个：请给词加英文引号。"],
  ME824: ["One word counts twice in this condition. That may be what is meant.", "同一个词在这个条件里算了两次。可能本来就是这个意思。"],
  ME825: ["The same example stands in two places that say different things.", "同一个例子写在两处，说法互相矛盾。"],
  ME826: ["No example and no message has this word.", "没有例子也没有消息用到这个词。"],
  ME827: ["A comment that allows a finding needs its code, the word `because`, and a reason.", "允许某项提示的注释要写明代码、because 和理由。"],
  ME828: ["This comment allows something that is not there.", "这条注释允许的问题并不存在。"],
};

// Signs of a Chinese keyboard that YAML does not know; they look so much alike that only a name tells them apart.
const WIDE = [
  ["：", "colon", "冒号"],
  ["，", "comma", "逗号"],
  ["、", "comma", "顿号"],
  ["【】［］", "square bracket", "方括号"],
  ["｛｝", "curly bracket", "花括号"],
  ["“”‘’", "quotation mark", "引号"],
  ["－", "dash", "短横线"],
  ["\u3000", "space", "空格"],
];
const WIDE_SIGNS = new RegExp(`[${WIDE.map(([signs]) => signs).join("")}]`, "gu");

const said = ([en, zh]) => (state.lang === "zh" ? zh : en);

function wide(signs) {
  const named = WIDE.filter(([some]) => signs.some((sign) => some.includes(sign)));
  const names = (at, joint) => [...new Set(named.map((one) => one[at]))].join(joint);
  return said([
    `A Chinese ${names(1, " and ")} stands here. Rules need the one of an English keyboard.`,
    `这里的${names(2, "和")}是中文标点。规则里要用英文标点。`,
  ]);
}

const WIDE_COMMA = ["The comma here is a Chinese one: what stands on both sides of it is read as one word.", "这里的逗号是中文标点：两边的词会被当成一个词。请改成英文逗号。"];
const WIDE_QUOTES = ["The quotation marks here are Chinese ones: they are read as a part of the word.", "这里的引号是中文标点：会被当成词的一部分。请去掉或改成英文引号。"];

// Whether this is about the file as a text, where a full-width sign is the likely cause.
const aboutSigns = new Set(["ME105", "ME201", "ME202", "ME203", "ME207", "ME403"]);

// The plain sentence, or nothing.  line: the text that the problem stands in.
export function plainly(problem, line = "") {
  if (problem.code === "ME204" && problem.message.includes("full-width")) return said(problem.message.includes("comma") ? WIDE_COMMA : WIDE_QUOTES);
  const signs = aboutSigns.has(problem.code) ? outsideQuotes(line).match(WIDE_SIGNS) : null;
  if (signs) return wide(signs);
  const malformed = problem.code === "ME105" && MALFORMED.find(([pattern]) => pattern.test(problem.message));
  if (malformed) return said(malformed.slice(1));
  return PLAIN[problem.code] ? said(PLAIN[problem.code]).replace("{0}", () => /`([^`]*)`$/.exec(problem.message)[1]) + meant(problem) : "";
}

// What the engine takes to be meant, of the names that it knows there.
function meant({ hint }) {
  const near = /^did you mean `([^`]*)`\?$/.exec(hint)?.[1];
  return near ? said([` Did you mean “${near}”?`, `是不是“${near}”？`]) : "";
}

const outsideQuotes = (line) => line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'|#.*$/g, "");
