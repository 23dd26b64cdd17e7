//! Entities: whether what the expressions of a kind found has the value that a pattern asks for (see
//! `modengine/entities/comparing.py`).

mod links;
mod numbers;
mod tables;
mod values;

use serde::de::value::{Error, StrDeserializer};
use serde::de::IntoDeserializer;
use serde::Deserialize;

pub use links::host_of;
pub use tables::EntityTables;
use values::Reading;

/// The kinds of entities that have a number.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Amount,
    Rate,
    Percent,
    Deadline,
}

impl Value {
    fn read(self, tables: &EntityTables, text: &[char]) -> Reading {
        match self {
            Value::Amount => values::amount(tables, text),
            Value::Rate => values::rate(tables, text),
            Value::Percent => values::percent(tables, text),
            Value::Deadline => values::deadline(tables, text),
        }
    }
}

/// What an entity pattern asks of a value.
#[derive(Deserialize, Clone)]
pub struct Entity {
    pub value: Option<Value>,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
    pub currencies: Vec<String>,
    pub per: Vec<String>,
    pub within: Option<f64>,
    pub own: Option<bool>,
    pub disguised: bool,
}

/// A value as the tests compare it: from and to, currency, unit.
pub type Read = (Option<(f64, f64)>, String, String);

/// The value of an entity of a kind; none for a kind without one.
pub fn read(tables: &EntityTables, kind: &str, text: &[char]) -> Option<Read> {
    let kind: StrDeserializer<Error> = kind.into_deserializer();
    let read = Value::deserialize(kind).ok()?.read(tables, text);
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
        if let Some(value) = self.value {
            return Ok(self.is_in_range(value, tables, text));
        }
        if self.disguised && !(undone || tables.is_disguised(text)) {
            return Ok(false);
        }
        if let Some(own) = self.own {
            let domains = tables.claimed(&senders()?);
            let host = host_of(tables, text);
            return Ok(!domains.is_empty()
                && !host.is_empty()
                && domains.iter().any(|domain| links::is_of(&host, domain)) == own);
        }
        Ok(true)
    }

    fn is_in_range(&self, value: Value, tables: &EntityTables, text: &[char]) -> bool {
        let read = value.read(tables, text);
        let is_money = matches!(value, Value::Amount | Value::Rate);
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
