// The words of What if, Tests and Evade that came with the lessons, in the two languages of the page.

export const LESSONS = {
  // name: [English, Chinese]
  of: ["{0} of {1}", "{1} 条中 {0} 条"],
  as_number: ["{0}, as a number", "{0}（数字）"],
  traded: ["Against before, harmful messages caught: {0}; false alarms: {1}.", "与原来相比，抓到的有害消息 {0}，误报 {1}。"],
  curve_says: [
    "What the threshold of “{0}” costs: the share caught of all harmful messages, and the share of all harmless ones that is flagged by mistake.",
    "“{0}”的门槛要付出什么：有害消息里抓到的比例，和无害消息里误报的比例。",
  ],
  curve_axis: ["“{0}” from so many points", "从多少分起“{0}”"],
  curve_said: ["With “{0}” from {1} points: caught {2} of {3}, false alarms {4} of {5}.", "从 {1} 分起“{0}”：{3} 条里抓到 {2} 条，{5} 条里误报 {4} 条。"],
  curve_numbers: ["The curve in numbers", "曲线的数字"],
  groups_say: [
    "Whose messages are flagged (labelled, held or blocked)? Press a number to read them. Below it is the 95 % interval.",
    "谁的消息被标记（加标签、送审或拦截）？点数字可以看是哪些。下面是 95% 区间。",
  ],
  n_caught: ["{0} of {1} caught", "{1} 条抓到 {0} 条"],
  n_flagged: ["{0} of {1} flagged", "{1} 条标记 {0} 条"],
  all_of_them: ["all together", "合计"],
  since_changed: ["Since you changed the rules", "你改规则以后"],
  freed: ["You freed {0}: harmless, and no longer flagged", "你放过了 {0} 条误报：无害，原来被标记，现在放行"],
  let_pass: ["You let {0} through: harmful, and no longer caught", "你漏掉了 {0} 条：有害，原来抓到，现在放行"],
  newly_caught: ["You caught {0} more: harmful, and passed before", "你多抓到 {0} 条：有害，原来放行"],
  newly_hit: ["You hit {0} more: harmless, and passed before", "你多误伤 {0} 条：无害，原来放行"],
  changes_none: ["No message changed sides.", "没有消息换边。"],
  lighter: ["got off lighter", "处理变轻了"],
  gloss_chinese: ["In Chinese", "中文大意"],
  says_study: ["This is what the rules would decide.", "规则会这样判定，但这只是研究。"],
  d_leet: ["digits for letters", "数字代字母"],
  "d_other-script": ["other alphabets", "别的字母表"],
  d_vowels: ["vowels left out", "省去元音"],
  one_false_alarm: ["false alarm", "误报"],
  one_missed: ["missed", "漏掉"],
  points_of_one: ["{0} point", "{0} 分"],
  would_give_one: ["would give {0} point", "会给 {0} 分"],
};
