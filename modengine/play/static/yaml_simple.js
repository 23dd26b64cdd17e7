// Rules whose lines a form can write: read and changed in place, so that nothing else of the file is touched.

const RULE = /^(\s*)-\s+id:\s*["']?([\w.-]+)/;
// An item of a list: within quotes a bracket or a comma is a sign like others.
const ITEM = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*|[^\]"',\s][^\],]*`;
const PATTERN = new RegExp(String.raw`^(\s+([\w-]+):\s*\{\s*)(words|text)(:\s*\[)(\s*(?:${ITEM})?(?:,\s*(?:${ITEM})?)*)(\].*)$`);
const POINTS = /^(\s+score:\s*|\s+relieve:\s*\{.*\bby:\s*)(\d+)(?![\w.])(.*)$/;

function unquoted(text) {
  const [, double, single, plain] = /^("(?:[^"\\]|\\.)*")|^'((?:[^']|'')*)'|^(.*?)(?:\s+#.*)?$/.exec(text.trim());
  try {
    return double ? JSON.parse(double) : (single?.replaceAll("''", "'") ?? plain);
  } catch {
    return double.slice(1, -1); // signs of YAML that JSON does not know
  }
}

const wordsIn = (list) => (list.match(new RegExp(ITEM, "g")) ?? []).map(unquoted).filter(Boolean);

// [{id, title, line, relief, points: {line, value}, patterns: [{name, line, kind, words}]}], lines from 0.
export function simpleRules(text) {
  const rules = [];
  text.split("\n").forEach((line, at) => {
    const begun = RULE.exec(line);
    const rule = rules.at(-1);
    if (begun) rules.push({ id: begun[2], title: "", line: at, indent: begun[1].length, relief: false, points: null, patterns: [] });
    if (begun || !rule || rule.ended) return;
    if (/\S/.test(line) && line.length - line.trimStart().length <= rule.indent) rule.ended = true;
    const title = /^\s+title:\s*(.+)$/.exec(line);
    const points = POINTS.exec(line);
    const pattern = PATTERN.exec(line);
    if (title && !rule.title) rule.title = unquoted(title[1]);
    if (points && !rule.points) Object.assign(rule, { points: { line: at, value: Number(points[2]) }, relief: points[1].includes("relieve") });
    const words = pattern ? wordsIn(pattern[5]) : [];
    if (pattern && words.every((one) => separated(one)[0] === one)) rule.patterns.push({ name: pattern[2], line: at, kind: pattern[3], words });
  });
  return rules;
}

// What a person writes between commas, Chinese ones too.
export const separated = (text) => [...new Set(text.split(/[,，、;；\n]+/).map((one) => one.trim()).filter(Boolean))];

const PLAIN = /^[\p{Script=Han}\p{L}][\p{Script=Han}\p{L}\p{N}]*$/u;
const MEANS_MORE = /^(true|false|yes|no|on|off|null|y|n)$/i;
const written = (word) => (PLAIN.test(word) && !MEANS_MORE.test(word) ? word : JSON.stringify(word));

function changed(text, at, pattern, by) {
  const lines = text.split("\n");
  lines[at] = lines[at].replace(pattern, by);
  return lines.join("\n");
}

export const withWords = (text, pattern, kind, words) =>
  changed(text, pattern.line, PATTERN, (_, before, _name, _kind, open, _list, after) => before + kind + open + words.map(written).join(", ") + after);

export const withPoints = (text, rule, points) => changed(text, rule.points.line, POINTS, (_, before, _value, after) => `${before}${points}${after}`);

// The text without a rule, down to the next one or the end of the list.
export function withoutRule(text, id) {
  const lines = text.split("\n");
  const rule = simpleRules(text).find((one) => one.id === id);
  if (!rule) return text;
  let end = rule.line + 1;
  while (end < lines.length && (!lines[end].trim() || lines[end].length - lines[end].trimStart().length > rule.indent)) end += 1;
  while (!lines[end - 1].trim()) end -= 1;
  lines.splice(rule.line, end - rule.line);
  return lines.join("\n");
}
