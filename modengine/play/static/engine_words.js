// What the engine says in English within its reasons, in the language of the page.

import { state } from "./state.js";

const STEPS = {
  width: ["full or half width", "全角或半角"],
  traditional: ["traditional characters", "繁体"],
  case: ["letter case", "大小写"],
  gaps: ["characters between", "中间插了字符"],
  repeats: ["repeated characters", "重复字"],
  sounds_like: ["sounds like it", "读音相同"],
  looks_like: ["looks like it", "字形相近"],
  marks: ["accents, apostrophes, hyphens or blanks", "音符、撇号、连字符或空格"],
  initials: ["its first letters", "拼音首字母"],
  spelled: ["some of it in letters", "部分字写成字母"],
  undisguised: ["what stands for something else", "用别的符号代替"],
};

const SAYINGS = [
  [/^(\d+) characters? apart$/, "相距 $1 个字符"],
  [/^(\d+) characters?$/, "$1 个字符"],
  [/^within (\d+) words?$/, "相距不超过 $1 个词"],
  [/^further apart$/, "离得太远"],
  [/^in no part both$/, "没有出现在同一部分里"],
  [/^in no part in this order$/, "没有按这个顺序出现"],
  [/^not in one sentence$/, "不在同一句里"],
  [/^(\d+) found$/, "找到 $1 处"],
  [/^the message has no (\S+), for which ([^]+) stands$/, "消息没有 $1，以 $2 代替"],
  [/^the message has no (.+)$/, "消息没有 $1"],
  [/^([\w.-]+) has (\d+) items?$/, "$1 有 $2 项"],
  [/^not one token$/, "不是一个完整的词"],
  [/^word boundary$/, "词的边界：把别的词切开了"],
  [/^inside (.+)$/, "在 $1 里面"],
  [/^another value$/, "数值不符，或无法比较"],
  [/^no (\S+) within (\S+)$/, "$2 里没有 $1"],
  [/^the message has ([\d,]+) characters; more than ([\d,]+) are not read$/, "消息有 $1 个字符，超过 $2 个就不读了"],
  [/^record (\d+) is not the record that was written.*$/, "记录 $1 不是当初写下的那条：检查点和保管库都与它不符"],
  [/^record (\d+) cannot be read.*$/, "记录 $1 无法读取"],
  [/^(\S+(?:, \S+)*) hit$/, "$1 命中"],
  [/^(\d+) points in place of (\d+), where ([^]+)$/, "$1 分，而非 $2 分，因为 $3"],
  [/^no (.+)$/, "没有 $1"],
  [/^([\w.-]+) is (.+)$/, "$1 是 $2"],
];

const IN_ENGLISH = {
  "word boundary": "word boundary: it cuts another word",
  "not one token": "no word of its own",
  "another value": "another value than is asked for",
};

export function inWords(text) {
  if (state.lang !== "zh") return IN_ENGLISH[text] ?? text;
  const found = SAYINGS.find(([pattern]) => pattern.test(text));
  return found ? text.replace(found[0], found[1]).replaceAll(" and no ", "，也没有 ") : text;
}

// How a match was reached: the kind of pattern, and what the text was changed by.
export function how(steps) {
  const [kind, ...changed] = steps;
  const words = changed.map((one) => STEPS[one]?.[state.lang === "zh" ? 1 : 0] ?? one);
  return words.length ? `${kind}: ${words.join(", ")}` : kind;
}

// A title or clause of the lesson's rules, as the lesson has it in Chinese; {text, lang}.
export function ruleText(text) {
  const chinese = state.lang === "zh" ? state.lesson?.in_chinese : null;
  const [, clause, rest] = /^([\w.-]+: )?([^]*)$/.exec(text);
  const found = chinese?.[rest] ?? null;
  return found ? { text: (clause ?? "") + found, lang: "zh-Hans" } : { text, lang: "en" };
}

const CATEGORIES = { fraud: "诈骗", rumour: "谣言", violence: "暴力", terrorism: "恐怖主义", pornography: "色情" };

// A category's name, with its meaning where the interface is not in English.
export const categoryName = (name) => (state.lang === "zh" && Object.hasOwn(CATEGORIES, name) ? `${CATEGORIES[name]} ${name}` : name);
