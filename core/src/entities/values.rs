//! What an entity's value is (see `modengine/entities/values.py`, which this follows).

use super::numbers::{numbers, Number};
use super::tables::{EntityTables, Form};

pub const YUAN: &str = "CNY";

/// A value: from the first to the second of a unit; none for a number that is masked.
pub struct Reading {
    pub range: Option<(f64, f64)>,
    pub currency: String,
    pub per: String,
}

impl Reading {
    fn of(range: Option<(f64, f64)>) -> Self {
        Reading {
            range,
            currency: String::new(),
            per: String::new(),
        }
    }

    fn in_currency(range: Option<(f64, f64)>, currency: &str) -> Self {
        Reading {
            currency: currency.to_owned(),
            ..Reading::of(range)
        }
    }

    /// What it is for one unit, of which it is for so many.
    fn with_unit(self, count: f64, per: &str) -> Self {
        let range = self.range.filter(|_| count > 0.0);
        Reading {
            range: range.map(|(low, high)| (low / count, high / count)),
            currency: self.currency,
            per: per.to_owned(),
        }
    }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn is_space(char: char) -> bool {
    char.is_whitespace() || ('\x1c'..='\x1f').contains(&char)
}

fn trim(text: &[char]) -> &[char] {
    let Some(first) = text.iter().position(|&char| !is_space(char)) else {
        return &[];
    };
    let last = text.iter().rposition(|&char| !is_space(char));
    &text[first..=last.expect("there is the first")]
}

fn ends_with(text: &[char], end: &str) -> bool {
    text.ends_with(&chars(end))
}

/// Where a text stands in another first.
fn find(text: &[char], part: &str) -> Option<usize> {
    let part = chars(part);
    (0..text.len()).find(|&at| text[at..].starts_with(&part))
}

fn without_spaces(text: &[char]) -> Vec<char> {
    text.iter().copied().filter(|&char| char != ' ').collect()
}

/// A sum of money; 张 and its like are hundreds.
pub fn amount(tables: &EntityTables, text: &[char]) -> Reading {
    let text = without_spaces(text);
    sum(tables, &text, &numbers(tables, &text))
}

fn sum(tables: &EntityTables, text: &[char], found: &[Number]) -> Reading {
    let unit = (0..text.len()).find_map(|place| tables.money.at(text, place));
    let currency = unit.map_or(YUAN, |(_, (currency, _))| currency.as_str());
    let Some(first) = found.first() else {
        return Reading::in_currency(None, currency);
    };
    let (factor, after) = factor_at(tables, text, first.end);
    let whole = (first.low * factor, first.high * factor);
    let Some(second) = found.get(1) else {
        return Reading::in_currency(Some(whole), currency);
    };
    let (second_factor, end) = factor_at(tables, text, second.end);
    let between = trim(text.get(after..second.start).unwrap_or_default());
    let is_mark = |&mark: &char| tables.range_marks.contains(mark);
    if !between.is_empty() && between.iter().all(is_mark) {
        let is_named = after > first.end;
        let mut low = first.low * if is_named { factor } else { second_factor };
        if first.scale == 1.0 && second.scale > 1.0 && first.high < second.high / second.scale + 1.0
        {
            low *= second.scale;
        }
        let most = second.low * second_factor;
        let low = if most < low { most } else { low };
        return Reading::in_currency(Some((low, second.high * second_factor)), currency);
    }
    if after > first.end && between.is_empty() && second.high < 10.0 {
        let rest = second.low * if end > second.end { second_factor } else { 0.1 };
        return Reading::in_currency(Some((whole.0 + rest, whole.1 + rest)), currency);
    }
    Reading::in_currency(Some(whole), currency)
}

/// How many of the currency the unit behind a number is, and where that unit ends.
fn factor_at(tables: &EntityTables, text: &[char], mut place: usize) -> (f64, usize) {
    let rest = &text[place..];
    if rest.starts_with(&['出', '头']) {
        place += 2;
    } else if matches!(rest.first(), Some('多' | '来' | '余')) {
        place += 1;
    }
    let rest = &text[place..];
    let is_filled = matches!(rest.first(), Some('个' | '大' | '现'));
    let at = if is_filled && !rest.starts_with(&['大', '张']) {
        place + 1
    } else {
        place
    };
    match tables.money.at(text, at) {
        Some((length, &(_, factor))) => (factor, at + length),
        None => (1.0, place),
    }
}

/// Money for one unit of time, of work or of a sum.
pub fn rate(tables: &EntityTables, text: &[char]) -> Reading {
    let mut text = without_spaces(text);
    for char in &mut text {
        if *char == '毎' {
            *char = '每';
        }
    }
    let found = numbers(tables, &text);
    if found.len() > 1 && is_for_a_sum(&text, &found[0]) {
        let rest = &text[found[0].end..];
        return sum(tables, rest, &numbers(tables, rest)).with_unit(1.0, "sum");
    }
    let forms = [Form::Time, Form::Pay, Form::Piece, Form::Counted];
    let read = forms
        .iter()
        .find_map(|&form| per(tables, &text, &found, form));
    read.unwrap_or_else(|| Reading::in_currency(None, YUAN))
}

/// Whether money is given for a number that stands first: 每百元返3, 每充100返20, 一万返200.
fn is_for_a_sum(text: &[char], number: &Number) -> bool {
    let follows = text.get(number.end).copied();
    if text.first() != Some(&'每') {
        return number.start == 0 && number.scale > 1.0 && matches!(follows, Some('返' | '给'));
    }
    let is_spent = matches!(text[1..number.start], [] | ['充' | '满' | '存' | '投']);
    is_spent && follows.is_some_and(|char| "元块返给送减收提次字".contains(char))
}

/// The rate by the first unit of a form that leaves a sum before or behind it.
fn per(tables: &EntityTables, text: &[char], found: &[Number], form: Form) -> Option<Reading> {
    let mut place = 0;
    while place < text.len() {
        let unit = tables.units.at(text, place);
        let coin = tables.money.at(text, place).map_or(0, |(length, _)| length);
        let (length, (name, factor, _)) = match unit {
            Some((length, unit)) if coin <= length && unit.2 == form => (length, unit),
            _ => {
                let pay = unit.map_or(
                    0,
                    |(length, unit)| {
                        if unit.2 == Form::Pay {
                            length
                        } else {
                            0
                        }
                    },
                );
                place += coin.max(pay).max(1);
                continue;
            }
        };
        let end = place + length;
        let (start, count) = match form {
            Form::Pay => (place, 1.0),
            _ => count_before(text, place, found),
        };
        for outside in [&text[..start], &text[end..]] {
            let sums = numbers(tables, outside);
            if !sums.is_empty() {
                return Some(sum(tables, outside, &sums).with_unit(count * factor, name));
            }
        }
        place = end;
    }
    None
}

/// Where the count before a unit begins, and the count: 1.5 of 一个半小时.
fn count_before(text: &[char], place: usize, found: &[Number]) -> (usize, f64) {
    let mut stem = &text[..place];
    if ends_with(stem, "半个") {
        return (place - 2, 0.5);
    }
    let mut half = 0.0;
    if let Some(rest) = stem.strip_suffix(&['半']) {
        (half, stem) = (0.5, rest);
    }
    stem = stem.strip_suffix(&['个']).unwrap_or(stem);
    let Some(counted) = found.iter().find(|number| number.end == stem.len()) else {
        return (stem.len(), if half > 0.0 { half } else { 1.0 });
    };
    let ends_in_one = matches!(stem.last(), Some('一' | '1'));
    let before = text[..counted.start].last();
    let is_rest = found.len() == 1 || matches!(before, Some('块' | '元'));
    if counted.end - counted.start > 1 && ends_in_one && is_rest {
        return (stem.len() - 1, 1.0 + half);
    }
    (counted.start, counted.low + half)
}

/// A percentage.
pub fn percent(tables: &EntityTables, text: &[char]) -> Reading {
    let written: String = text.iter().collect();
    let is_mille = written.contains('‰') || written.contains("千分之");
    let mut bare = written;
    for word in ["百分之", "千分之", "个百分点"] {
        bare = bare.replace(word, "");
    }
    let bare = chars(&bare);
    let found = numbers(tables, &bare);
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return Reading::of(None);
    };
    let (mut low, mut high) = (first.low, last.high);
    if text.contains(&'成') {
        (low, high) = (low * 10.0, first.high * 10.0);
        if text.last() == Some(&'半') {
            (low, high) = (low + 5.0, high + 5.0);
        } else if let Some(second) = found.get(1) {
            if bare[..second.start].contains(&'成') {
                (low, high) = (low + second.low, high + second.low);
            } else {
                high = second.high * 10.0;
            }
        }
    }
    if is_mille {
        (low, high) = (low / 10.0, high / 10.0);
    }
    Reading::of(Some((low, high)))
}

/// Hours from the message to the end of the time that it gives.
pub fn deadline(tables: &EntityTables, text: &[char]) -> Reading {
    let both = |hours: f64| Reading::of(Some((hours, hours)));
    if let Some((_, &hours)) = tables.spans.at(text, 0) {
        return both(hours);
    }
    let has = |part: &str| find(text, part).is_some();
    if ["内", "不到", "后", "限时", "仅剩"].into_iter().any(has) {
        for (unit, hours) in &tables.hours {
            let Some(place) = find(text, unit) else {
                continue;
            };
            let stem = text[..place]
                .strip_suffix(&['个'])
                .unwrap_or(&text[..place]);
            let stem = trim(stem);
            if ends_with(stem, "半") {
                return both(hours / 2.0);
            }
            if let Some(number) = numbers(tables, stem).first() {
                return Reading::of(Some((number.low * hours, number.high * hours)));
            }
        }
    }
    let date = tables.dates.iter().find(|(mark, _)| has(mark));
    both(date.map_or(24.0, |&(_, hours)| hours))
}
