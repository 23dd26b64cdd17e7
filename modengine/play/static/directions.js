// Which way each sign of a line runs, where letters from the right and from the left are mixed (after UAX #9, without embeddings:
// the signs that make them are shown by their numbers).

export const FROM_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
export const GOES_ON = new RegExp(`${FROM_RIGHT.source}|[ \\p{M}]`, "u");
const NUMBER = /\p{Nd}/u;
const MARK = /^\p{M}/u;
const STRONG = /\p{L}/u;
const BETWEEN = /^[.,:/+-]$/; // within a number

const strong = (text) => (NUMBER.test(text) ? "" : FROM_RIGHT.test(text) ? "rtl" : STRONG.test(text) ? "ltr" : "");

// {base: the direction of the line, ways: that of each sign}; a number among letters from the right is a "number".
export function directions(texts) {
  const base = texts.map(strong).find(Boolean) ?? "ltr";
  let last = base;
  const ways = texts.map((text, at) => {
    const way = strong(text);
    if (way) last = way;
    if (way || (MARK.test(text) && at)) return way || "mark";
    return NUMBER.test(text) ? (last === "rtl" ? "number" : "ltr") : "";
  });
  for (let at = 0; at < ways.length; at++) {
    if (ways[at] === "mark") ways[at] = ways[at - 1];
    if (BETWEEN.test(texts[at]) && ways[at - 1] === "number" && ways[at + 1] === "number") ways[at] = "number";
  }
  // What has no direction has that of its neighbours where they agree, and otherwise that of the line.
  const side = (way) => (way === "number" ? "rtl" : (way ?? base));
  for (let at = 0; at < ways.length; ) {
    let to = at;
    while (to < ways.length && !ways[to]) to += 1;
    if (to > at) ways.fill(side(ways[at - 1]) === side(ways[to]) ? side(ways[to]) : base, at, to);
    at = to + 1;
  }
  return { base, ways };
}
