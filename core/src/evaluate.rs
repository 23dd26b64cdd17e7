//! What conditions are worth in a message, and what becomes of rules.
//!
//! What a condition means is said by the Python engine (`engine/evaluate`); this gives the same values.

use rustc_hash::FxHashSet;

use crate::condition::{Condition, Outcome, Value};
use crate::context::Context;
use crate::place::{HandBack, Place};
use crate::program::{Program, Scratch};

impl Condition {
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

impl Context {
    pub fn hits(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        rule: u32,
    ) -> Result<bool, HandBack> {
        Ok(self.may_hit(program, rule) && self.outcome(program, scratch, rule)?.hit())
    }

    /// What became of a rule that may hit.
    pub fn outcome(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
    ) -> Result<Outcome, HandBack> {
        if let Some(known) = self.outcomes[number as usize] {
            return Ok(known);
        }
        let rule = &program.rules[number as usize];
        let mut outcome = Outcome {
            held: rule.when.value(self, program, scratch, 0.0)?,
            cancelled: Some(false),
            weight: 0,
        };
        let mut is_definite = outcome.held.is_some();
        if outcome.held == Some(true) {
            if let Some(unless) = &rule.unless {
                outcome.cancelled = unless.value(self, program, scratch, 0.0)?;
            }
            if outcome.cancelled != Some(true) {
                let (weight, is_sure) = self.weight(program, scratch, number)?;
                outcome.weight = weight;
                is_definite = is_sure && outcome.cancelled.is_some();
            }
        }
        if !is_definite {
            self.ask_all(program, scratch, number)?;
        }
        self.outcomes[number as usize] = Some(outcome);
        Ok(outcome)
    }

    /// Asks for all that a rule hangs on, which lacks a field: where some of it fails, the rule is undetermined.
    fn ask_all(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
    ) -> Result<(), HandBack> {
        let rule = &program.rules[number as usize];
        for &(pattern, _) in &rule.patterns {
            self.evidence(program, scratch, pattern)?;
        }
        for &other in &rule.asked {
            self.hits(program, scratch, other)?;
        }
        Ok(())
    }

    /// The greatest worth with which the condition still holds, and whether it was known with every greater one.
    fn weight(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
    ) -> Result<(u16, bool), HandBack> {
        let rule = &program.rules[number as usize];
        let mut weights = vec![0_u16];
        for &pattern in &rule.weighed {
            if self.is_touched(pattern) {
                let evidence = self.evidence(program, scratch, pattern)?;
                weights.extend(evidence.places.iter().map(|place| place.weight));
            }
        }
        let worth = |&weight: &u16| program.weights[weight as usize].0;
        weights.sort_by(|left, right| worth(right).total_cmp(&worth(left)));
        weights.dedup();
        let mut is_sure = true;
        if weights.len() == 1 {
            return Ok((0, is_sure));
        }
        for &weight in &weights {
            match rule.when.value(self, program, scratch, worth(&weight))? {
                Some(true) => return Ok((weight, is_sure)),
                value => is_sure &= value.is_some(),
            }
        }
        Ok((*weights.last().expect("there is the first"), is_sure))
    }
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
