//! The compiled core of modengine: decides what its Python engine decides, faster.
//!
//! `python` is what Python sees, `plain` the policy as data, `program` the policy compiled; a message goes through
//! `part` (text forms), `context` (candidates, evidence), `conditions` and `score` to a `decision`.

pub mod bits;
pub mod chars;
pub mod conditions;
pub mod context;
pub mod decision;
pub mod entities;
pub mod expressions;
pub mod given;
mod literals;
pub mod part;
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
pub mod walk;
pub mod words;

use pyo3::prelude::*;

#[pymodule]
pub fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<regex::python::Regexes>()?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    python::register(module)
}
