// A rule or a file added to rule files, by lines and touching nothing else.

const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

// The file's name as the server takes it, with its suffix; empty where it is none.
export function nameOf(given, kind) {
  const suffix = kind === "list" ? ".txt" : ".yaml";
  const base = given.trim().replace(kind === "list" ? /\.txt$/i : /\.ya?ml$/i, "");
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_-]{0,39}$/u.test(base) || RESERVED.test(base) || base.toLowerCase() === "shipped") return "";
  return base + suffix;
}

// A file with rules: the one that is looked at, or the first.
export function rulesIn(active, files) {
  const has = (name) => /^ruleset:/m.test(files[name] ?? "");
  return has(active) ? active : Object.keys(files).find(has);
}

const quoted = (word) => JSON.stringify(word);

export function newRule(category, words, points, taken, title, kind = "words") {
  let number = 1;
  while (taken.includes(`${category}.mine-${number}`)) number += 1;
  const id = `${category}.mine-${number}`;
  return {
    id,
    lines: [
      `- id: ${id}`,
      `  title: ${quoted(title)}`,
      `  score: ${points}`,
      "  patterns:",
      `    mine: {${kind}: [${words.map(quoted).join(", ")}]}`,
      "  when: mine",
    ],
  };
}

// The new text, and the id and line of the rule; null where the file's rules are written in a way that this does not know.
export function withRule(text, words, points, taken, title, kind = "words") {
  const lines = text.split("\n");
  const category = /^category:\s*["']?([\w-]+)/m.exec(text)?.[1];
  const head = lines.findIndex((line) => /^rules:\s*(\[\s*\])?\s*(#.*)?$/.test(line));
  if (!category || head < 0) return null;
  lines[head] = lines[head].replace(/\[\s*\]/, "").trimEnd();
  const blank = (line) => /^\s*(#.*)?$/.test(line);
  let end = head + 1;
  while (end < lines.length && (blank(lines[end]) || /^(\s|-)/.test(lines[end]))) end += 1;
  while (end > head + 1 && blank(lines[end - 1])) end -= 1;
  const first = lines.slice(head + 1, end).find((line) => !blank(line));
  if (first && !/^\s*-/.test(first)) return null;
  const pad = first ? /^\s*/.exec(first)[0] : "  ";
  const rule = newRule(category, words, points, taken, title, kind);
  lines.splice(end, 0, ...rule.lines.map((line) => pad + line));
  return { text: lines.join("\n"), id: rule.id, line: end + 1 };
}

export function fileFor(name, rule, category, title) {
  const id = name.replace(/\.yaml$/, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return [`ruleset: ${/^[a-z]/.test(id) ? id : "mine"}`, `title: ${quoted(title)}`, `category: ${category}`, "rules:", ...rule.lines.map((line) => `  ${line}`), ""].join("\n");
}

// The policy with one ruleset more, or null.
export function withRuleset(text, name) {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => /^rulesets:/.test(line));
  if (at < 0) return null;
  const flow = /^(rulesets:\s*\[)(.*?)(\].*)$/.exec(lines[at]);
  if (flow) {
    lines[at] = `${flow[1]}${flow[2].trim() ? `${flow[2]}, ` : ""}${name}${flow[3]}`;
    return lines.join("\n");
  }
  if (!/^rulesets:\s*(#.*)?$/.test(lines[at])) return null;
  let end = at + 1;
  while (end < lines.length && /^\s*(-|#|$)/.test(lines[end])) end += 1;
  while (end > at + 1 && !/^\s*-/.test(lines[end - 1])) end -= 1;
  const pad = end > at + 1 ? /^\s*/.exec(lines[end - 1])[0] : "  ";
  lines.splice(end, 0, `${pad}- ${name}`);
  return lines.join("\n");
}

// The policy without a file that is taken away.
export function withoutFile(text, name) {
  const it = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text
    .replace(new RegExp(`^\\s*-\\s*["']?${it}["']?\\s*(#.*)?\\n`, "m"), "")
    .replace(new RegExp(`^(rulesets:\\s*\\[[^\\]\\n]*?),\\s*["']?${it}["']?(?=\\s*[,\\]])`, "m"), "$1")
    .replace(new RegExp(`^(rulesets:\\s*\\[\\s*)["']?${it}["']?\\s*,?\\s*`, "m"), "$1");
}
