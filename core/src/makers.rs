//! What the core makes in Python: the classes of `modengine.model`, and strings that are used again and again.

use std::sync::{Arc, Mutex};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use rustc_hash::FxHashMap;

use crate::given::Most;
use crate::place::Way;
use crate::program::Program;
use crate::score::Shadow;

/// The scores and actions of a message without hits, plain and as objects.
pub type Quiet = (Arc<[(i64, u8)]>, Py<PyDict>);
/// What a match was found as, and how.
pub type FoundAs = (Py<PyAny>, Py<PyTuple>);
pub type WayKey = (u32, Way, Option<u32>, String, String);

/// The classes of `modengine.model`, and strings that are used again and again.
pub struct Makers {
    pub decision: Py<PyAny>,
    pub category_score: Py<PyAny>,
    pub rule_hit: Py<PyAny>,
    pub relief_hit: Py<PyAny>,
    pub raised: Py<PyAny>,
    pub long_text: Py<PyAny>,
    pub match_: Py<PyAny>,
    /// `shown(kind, original, read, term, gaps, repeats, way, undisguised)`: what was found, and every step from there to
    /// what was typed.
    pub shown: Py<PyAny>,
    /// `matches(message, rule)`: the matches as the Python engine finds them.
    pub matches: Py<PyAny>,
    pub actions: Vec<Py<PyString>>,
    pub parts: Vec<Py<PyString>>,
    pub most: Most,
    pub revision: Py<PyString>,
    pub rules: Vec<Py<PyString>>,
    pub clauses: Vec<Option<Py<PyString>>>,
    pub categories: Vec<Py<PyString>>,
    pub names: FxHashMap<(u32, u32), Py<PyString>>,
    pub nothing: Py<PyTuple>,
    pub shadows: Mutex<FxHashMap<Vec<Shadow>, Py<PyTuple>>>,
    pub quiet: Mutex<FxHashMap<Vec<Vec<Shadow>>, Quiet>>,
    pub ways: Mutex<FxHashMap<WayKey, FoundAs>>,
}

impl Makers {
    pub fn new(
        py: Python<'_>,
        program: &Program,
        names: &Bound<'_, PyDict>,
        revision: &str,
    ) -> PyResult<Self> {
        let object = |name: &str| -> PyResult<Py<PyAny>> { Ok(get(names, name)?.unbind()) };
        let string = |text: &str| PyString::intern(py, text).unbind();
        let mut pattern_names = FxHashMap::default();
        for (number, rule) in program.rules.iter().enumerate() {
            for (at, (_, name)) in rule.patterns.iter().enumerate() {
                pattern_names.insert((number as u32, at as u32), string(name));
            }
        }
        Ok(Makers {
            decision: object("Decision")?,
            category_score: object("CategoryScore")?,
            rule_hit: object("RuleHit")?,
            relief_hit: object("ReliefHit")?,
            raised: object("Raised")?,
            long_text: object("LongText")?,
            match_: object("Match")?,
            shown: object("shown")?,
            matches: object("matches")?,
            actions: ["allow", "label", "review", "block"].map(string).into(),
            parts: program.kinds.iter().map(|kind| string(kind)).collect(),
            most: Most {
                characters: get(names, "most_characters")?.extract()?,
                parts: get(names, "most_parts")?.extract()?,
            },
            revision: string(revision),
            rules: program.rules.iter().map(|rule| string(&rule.id)).collect(),
            clauses: program
                .rules
                .iter()
                .map(|rule| rule.clause.as_deref().map(string))
                .collect(),
            categories: program.categories.iter().map(|name| string(name)).collect(),
            names: pattern_names,
            nothing: PyTuple::empty(py).unbind(),
            shadows: Mutex::default(),
            quiet: Mutex::default(),
            ways: Mutex::default(),
        })
    }
}

/// One of the names that the core is given.
pub fn get<'py>(names: &Bound<'py, PyDict>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    names
        .get_item(name)?
        .ok_or_else(|| PyValueError::new_err(format!("nothing is called {name}")))
}
