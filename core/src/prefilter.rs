//! May a rule hit?  The upper bound of its condition: every pattern of which a literal was found is taken as found.
//!
//! Never no where the condition holds (see `engine/evaluate/may_hit.py`).  The conditions of all rules are one list of
//! tests; each says where to go on with yes and with no, so that nothing is asked twice and the list stays in the cache.

use crate::bits::{Bits, Few};
use crate::condition::{needs_one, sum, Condition, Group};

/// In place of the number of a test: it is known.
const HOLDS: u32 = u32::MAX;
const FAILS: u32 = u32::MAX - 1;

/// Whether a literal of some patterns was found, of which the bits stand in one word of the set; 24 bytes.
struct Test {
    bits: u64,
    /// The number of the word, or `OTHER`.
    word: u32,
    yes: u32,
    no: u32,
}

/// In place of a word: the test is one of the others, by its number in `bits`.
const OTHER: u32 = u32::MAX;

enum Other {
    /// Whether literals of so many patterns were found; one that is asked for twice stands in two of the sets.
    AtLeast(u32, Box<[Few]>),
    /// Whether this rule may hit.
    Rule(u32),
}

pub struct Prefilter {
    tests: Vec<Test>,
    others: Vec<Other>,
    /// Where each rule begins.
    begins: Vec<u32>,
    /// The rules that a pattern opens: it is one of those of which the rule needs one.
    opens: Vec<Few>,
    /// The rules that need no pattern.
    open: Few,
}

/// The rules of a message of which it is open whether they may hit, and those that may.
pub struct Live {
    open: Bits,
    may_hit: Bits,
}

impl Live {
    pub fn new(rules: usize) -> Self {
        Live {
            open: Bits::new(rules),
            may_hit: Bits::new(rules),
        }
    }

    pub fn clear(&mut self) {
        self.open.clear();
        self.may_hit.clear();
    }

    /// Those that may hit, in the order of the policy.
    pub fn rules(&self) -> impl Iterator<Item = u32> + '_ {
        self.may_hit.iter()
    }

    /// The first that may hit, from this one on in the order of the policy; the next time one behind it.
    pub fn next(&self, from: &mut u32) -> Option<u32> {
        let rule = self.may_hit.next(*from)?;
        *from = rule + 1;
        Some(rule)
    }
}

impl Prefilter {
    /// `costs` says about how often each pattern is looked for, `always` which are looked for in any message.
    pub fn new(conditions: &[&Condition], costs: &[f64], always: &[u32]) -> Self {
        let (opens, open) = openings(conditions, costs, always);
        let mut prefilter = Prefilter {
            tests: Vec::new(),
            others: Vec::new(),
            begins: Vec::new(),
            opens,
            open,
        };
        for &condition in conditions {
            let begin = prefilter.put(condition, HOLDS, FAILS);
            prefilter.begins.push(begin);
        }
        prefilter
    }

    fn test(&mut self, word: u32, bits: u64, yes: u32, no: u32) -> u32 {
        self.tests.push(Test {
            bits,
            word,
            yes,
            no,
        });
        self.tests.len() as u32 - 1
    }

    fn other(&mut self, other: Other, yes: u32, no: u32) -> u32 {
        self.others.push(other);
        self.test(OTHER, self.others.len() as u64 - 1, yes, no)
    }

    /// Where a condition begins that goes on there; made from its end, for every test must know what follows.
    fn put(&mut self, condition: &Condition, yes: u32, no: u32) -> u32 {
        match condition {
            Condition::And(items) => items
                .iter()
                .rev()
                .fold(yes, |yes, item| self.put(item, yes, no)),
            Condition::Or(items) => items
                .iter()
                .rev()
                .fold(no, |no, item| self.put(item, yes, no)),
            Condition::Has(group) => self.touched(group, yes, no),
            Condition::Count(group, compare, n) if needs_one(*compare, *n) => {
                self.touched(group, yes, no)
            }
            Condition::Near { left, right, .. } | Condition::Inside(left, right) => {
                let yes = self.touched(right, yes, no);
                self.touched(left, yes, no)
            }
            Condition::Together(groups) => groups
                .iter()
                .rev()
                .fold(yes, |yes, group| self.touched(group, yes, no)),
            Condition::Of(patterns, least) => {
                let sets = layers(patterns);
                let sets = sets.iter().map(|layer| Few::of(layer)).collect();
                self.other(Other::AtLeast(*least as u32, sets), yes, no)
            }
            Condition::Rules(rules) => rules
                .iter()
                .rev()
                .fold(no, |no, &rule| self.other(Other::Rule(rule), yes, no)),
            Condition::Always
            | Condition::Not(_)
            | Condition::Count(..)
            | Condition::Length(..)
            | Condition::Field(_) => yes,
        }
    }

    fn touched(&mut self, group: &Group, yes: u32, no: u32) -> u32 {
        let words = group.few.words();
        words.fold(no, |no, &(word, bits)| self.test(word, bits, yes, no))
    }

    /// Finds out which rules may hit, of the patterns that were `touched`.
    pub fn find(&self, live: &mut Live, touched: &Bits) {
        live.open.add_all(&self.open);
        for number in touched.iter() {
            live.open.add_all(&self.opens[number as usize]);
        }
        while let Some(rule) = live.open.next(0) {
            self.may_hit(live, touched, rule);
        }
    }

    /// Whether a rule may hit; asked once what opens it was found.
    pub fn may_hit(&self, live: &mut Live, touched: &Bits, rule: u32) -> bool {
        if live.open.has(rule) {
            live.open.remove(rule);
            if self.may_hold(live, touched, rule) {
                live.may_hit.add(rule);
            }
        }
        live.may_hit.has(rule)
    }

    fn may_hold(&self, live: &mut Live, touched: &Bits, rule: u32) -> bool {
        let mut at = self.begins[rule as usize];
        while at < FAILS {
            let test = &self.tests[at as usize];
            let is_so = match test.word {
                OTHER => match &self.others[test.bits as usize] {
                    Other::AtLeast(least, sets) => {
                        let words = sets.iter().flat_map(Few::words);
                        let found = words.map(|&(word, bits)| touched.word(word) & bits);
                        found.map(u64::count_ones).sum::<u32>() >= *least
                    }
                    Other::Rule(rule) => self.may_hit(live, touched, *rule),
                },
                word => touched.word(word) & test.bits != 0,
            };
            at = if is_so { test.yes } else { test.no };
        }
        at == HOLDS
    }
}

/// The patterns in sets of different ones.
fn layers(patterns: &[u32]) -> Vec<Vec<u32>> {
    let mut layers: Vec<Vec<u32>> = Vec::new();
    for &pattern in patterns {
        match layers.iter_mut().find(|layer| !layer.contains(&pattern)) {
            Some(layer) => layer.push(pattern),
            None => layers.push(vec![pattern]),
        }
    }
    layers
}

/// What opens each rule: for each pattern the rules of which it is one of the patterns they cannot hit without; and the
/// rules that need none.
fn openings(conditions: &[&Condition], costs: &[f64], always: &[u32]) -> (Vec<Few>, Few) {
    let mut known: Vec<Option<Option<Vec<u32>>>> = conditions.iter().map(|_| None).collect();
    let mut opens = vec![Vec::new(); costs.len()];
    let mut open = Vec::new();
    for number in 0..conditions.len() {
        match required(number, conditions, costs, &mut known) {
            Some(patterns) if !patterns.iter().any(|pattern| always.contains(pattern)) => {
                for pattern in patterns {
                    opens[pattern as usize].push(number as u32);
                }
            }
            _ => open.push(number as u32),
        }
    }
    let opens = opens.iter().map(|rules| Few::of(rules)).collect();
    (opens, Few::of(&open))
}

/// Patterns one of which must be found where a rule hits, as rare as they can be; none if it may hit without.
fn required(
    number: usize,
    conditions: &[&Condition],
    costs: &[f64],
    known: &mut Vec<Option<Option<Vec<u32>>>>,
) -> Option<Vec<u32>> {
    if let Some(found) = &known[number] {
        return found.clone();
    }
    let found = required_by(conditions[number], conditions, costs, known);
    known[number] = Some(found.clone());
    found
}

fn required_by(
    condition: &Condition,
    conditions: &[&Condition],
    costs: &[f64],
    known: &mut Vec<Option<Option<Vec<u32>>>>,
) -> Option<Vec<u32>> {
    let rarest = |sets: Vec<Vec<u32>>| {
        sets.into_iter()
            .min_by(|left, right| sum(left, costs).total_cmp(&sum(right, costs)))
    };
    let union = |sets: Vec<Option<Vec<u32>>>| -> Option<Vec<u32>> {
        let mut all = sets.into_iter().collect::<Option<Vec<_>>>()?.concat();
        all.sort_unstable();
        all.dedup();
        Some(all)
    };
    match condition {
        Condition::And(items) => rarest(
            items
                .iter()
                .filter_map(|item| required_by(item, conditions, costs, known))
                .collect(),
        ),
        Condition::Or(items) => union(
            items
                .iter()
                .map(|item| required_by(item, conditions, costs, known))
                .collect(),
        ),
        Condition::Has(group) => Some(group.patterns.clone()),
        Condition::Count(group, compare, n) => {
            needs_one(*compare, *n).then(|| group.patterns.clone())
        }
        Condition::Near { left, right, .. } | Condition::Inside(left, right) => {
            rarest(vec![left.patterns.clone(), right.patterns.clone()])
        }
        Condition::Together(groups) => {
            rarest(groups.iter().map(|group| group.patterns.clone()).collect())
        }
        Condition::Of(patterns, n) => {
            let mut rare = patterns.clone();
            rare.sort_by(|&left, &right| costs[left as usize].total_cmp(&costs[right as usize]));
            if *n == 0 {
                return None;
            }
            // Any so many of the patterns include one that was found: the rarest are taken.
            rare.truncate((rare.len() + 1).saturating_sub(*n));
            rare.dedup();
            Some(rare)
        }
        Condition::Rules(asked) => union(
            asked
                .iter()
                .map(|&rule| required(rule as usize, conditions, costs, known))
                .collect(),
        ),
        _ => None,
    }
}
