//! Entities: whether what the expressions of a kind found has the value that a pattern asks for (see
//! `modengine/entities/comparing.py`).

mod links;
mod numbers;
mod tables;
mod values;

use serde::Deserialize;

pub use links::host_of;
pub use tables::EntityTables;
use values::Reading;

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    None,
    Amount,
    Rate,
    Percent,
    Deadline,
}

/// What an entity pattern asks of a value.
#[derive(Deserialize, Clone)]
pub struct Entity {
    pub value: Value,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
    pub currencies: Vec<String>,
    pub per: Vec<String>,
    pub within: Option<f64>,
    pub own: Option<bool>,
    pub disguised: bool,
}

/// A value as the tests compare it: from and to, currency, unit; none for a kind without one.
pub type Read = (Option<(f64, f64)>, String, String);

/// The value of an entity of a kind.
pub fn read(tables: &EntityTables, kind: &str, text: &[char]) -> Option<Read> {
    let read = match kind {
        "amount" => values::amount(tables, text),
        "rate" => values::rate(tables, text),
        "percent" => values::percent(tables, text),
        "deadline" => values::deadline(tables, text),
        _ => return None,
    };
    Some((read.range, read.currency, read.per))
}

impl Entity {
    /// Whether nothing is asked but that it stands there.
    pub fn asks_nothing(&self) -> bool {
        !self.compares()
            && self.currencies.is_empty()
            && self.per.is_empty()
            && self.own.is_none()
            && !self.disguised
    }

    fn compares(&self) -> bool {
        self.at_least.is_some() || self.at_most.is_some() || self.within.is_some()
    }

    /// Whether an entity has what is asked.  `undone`: a character of it stood for another; `senders`: the texts of
    /// the senders that the part claims.
    pub fn is_met<E>(
        &self,
        tables: &EntityTables,
        text: &[char],
        undone: bool,
        senders: impl FnOnce() -> Result<Vec<String>, E>,
    ) -> Result<bool, E> {
        if self.value != Value::None {
            return Ok(self.is_in_range(tables, text));
        }
        if self.disguised && !(undone || tables.is_disguised(text)) {
            return Ok(false);
        }
        if let Some(own) = self.own {
            let domains = tables.claimed(&senders()?);
            let host = host_of(text);
            return Ok(!domains.is_empty()
                && !host.is_empty()
                && domains.iter().any(|domain| links::is_of(&host, domain)) == own);
        }
        Ok(true)
    }

    fn is_in_range(&self, tables: &EntityTables, text: &[char]) -> bool {
        if self.asks_nothing() {
            return true;
        }
        let read: Reading = match self.value {
            Value::Amount => values::amount(tables, text),
            Value::Rate => values::rate(tables, text),
            Value::Percent => values::percent(tables, text),
            Value::Deadline => values::deadline(tables, text),
            Value::None => return true,
        };
        let is_money = matches!(self.value, Value::Amount | Value::Rate);
        let is_known = if self.currencies.is_empty() {
            !(self.compares() && is_money) || read.currency == values::YUAN
        } else {
            self.currencies.contains(&read.currency)
        };
        if !is_known || !(self.per.is_empty() || self.per.contains(&read.per)) {
            return false;
        }
        if !self.compares() {
            return true;
        }
        let Some((low, high)) = read.range else {
            return false;
        };
        self.at_least.is_none_or(|least| high >= least)
            && self.at_most.is_none_or(|most| low <= most)
            && self.within.is_none_or(|most| low <= most)
    }
}
