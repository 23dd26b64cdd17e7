//! Conditions in Kleene's three-valued logic: true, false, and none for unknown.
//!
//! What a condition means is said by the Python engine (`engine/evaluate`); this gives the same values, and looks at the
//! rarest first.

use rustc_hash::FxHashSet;

use crate::bits::Few;
use crate::context::{Context, HandBack, Place};
use crate::plain::Node;
use crate::program::{Error, Program, Rule, Scratch};

pub type Value = Option<bool>;

#[derive(Clone, Copy)]
pub enum Compare {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Compare {
    fn of(mark: u8) -> Result<Self, Error> {
        Ok(match mark {
            0 => Compare::Equal,
            1 => Compare::Unequal,
            2 => Compare::Less,
            3 => Compare::AtMost,
            4 => Compare::More,
            5 => Compare::AtLeast,
            _ => return Err(format!("no comparison has the mark {mark}").into()),
        })
    }

    fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Compare::Equal => left == right,
            Compare::Unequal => left != right,
            Compare::Less => left < right,
            Compare::AtMost => left <= right,
            Compare::More => left > right,
            Compare::AtLeast => left >= right,
        }
    }
}

/// Patterns of which any will do.
pub struct Group {
    pub patterns: Vec<u32>,
    pub few: Few,
    /// About how often one of them has to be looked at.
    cost: f64,
}

impl Group {
    fn of(patterns: &[u32], costs: &[f64]) -> Self {
        Group {
            patterns: patterns.to_vec(),
            few: Few::of(patterns),
            cost: sum(patterns, costs),
        }
    }
}

pub enum Condition {
    Always,
    /// The items, the rarest first.
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Has(Group),
    Of(Vec<u32>, usize),
    Count(Group, Compare, i64),
    Near {
        left: Group,
        right: Group,
        distance: i64,
        words: bool,
        ordered: bool,
    },
    /// A match of the first within one of the second.
    Inside(Group, Group),
    Together(Vec<Group>),
    Rules(Vec<u32>),
    Length(Compare, i64),
    /// A comparison with a field, by its number.
    Field(usize),
}

impl Condition {
    pub fn new(node: &Node, costs: &[f64]) -> Result<Self, Error> {
        let items = || {
            node.items
                .iter()
                .map(|item| Condition::new(item, costs))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(match node.ask.as_str() {
            "always" => Condition::Always,
            "and" => {
                let mut items = items()?;
                items.sort_by(|left, right| left.cost(costs).total_cmp(&right.cost(costs)));
                Condition::And(items)
            }
            "or" => Condition::Or(items()?),
            "not" => Condition::Not(Box::new(items()?.pop().ok_or("nothing is denied")?)),
            "has" => Condition::Has(Group::of(&node.left, costs)),
            "of" => Condition::Of(node.left.clone(), usize::try_from(node.number)?),
            "count" => Condition::Count(
                Group::of(&node.left, costs),
                Compare::of(node.mark)?,
                node.number,
            ),
            "near" => Condition::Near {
                left: Group::of(&node.left, costs),
                right: Group::of(&node.right, costs),
                distance: node.number,
                words: node.mark & 1 != 0,
                ordered: node.mark & 2 != 0,
            },
            "inside" => {
                Condition::Inside(Group::of(&node.left, costs), Group::of(&node.right, costs))
            }
            "together" => {
                let mut groups: Vec<Group> = node
                    .items
                    .iter()
                    .map(|item| Group::of(&item.left, costs))
                    .collect();
                groups.sort_by(|left, right| left.cost.total_cmp(&right.cost));
                Condition::Together(groups)
            }
            "rules" => Condition::Rules(node.left.clone()),
            "length" => Condition::Length(Compare::of(node.mark)?, node.number),
            "field" => Condition::Field(usize::try_from(node.number)?),
            other => return Err(format!("no condition asks `{other}`").into()),
        })
    }

    /// About how often it has to be looked at to the end.
    fn cost(&self, costs: &[f64]) -> f64 {
        let least = |items: &mut dyn Iterator<Item = f64>| items.fold(f64::INFINITY, f64::min);
        match self {
            Condition::Has(group) | Condition::Count(group, _, _) => group.cost,
            Condition::Of(patterns, _) => sum(patterns, costs),
            Condition::Near { left, right, .. } | Condition::Inside(left, right) => {
                left.cost.min(right.cost)
            }
            Condition::Together(groups) => least(&mut groups.iter().map(|group| group.cost)),
            Condition::And(items) => least(&mut items.iter().map(|item| item.cost(costs))),
            Condition::Or(items) => items.iter().map(|item| item.cost(costs)).sum(),
            Condition::Not(item) => 1.0 + item.cost(costs),
            Condition::Always
            | Condition::Rules(_)
            | Condition::Length(..)
            | Condition::Field(_) => 0.0,
        }
    }

    /// Its value, of matches worth `least` or more.
    pub fn value(
        &self,
        context: &mut Context,
        program: &Program,
        scratch: &mut Scratch,
        least: f64,
    ) -> Result<Value, HandBack> {
        match self {
            Condition::Always => Ok(Some(true)),
            Condition::And(items) => {
                let mut result = Some(true);
                for item in items {
                    match item.value(context, program, scratch, least)? {
                        Some(false) => return Ok(Some(false)),
                        None => result = None,
                        Some(true) => {}
                    }
                }
                Ok(result)
            }
            Condition::Or(items) => {
                let mut result = Some(false);
                for item in items {
                    match item.value(context, program, scratch, least)? {
                        Some(true) => return Ok(Some(true)),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                Ok(result)
            }
            Condition::Not(item) => Ok(item
                .value(context, program, scratch, least)?
                .map(|value| !value)),
            Condition::Has(group) => {
                if !context.touches(&group.few) {
                    return Ok(Some(false));
                }
                for &number in &group.patterns {
                    if context.is_found(program, scratch, number, least)? {
                        return Ok(Some(true));
                    }
                }
                Ok(Some(false))
            }
            Condition::Of(patterns, n) => {
                let mut found = 0;
                for (at, &number) in patterns.iter().enumerate() {
                    if found + patterns.len() - at < *n {
                        return Ok(Some(false));
                    }
                    found += usize::from(context.is_found(program, scratch, number, least)?);
                    if found >= *n {
                        return Ok(Some(true));
                    }
                }
                Ok(Some(found >= *n))
            }
            Condition::Count(group, compare, n) => {
                let places = context.places(program, scratch, &group.patterns, least)?;
                Ok(Some(compare.holds(disjoint(places), *n)))
            }
            Condition::Near {
                left,
                right,
                distance,
                words,
                ordered,
            } => {
                if !(context.touches(&left.few) && context.touches(&right.few)) {
                    return Ok(Some(false));
                }
                let right_first = right.cost < left.cost;
                let (first, second) = if right_first {
                    (right, left)
                } else {
                    (left, right)
                };
                let first_places = context.places(program, scratch, &first.patterns, least)?;
                if first_places.is_empty() {
                    return Ok(Some(false));
                }
                let second_places = context.places(program, scratch, &second.patterns, least)?;
                let (ours, theirs) = if right_first {
                    (second_places, first_places)
                } else {
                    (first_places, second_places)
                };
                let found = by_part(&ours, &theirs).any(|(ours, theirs)| {
                    let part = ours[0].part as usize;
                    let tokens = words.then(|| context.word_tokens(program, part));
                    near(ours, theirs, *distance, *ordered, tokens)
                });
                Ok(Some(found))
            }
            Condition::Inside(inner, outer) => {
                if !(context.touches(&inner.few) && context.touches(&outer.few)) {
                    return Ok(Some(false));
                }
                let ours = context.places(program, scratch, &inner.patterns, least)?;
                if ours.is_empty() {
                    return Ok(Some(false));
                }
                let theirs = context.places(program, scratch, &outer.patterns, least)?;
                let found = by_part(&ours, &theirs).any(|(ours, theirs)| {
                    let limits = |place: &Place| (place.first.into(), place.last.into());
                    within(theirs, ours.iter().map(limits))
                });
                Ok(Some(found))
            }
            Condition::Together(groups) => {
                if !groups.iter().all(|group| context.touches(&group.few)) {
                    return Ok(Some(false));
                }
                let mut common: Option<FxHashSet<(u16, u32)>> = None;
                for group in groups {
                    let places = context.places(program, scratch, &group.patterns, least)?;
                    let here: FxHashSet<(u16, u32)> = places
                        .iter()
                        .map(|place| (place.part, context.sentence(program, place)))
                        .collect();
                    let both = match common {
                        None => here,
                        Some(before) => before.intersection(&here).copied().collect(),
                    };
                    if both.is_empty() {
                        return Ok(Some(false));
                    }
                    common = Some(both);
                }
                Ok(Some(true))
            }
            Condition::Rules(rules) => {
                for &rule in rules {
                    if context.hits(program, scratch, rule)? {
                        return Ok(Some(true));
                    }
                }
                Ok(Some(false))
            }
            Condition::Length(compare, n) => Ok(Some(compare.holds(context.length(program), *n))),
            Condition::Field(number) => Ok(context.fields.get(*number).copied().unwrap_or(None)),
        }
    }
}

/// Whether a count can only be so where there is one.
pub fn needs_one(compare: Compare, n: i64) -> bool {
    match compare {
        Compare::AtLeast | Compare::Equal => n >= 1,
        Compare::More => n >= 0,
        _ => false,
    }
}

fn sum(patterns: &[u32], costs: &[f64]) -> f64 {
    patterns
        .iter()
        .map(|&pattern| costs[pattern as usize])
        .sum()
}

/// How many places do not overlap, taken by earliest end.
fn disjoint(mut places: Vec<Place>) -> i64 {
    places.sort_by_key(|place| (place.part, place.last, place.first));
    let (mut total, mut part, mut end) = (0, None, 0);
    for place in places {
        if part != Some(place.part) || place.first >= end {
            total += 1;
            part = Some(place.part);
            end = place.last;
        }
    }
    total
}

/// The places of the two in each part that has some of both; they are sorted by part.
fn by_part<'a>(
    left: &'a [Place],
    right: &'a [Place],
) -> impl Iterator<Item = (&'a [Place], &'a [Place])> {
    left.chunk_by(|a, b| a.part == b.part)
        .filter_map(move |ours| {
            let part = ours[0].part;
            let first = right.partition_point(|place| place.part < part);
            let theirs = &right[first..];
            let theirs = &theirs[..theirs.partition_point(|place| place.part == part)];
            (!theirs.is_empty()).then_some((ours, theirs))
        })
}

/// Whether one of ours and one of theirs are so near, by the words between where there are `tokens`, those that hold a
/// letter or digit; else by characters.
fn near(
    ours: &[Place],
    theirs: &[Place],
    distance: i64,
    ordered: bool,
    tokens: Option<&[(u32, u32)]>,
) -> bool {
    let latest = |after: u32| {
        let Some(tokens) = tokens else {
            return i64::from(after) + distance;
        };
        let at = tokens.partition_point(|&(start, _)| start < after) as i64 + distance;
        usize::try_from(at)
            .ok()
            .and_then(|at| tokens.get(at))
            .map_or(1 << 60, |&(_, end)| i64::from(end) - 1)
    };
    let earliest = |before: u32| {
        let Some(tokens) = tokens else {
            return i64::from(before) - distance;
        };
        let at = tokens.partition_point(|&(_, end)| end <= before) as i64 - 1 - distance;
        usize::try_from(at).map_or(-(1 << 60), |at| i64::from(tokens[at].0) + 1)
    };
    if ordered {
        return ours.iter().any(|place| {
            let next = theirs.partition_point(|other| other.first < place.last);
            let next = theirs.get(next);
            next.is_some_and(|other| i64::from(other.first) <= latest(place.last))
        });
    }
    let limits = |place: &Place| (latest(place.last), earliest(place.first));
    within(theirs, ours.iter().map(limits))
}

/// Whether one of theirs starts at the first of some limits at the most and ends at the second at the least.
fn within(theirs: &[Place], limits: impl Iterator<Item = (i64, i64)>) -> bool {
    let mut furthest = Vec::with_capacity(theirs.len());
    let mut most = 0;
    for place in theirs {
        most = most.max(place.last);
        furthest.push(most);
    }
    for (latest, earliest) in limits {
        let upto = theirs.partition_point(|place| i64::from(place.first) <= latest);
        if upto > 0 && i64::from(furthest[upto - 1]) >= earliest {
            return true;
        }
    }
    false
}

/// What opens each rule: for each pattern the rules of which it is one of the patterns they cannot hit without; and the
/// rules that need none.
pub fn openings(rules: &[Rule], costs: &[f64], always: &[u32]) -> (Vec<Few>, Few) {
    let mut known: Vec<Option<Option<Vec<u32>>>> = rules.iter().map(|_| None).collect();
    let mut opens = vec![Vec::new(); costs.len()];
    let mut open = Vec::new();
    for number in 0..rules.len() {
        match required(number, rules, costs, &mut known) {
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
    rules: &[Rule],
    costs: &[f64],
    known: &mut Vec<Option<Option<Vec<u32>>>>,
) -> Option<Vec<u32>> {
    if let Some(found) = &known[number] {
        return found.clone();
    }
    let found = required_by(&rules[number].when, rules, costs, known);
    known[number] = Some(found.clone());
    found
}

fn required_by(
    condition: &Condition,
    rules: &[Rule],
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
                .filter_map(|item| required_by(item, rules, costs, known))
                .collect(),
        ),
        Condition::Or(items) => union(
            items
                .iter()
                .map(|item| required_by(item, rules, costs, known))
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
                .map(|&rule| required(rule as usize, rules, costs, known))
                .collect(),
        ),
        _ => None,
    }
}
