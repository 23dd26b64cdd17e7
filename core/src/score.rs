//! From outcomes to a decision: caps of groups, relief, steps, overrides that raise (see `engine/evaluate`).

use crate::condition::Value;
use crate::context::Context;
use crate::place::HandBack;
use crate::program::{Program, Rule, Scratch};

/// The steps of the ladder.
pub const ALLOW: u8 = 0;

pub struct Hit {
    pub rule: u32,
    pub points: i64,
    /// What the cap of its group leaves.
    pub counted: i64,
}

pub struct Raised {
    pub category: usize,
    pub action: u8,
    pub rules: Vec<u32>,
}

/// Why a category is shadow.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shadow {
    Study,
    Period,
    PeriodUnknown,
    Exception(u32),
    Scope,
    ScopeUnknown,
}

/// All that is decided of a message, without names.
#[derive(Default)]
pub struct Record {
    /// Points and action of each category.
    pub categories: Vec<(i64, u8)>,
    pub hits: Vec<Hit>,
    pub shadow_hits: Vec<Hit>,
    /// Relief, the category and what it took.
    pub reliefs: Vec<(u32, usize, i64)>,
    pub raised: Vec<Raised>,
    /// The entry of the other points that holds.
    pub points: Option<usize>,
    /// In a text so long that every step asks for more points: its length, and how many more.
    pub longer: Option<(i64, i64)>,
    /// For each category.
    pub shadows: Vec<Vec<Shadow>>,
}

impl Record {
    pub fn is_quiet(&self) -> bool {
        self.hits.is_empty() && self.shadow_hits.is_empty() && self.raised.is_empty()
    }
}

/// What the message says besides its text.
pub struct Fields {
    /// Whether it lies in the policy's period.
    pub period: Value,
    pub ignore_scope: bool,
}

pub fn decide(
    context: &mut Context,
    program: &Program,
    scratch: &mut Scratch,
    fields: &Fields,
) -> Result<Record, HandBack> {
    let mut record = Record {
        categories: vec![(0, ALLOW); program.categories.len()],
        ..Record::default()
    };
    context.find_live(program);
    let mut hits = Vec::new();
    let mut shadow_rules = Vec::new();
    let mut from = 0;
    while let Some(number) = context.live.next(&mut from) {
        let rule = &program.rules[number as usize];
        if rule.is_relief && (rule.stable || !program.has_shadow_reliefs) {
            continue; // asked for once it is known whether there is anything to relieve
        }
        if context.outcome(program, scratch, number)?.hit() {
            match rule.category {
                Some(category) if rule.stable => hits.push((category, number)),
                _ => shadow_rules.push(number),
            }
        }
    }
    if !hits.is_empty() || !shadow_rules.is_empty() {
        record.points = other_points(context, program, scratch)?;
    }
    hits.sort_by_key(|&(category, _)| category);
    for of_category in hits.chunk_by(|a, b| a.0 == b.0) {
        let total = score(context, program, scratch, of_category, &mut record)?;
        record.categories[of_category[0].0].0 = total;
    }
    for override_ in &program.raising {
        raise(context, program, scratch, override_, &mut record)?;
    }
    record.shadows = shadows(context, program, scratch, fields)?;
    shadow_hits(context, program, scratch, &shadow_rules, &mut record)?;
    record.longer = long_text(context, program);
    let more = record.longer.map_or(0, |(_, more)| more);
    for (category, (total, action)) in record.categories.iter_mut().enumerate() {
        let steps = program.actions[category]
            .iter()
            .filter(|(_, least)| *total >= *least + more)
            .map(|&(step, _)| step);
        let raised = record
            .raised
            .iter()
            .filter(|raised| raised.category == category)
            .map(|raised| raised.action);
        *action = steps.chain(raised).max().unwrap_or(ALLOW);
    }
    Ok(record)
}

fn long_text(context: &Context, program: &Program) -> Option<(i64, i64)> {
    if program.longer.is_empty() {
        return None;
    }
    let length = context.length(program);
    let exceeded = program.longer.iter().rfind(|&&(above, _)| length > above);
    exceeded
        .map(|&(_, more)| (length, more))
        .filter(|&(_, more)| more > 0)
}

/// floor(n × weight), the weight as it is written: 0.29 of 100 is 29.
fn times(program: &Program, n: i64, weight: u16) -> i64 {
    let (_, numerator, denominator) = program.weights[weight as usize];
    (i128::from(n) * i128::from(numerator)).div_euclid(i128::from(denominator)) as i64
}

fn other_points(
    context: &mut Context,
    program: &Program,
    scratch: &mut Scratch,
) -> Result<Option<usize>, HandBack> {
    for (at, (when, _)) in program.points.iter().enumerate() {
        if when.value(context, program, scratch, 0.0)? == Some(true) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The score of a rule that holds for the message.
fn score_of(program: &Program, record: &Record, rule: u32) -> i64 {
    let other = record.points.and_then(|at| program.points[at].1.get(&rule));
    *other.unwrap_or(&program.rules[rule as usize].score)
}

fn wanted(program: &Program, rule: &Rule, weight: u16, there: i64) -> i64 {
    times(program, rule.by.unwrap_or(there), weight)
}

fn score(
    context: &mut Context,
    program: &Program,
    scratch: &mut Scratch,
    hits: &[(usize, u32)],
    record: &mut Record,
) -> Result<i64, HandBack> {
    let mut counted = Vec::with_capacity(hits.len());
    let category = hits[0].0;
    for &(_, number) in hits {
        let weight = context.outcome(program, scratch, number)?.weight;
        let points = times(program, score_of(program, record, number), weight);
        counted.push(Hit {
            rule: number,
            points,
            counted: points,
        });
    }
    let id = |hit: &Hit| &program.rules[hit.rule as usize].id;
    counted.sort_by(|left, right| {
        right
            .points
            .cmp(&left.points)
            .then_with(|| id(left).cmp(id(right)))
    });
    let mut used = vec![0; program.caps.len()];
    for hit in &mut counted {
        if let Some(group) = program.rules[hit.rule as usize].group {
            if let Some(cap) = program.caps[group] {
                hit.counted = hit.points.min(cap - used[group]);
            }
            used[group] += hit.counted;
        }
    }
    let mut left: Vec<i64> = counted.iter().map(|hit| hit.counted).collect();
    let mut reliefs = Vec::new();
    let mut from = 0;
    while let Some(number) = context.live.next(&mut from) {
        let rule = &program.rules[number as usize];
        if rule.is_relief && rule.stable && rule.relieves == Some(category) {
            let outcome = context.outcome(program, scratch, number)?;
            if outcome.hit() {
                reliefs.push((number, outcome.weight));
            }
        }
    }
    reliefs.sort_by_key(|&(number, _)| program.rules[number as usize].covers.is_none()); // those of single rules first
    for (number, weight) in reliefs {
        let rule = &program.rules[number as usize];
        let covered: Vec<usize> = match &rule.covers {
            Some(rules) => (0..counted.len())
                .filter(|&at| rules.contains(&counted[at].rule))
                .collect(),
            None => (0..counted.len()).collect(),
        };
        let there = covered.iter().map(|&at| left[at]).sum();
        let taken = wanted(program, rule, weight, there).min(there);
        let mut rest = taken;
        for at in covered {
            let piece = rest.min(left[at]);
            left[at] -= piece;
            rest -= piece;
        }
        record.reliefs.push((number, category, taken));
    }
    record.hits.append(&mut counted);
    Ok(left.iter().sum())
}

fn raise(
    context: &mut Context,
    program: &Program,
    scratch: &mut Scratch,
    override_: &crate::program::RaisingOverride,
    record: &mut Record,
) -> Result<(), HandBack> {
    let mut hit = Vec::new();
    for &rule in &override_.rules {
        if context.hits(program, scratch, rule)? {
            hit.push(rule);
        }
    }
    if hit.is_empty() {
        return Ok(());
    }
    if let Some(when) = &override_.when {
        if when.value(context, program, scratch, 0.0)? != Some(true) {
            return Ok(());
        }
    }
    let mut categories: Vec<usize> = Vec::new();
    for &rule in &hit {
        if let Some(category) = program.rules[rule as usize].category {
            if !categories.contains(&category) {
                categories.push(category);
            }
        }
    }
    for category in categories {
        record.raised.push(Raised {
            category,
            action: override_.action,
            rules: hit
                .iter()
                .copied()
                .filter(|&rule| program.rules[rule as usize].category == Some(category))
                .collect(),
        });
    }
    Ok(())
}

fn shadow_hits(
    context: &mut Context,
    program: &Program,
    scratch: &mut Scratch,
    rules: &[u32],
    record: &mut Record,
) -> Result<(), HandBack> {
    let mut found = Vec::with_capacity(rules.len());
    for &number in rules {
        let rule = &program.rules[number as usize];
        let weight = context.outcome(program, scratch, number)?.weight;
        let points = if rule.is_relief {
            -wanted(program, rule, weight, 0)
        } else {
            times(program, score_of(program, record, number), weight)
        };
        found.push(Hit {
            rule: number,
            points,
            counted: 0,
        });
    }
    let place = |hit: &Hit| {
        let rule = &program.rules[hit.rule as usize];
        rule.category
            .or(rule.relieves)
            .unwrap_or(program.categories.len())
    };
    let id = |hit: &Hit| &program.rules[hit.rule as usize].id;
    found.sort_by(|left, right| {
        place(left)
            .cmp(&place(right))
            .then(right.points.cmp(&left.points))
            .then_with(|| id(left).cmp(id(right)))
    });
    record.shadow_hits = found;
    Ok(())
}

fn shadows(
    context: &mut Context,
    program: &Program,
    scratch: &mut Scratch,
    fields: &Fields,
) -> Result<Vec<Vec<Shadow>>, HandBack> {
    let mut common = Vec::new();
    if program.study {
        common.push(Shadow::Study);
    }
    if program.has_period && !fields.ignore_scope {
        match fields.period {
            Some(true) => {}
            Some(false) => common.push(Shadow::Period),
            None => common.push(Shadow::PeriodUnknown),
        }
    }
    for (number, (_, when)) in program.exceptions.iter().enumerate() {
        if when.value(context, program, scratch, 0.0)? == Some(true) {
            common.push(Shadow::Exception(number as u32));
        }
    }
    let mut found = Vec::with_capacity(program.scope.len());
    for scope in &program.scope {
        let mut mine = common.clone();
        if let (Some(scope), false) = (scope, fields.ignore_scope) {
            match scope.value(context, program, scratch, 0.0)? {
                Some(true) => {}
                Some(false) => mine.push(Shadow::Scope),
                None => mine.push(Shadow::ScopeUnknown),
            }
        }
        found.push(mine);
    }
    Ok(found)
}
