//! The compiled core of modengine: decides what its Python engine decides, faster.
//!
//! `python` is what Python sees, `plain` the policy as data, `program` the policy compiled; a message goes through
//! `part` (text forms), `context` (candidates, evidence), `evaluate` and `score` to a `decision`.  What a module uses
//! stands below it: nothing below uses it.

pub mod bits;
mod candidates;
pub mod chars;
pub mod condition;
pub mod context;
pub mod decision;
pub mod entities;
mod evaluate;
pub mod expressions;
pub mod forms;
pub mod given;
mod literals;
mod makers;
mod matches;
mod outside;
pub mod part;
mod pattern;
mod place;
pub mod plain;
mod prefilter;
pub mod program;
pub mod python;
pub mod regex;
pub mod score;
pub mod sieve;
mod spelled;
pub mod table;
mod terms;
pub mod undisguised;
pub mod view;
pub mod walk;
pub mod words;

use pyo3::prelude::*;

#[pymodule]
pub fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<regex::python::Regexes>()?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    python::register(module)
}
