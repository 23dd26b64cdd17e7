// Words of what the editor shows while rules are written.

export const EDITOR = {
  // name: [English, Chinese]
  hint_word: ["a word of conditions", "条件里的词"],
  hint_list: ["list", "词表"],
  hint_pattern: ["pattern", "模式"],
  hint_clause: ["clause", "条款"],
  hint_group: ["group", "分组"],
  hint_rule: ["rule", "规则"],
  hint_field: ["message field", "消息字段"],
  hint_terms: ["{0} terms: {1}", "{0} 个词：{1}"],
  hint_terms_one: ["1 term: {1}", "1 个词：{1}"],
  hint_points: ["{0} points", "{0} 分"],
  hint_points_one: ["1 point", "1 分"],
  hint_relief: ["a relief: it takes points away", "减免规则：扣分"],
  hint_cap: ["at most {0} points", "最多 {0} 分"],
  hint_absent: ["{0} where a message lacks it", "消息没有它时视为 {0}"],
  hint_empty: ["empty where a message lacks it", "消息没有它时视为空"],
  hint_unknown: ["unknown where a message lacks it", "消息没有它时视为未知"],
  hint_parts: ["looks in {0} alone", "只在 {0} 里找"],
  hint_users: ["used by {0}", "使用它的规则：{0}"],
  hint_found: ["found in {0} of {1} examples", "{1} 条示例里，{0} 条找到了它"],
  hint_matches: ["matches:", "命中："],
  hint_passes: ["does not match:", "不命中："],
  hint_nothing: ["Nothing is known of what stands here.", "这里没有可说明的内容。"],
};
