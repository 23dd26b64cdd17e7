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
};
