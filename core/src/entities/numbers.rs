//! Numbers as they are typed in Chinese messages (see `modengine/entities/numbers.py`, which this follows).

use super::tables::{EntityTables, Role};

/// A number in a text, `[start, end)`; `low` and `high` differ where it is a range or says `few`.
#[derive(Clone, Copy)]
pub struct Number {
    pub start: usize,
    pub end: usize,
    pub low: f64,
    pub high: f64,
    /// By what its digits were multiplied at the end.
    pub scale: f64,
}

/// All numbers of a text, from left to right.
pub fn numbers(tables: &EntityTables, text: &[char]) -> Vec<Number> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let mut number = if text[at].is_ascii_digit() {
            in_digits(tables, text, at)
        } else if is_han(tables, text[at]) {
            in_han(tables, text, at)
        } else {
            at += 1;
            continue;
        };
        if text[number.end..].starts_with(&['位', '数'])
            && number.low == number.high
            && (1.0..=12.0).contains(&number.low)
        {
            let places = number.low.trunc() as i32;
            number = Number {
                end: number.end + 2,
                low: 10_f64.powi(places - 1),
                high: 10_f64.powi(places) - 1.0,
                scale: 1.0,
                ..number
            };
        }
        found.push(number);
        at = number.end;
    }
    found
}

/// Whether a character is a numeral that is no letter.
fn is_han(tables: &EntityTables, char: char) -> bool {
    char != 'k' && char != 'w' && tables.numeral(Some(&char)).is_some()
}

fn run(text: &[char], at: usize) -> String {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter()
        .take_while(|char| char.is_ascii_digit())
        .collect()
}

fn value_of(digits: &str) -> f64 {
    digits.parse().unwrap_or(f64::INFINITY)
}

fn in_digits(tables: &EntityTables, text: &[char], start: usize) -> Number {
    let mut written = run(text, start);
    let mut end = start + written.len();
    while text.get(end) == Some(&',') {
        let group = run(text, end + 1);
        if group.len() != 3 {
            break;
        }
        written += &group;
        end += 4;
    }
    if text.get(end) == Some(&'.') {
        let fraction = run(text, end + 1);
        if !fraction.is_empty() {
            written = format!("{written}.{fraction}");
            end += 1 + fraction.len();
        }
    }
    let mut value = value_of(&written);
    let (scale, after_scales) = scales(tables, text, end);
    end = after_scales;
    value *= scale;
    if scale > 1.0 {
        let mut tail = run(text, end);
        let mut after = end + tail.len();
        if tail.is_empty() {
            if let Some((Role::Digit, digit)) = tables.numeral(text.get(end)) {
                tail = format!("{digit:.0}");
                after = end + 1;
            }
        }
        if !tail.is_empty() {
            let rest = value_of(&tail);
            let (smaller, last) = scales(tables, text, after);
            if smaller > 1.0 {
                (value, end) = (value + rest * smaller, last);
            } else if tail.len() == 1 {
                (value, end) = (value + rest * scale / 10.0, after);
            } else if rest < scale {
                (value, end) = (value + rest, after);
            }
        }
    }
    Number {
        start,
        end,
        low: value,
        high: value,
        scale,
    }
}

/// By what the scales that stand there multiply, and where they end.
fn scales(tables: &EntityTables, text: &[char], mut at: usize) -> (f64, usize) {
    let mut scale = 1.0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let is_counted = rest.first() == Some(&'个') && !rest.starts_with(&['个', '百', '分']);
        let place = if is_counted { at + 1 } else { at };
        match tables.numeral(text.get(place)) {
            Some((Role::Scale, value)) => scale *= value,
            _ => return (scale, at),
        }
        at = place + 1;
    }
}

fn in_han(tables: &EntityTables, text: &[char], start: usize) -> Number {
    let run = text[start..].iter();
    let mut end = start + run.take_while(|&&char| is_han(tables, char)).count();
    let (mut low, mut high, scale) = value(tables, &text[start..end]);
    let is_scale = |char| matches!(tables.numeral(char), Some((Role::Scale, _)));
    if text.get(end) == Some(&'来') && is_scale(text.get(end + 1)) {
        end += 1;
    }
    if text.get(end) == Some(&'点') && low == high {
        let fraction = fraction(tables, text, end + 1);
        if !fraction.is_empty() {
            low = value_of(&format!("{low:.0}.{fraction}"));
            high = low;
            end += 1 + fraction.len();
        }
    }
    let (more, end) = scales(tables, text, end);
    Number {
        start,
        end,
        low: low * more,
        high: high * more,
        scale: scale * more,
    }
}

/// The digits of a fraction that stands there in numerals: 75 of 七五.
fn fraction(tables: &EntityTables, text: &[char], at: usize) -> String {
    let rest = text.get(at..).unwrap_or_default().iter();
    rest.map_while(|char| match tables.numeral(Some(char)) {
        Some((Role::Digit, digit)) => Some(format!("{digit:.0}")),
        _ => None,
    })
    .collect()
}

type Pair = (f64, f64);

fn added(sum: Pair, number: Pair, times: f64) -> Pair {
    (sum.0 + number.0 * times, sum.1 + number.1 * times)
}

/// What a run of numerals stands for, at the least and at the most; and its last scale.
fn value(tables: &EntityTables, run: &[char]) -> (f64, f64, f64) {
    let known: Vec<(Role, f64)> = run
        .iter()
        .filter_map(|char| tables.numeral(Some(char)))
        .collect();
    if known.iter().all(|&(role, _)| role != Role::Scale) {
        let (low, high) = positional(&known);
        return (low, high, 1.0);
    }
    let (mut total, mut section) = ((0.0, 0.0), (0.0, 0.0));
    let mut pending: Option<Pair> = None;
    let (mut last, mut largest, mut zero) = (1.0, 0.0, false);
    for (role, value) in known {
        match role {
            Role::Few => pending = Some((2.0, 9.0)),
            Role::Digit => {
                zero = zero || value == 0.0;
                if value != 0.0 {
                    pending = Some((pending.map_or(value, |(low, _)| low), value));
                }
            }
            Role::Scale if value < 10_000.0 => {
                section = added(section, pending.unwrap_or((1.0, 1.0)), value);
                (pending, last, zero) = (None, value, false);
            }
            Role::Scale => {
                section = added(section, pending.unwrap_or((0.0, 0.0)), 1.0);
                total = if total.1 != 0.0 && value > largest {
                    added((0.0, 0.0), added(total, section, 1.0), value)
                } else {
                    let counted = if section.1 != 0.0 {
                        section
                    } else {
                        (1.0, 1.0)
                    };
                    added(total, counted, value)
                };
                (section, pending, last, largest, zero) = ((0.0, 0.0), None, value, value, false);
            }
        }
    }
    if let Some(rest) = pending {
        let times = if last >= 100.0 && !zero {
            last / 10.0
        } else {
            1.0
        };
        section = added(section, rest, times);
    }
    let (low, high) = added(total, section, 1.0);
    (low, high, last)
}

/// Of numerals without a scale: 三 is 3, 三四 is 3 to 4, 二〇二六 is 2026, 几 is 2 to 9.
fn positional(known: &[(Role, f64)]) -> Pair {
    if known.iter().any(|&(role, _)| role == Role::Few) {
        return (2.0, 9.0);
    }
    if let [(_, first), (_, second)] = known {
        if *second == first + 1.0 {
            return (*first, *second);
        }
    }
    let digits = known
        .iter()
        .take(15)
        .map(|(_, digit)| format!("{digit:.0}"));
    let number = value_of(&digits.collect::<String>());
    (number, number)
}
