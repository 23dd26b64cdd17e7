// Adds an example to a rule in the text of its file, by lines, and touches nothing else.

// The new text and the line of the example, or null where the rule's examples are written in a way that this does not know.
export function withExample(text, rule, kind, message) {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\s*-\\s+id:\\s*["']?${escaped(rule)}["']?\\s*(#.*)?$`).test(line));
  if (start < 0) return null;
  const dash = lines[start].indexOf("-");
  const indent = dash + 2;
  let end = start + 1;
  while (end < lines.length && (blank(lines[end]) || depth(lines[end]) > dash)) end++;
  while (end > start + 1 && blank(lines[end - 1])) end--;
  const quoted = JSON.stringify(message);
  const pad = " ".repeat(indent);

  const examples = key(lines, start + 1, end, indent, "examples");
  if (examples < 0) {
    lines.splice(end, 0, `${pad}examples:`, `${pad}  ${kind}:`, `${pad}    - ${quoted}`);
    return { text: lines.join("\n"), line: end + 3 };
  }
  if (!/^\s*examples:\s*(#.*)?$/.test(lines[examples])) return null;
  let below = examples + 1;
  while (below < end && (blank(lines[below]) || depth(lines[below]) > indent)) below++;
  const inner = lines.slice(examples + 1, below).find((line) => !blank(line));
  const step = inner ? depth(inner) : indent + 2;
  const mine = key(lines, examples + 1, below, step, kind);
  if (mine < 0) {
    lines.splice(examples + 1, 0, `${" ".repeat(step)}${kind}:`, `${" ".repeat(step + 2)}- ${quoted}`);
    return { text: lines.join("\n"), line: examples + 3 };
  }
  const flow = /^(\s*\w+:\s*\[)(.*)$/.exec(lines[mine]);
  if (flow) {
    const comma = /^\s*\]/.test(flow[2]) ? "" : ", ";
    lines[mine] = `${flow[1]}${quoted}${comma}${flow[2]}`;
    return { text: lines.join("\n"), line: mine + 1 };
  }
  if (!/^\s*\w+:\s*(#.*)?$/.test(lines[mine])) return null;
  const first = lines.slice(mine + 1, below).find((line) => !blank(line));
  const at = first && /^\s*-/.test(first) ? depth(first) : step + 2;
  lines.splice(mine + 1, 0, `${" ".repeat(at)}- ${quoted}`);
  return { text: lines.join("\n"), line: mine + 2 };
}

function key(lines, from, to, indent, name) {
  for (let at = from; at < to; at++) if (depth(lines[at]) === indent && lines[at].trimStart().startsWith(`${name}:`)) return at;
  return -1;
}

const blank = (line) => /^\s*(#.*)?$/.test(line);
const depth = (line) => line.length - line.trimStart().length;
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
