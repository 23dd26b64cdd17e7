//! The tables that values are read by, as `modengine/entities/plain.py` writes them.

use rustc_hash::FxHashMap;
use serde::Deserialize;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Digit,
    /// 2 to 9.
    Few,
    Scale,
}

/// Texts with what each stands for, found at a place by the longest.
pub struct WordTable<T> {
    known: FxHashMap<Vec<char>, T>,
    longest: usize,
}

impl<T> WordTable<T> {
    fn new(pairs: impl Iterator<Item = (String, T)>) -> Self {
        let known: FxHashMap<Vec<char>, T> = pairs
            .map(|(text, value)| (text.chars().collect(), value))
            .collect();
        let longest = known.keys().map(Vec::len).max().unwrap_or(0);
        WordTable { known, longest }
    }

    /// The longest that stands at a place: its length and what it stands for.
    pub fn at(&self, text: &[char], place: usize) -> Option<(usize, &T)> {
        let most = self.longest.min(text.len() - place);
        (1..=most).rev().find_map(|length| {
            let found = self.known.get(&text[place..place + length])?;
            Some((length, found))
        })
    }
}

#[derive(PartialEq, Eq, Clone, Copy)]
pub enum Form {
    Time,
    Pay,
    Piece,
    /// What is counted as well as sold.
    Counted,
}

pub struct EntityTables {
    numerals: FxHashMap<char, (Role, f64)>,
    /// Currency and how many of it.
    pub money: WordTable<(String, f64)>,
    /// Unit, how many of it, and its form.
    pub units: WordTable<(String, f64, Form)>,
    pub spans: WordTable<f64>,
    channels: WordTable<bool>,
    senders: Vec<(String, Vec<String>)>,
    /// What stands for a link that is masked.
    pub masks: Vec<String>,
    /// What stands for a dot in a host, the longer first.
    pub dots: Vec<String>,
    /// What stands between the numbers of a range.
    pub range_marks: String,
    /// Units of time with their hours.
    pub hours: Vec<(String, f64)>,
    /// Of a date or a time of day: the first that stands in it tells the hours.
    pub dates: Vec<(String, f64)>,
}

#[derive(Deserialize)]
struct Given {
    numerals: Vec<(String, String, f64)>,
    money: Vec<(String, String, f64)>,
    units: Vec<(String, String, f64, String)>,
    spans: Vec<(String, f64)>,
    channels: Vec<(String, bool)>,
    senders: Vec<(String, Vec<String>)>,
    masks: Vec<String>,
    dots: Vec<String>,
    range_marks: String,
    hours: Vec<(String, f64)>,
    dates: Vec<(String, f64)>,
}

impl EntityTables {
    pub fn read(bytes: &[u8]) -> Result<Self, rmp_serde::decode::Error> {
        let given: Given = rmp_serde::from_slice(bytes)?;
        let numerals = given
            .numerals
            .into_iter()
            .filter_map(|(text, role, value)| {
                let role = match role.as_str() {
                    "digit" => Role::Digit,
                    "few" => Role::Few,
                    _ => Role::Scale,
                };
                Some((text.chars().next()?, (role, value)))
            });
        let form = |name: &str| match name {
            "time" => Form::Time,
            "pay" => Form::Pay,
            "piece" => Form::Piece,
            _ => Form::Counted,
        };
        let of_money = |(text, currency, factor)| (text, (currency, factor));
        Ok(EntityTables {
            numerals: numerals.collect(),
            money: WordTable::new(given.money.into_iter().map(of_money)),
            units: WordTable::new(
                given
                    .units
                    .into_iter()
                    .map(|(text, unit, factor, name)| (text, (unit, factor, form(&name)))),
            ),
            spans: WordTable::new(given.spans.into_iter()),
            channels: WordTable::new(given.channels.into_iter()),
            senders: given.senders,
            masks: given.masks,
            dots: given.dots,
            range_marks: given.range_marks,
            hours: given.hours,
            dates: given.dates,
        })
    }

    pub fn numeral(&self, char: Option<&char>) -> Option<(Role, f64)> {
        self.numerals.get(char?).copied()
    }

    /// Whether the first channel that a contact names is not called by a usual name.
    pub fn is_disguised(&self, text: &[char]) -> bool {
        let first = (0..text.len()).find_map(|place| self.channels.at(text, place));
        first.is_some_and(|(_, &disguised)| disguised)
    }

    /// The domains of the organisations that the texts of senders name.
    pub fn claimed(&self, senders: &[String]) -> Vec<&str> {
        let named = self
            .senders
            .iter()
            .filter(|(name, _)| senders.iter().any(|sender| sender.contains(name.as_str())));
        named
            .flat_map(|(_, domains)| domains.iter().map(String::as_str))
            .collect()
    }
}
