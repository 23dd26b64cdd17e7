//! The matches of a hit, described when somebody reads them: the message is read once more then.

use std::collections::hash_map::Entry;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use rustc_hash::FxHashMap;

use crate::chars::text_of;
use crate::context::{Context, Pool};
use crate::given::texts_of;
use crate::makers::{FoundAs, Makers};
use crate::pattern::Kind;
use crate::place::{Place, Way};
use crate::program::{Program, Scratch};

/// So many ways from a term to what was typed are remembered.
const MOST_WAYS: usize = 16_384;

/// Matches by the number and the name of their pattern: rules of a ruleset share them.
type Described = FxHashMap<(u32, usize), Vec<Py<PyAny>>>;
/// What is needed to describe the matches of a message later: it is read once more then.
pub struct Message {
    program: Arc<Program>,
    makers: Arc<Makers>,
    given: Py<PyAny>,
    /// The rules of its hits and reliefs, and the matches of each.
    rules: Vec<u32>,
    matches: OnceLock<Vec<Py<PyTuple>>>,
}

/// The matches of a hit: a sequence that is described when it is first read.
#[pyclass(frozen, sequence, module = "modengine._core")]
pub struct Matches {
    message: Arc<Message>,
    rule: u32,
}

#[pymethods]
impl Matches {
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.tuple(py)?.len()
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.tuple(py)?.get_item(at)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.tuple(py)?.try_iter()?.into_any())
    }

    fn __contains__(&self, py: Python<'_>, item: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.tuple(py)?.contains(item)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        match other.cast::<Matches>() {
            Ok(other) => self.tuple(py)?.eq(other.get().tuple(py)?),
            Err(_) => self.tuple(py)?.eq(other),
        }
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.tuple(py)?.hash()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.tuple(py)?.repr()?.to_string())
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyAny>,))> {
        Ok((py.get_type::<PyTuple>().into_any(), (self.tuple(py)?,)))
    }
}

impl Matches {
    pub fn new(message: Arc<Message>, rule: u32) -> Self {
        Matches { message, rule }
    }

    fn tuple<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let message = &self.message;
        if message.matches.get().is_none() {
            let _ = message.matches.set(message.describe(py)?);
        }
        let matches = message.matches.get().expect("was set");
        let at = message.rules.iter().position(|&rule| rule == self.rule);
        Ok(matches[at.expect("it is one of them")]
            .bind(py)
            .clone()
            .into_any())
    }
}

impl Message {
    pub fn new(
        program: Arc<Program>,
        makers: Arc<Makers>,
        given: Py<PyAny>,
        rules: Vec<u32>,
    ) -> Self {
        Message {
            program,
            makers,
            given,
            rules,
            matches: OnceLock::new(),
        }
    }

    /// The matches of each rule's patterns, in the order of their places.
    fn describe(&self, py: Python<'_>) -> PyResult<Vec<Py<PyTuple>>> {
        let program = &*self.program;
        let texts = texts_of(self.given.bind(py), self.makers.most, &self.program.kinds)?;
        let Some(texts) = texts else {
            return self.rules.iter().map(|&rule| self.ask(py, rule)).collect();
        };
        let mut described = Described::default();
        Pool::default().with(program, |context, scratch| {
            context.read(program, texts, Vec::new());
            let rules = self.rules.iter();
            rules
                .map(|&rule| self.of_rule(py, context, scratch, &mut described, rule))
                .collect()
        })
    }

    /// The matches as the Python engine finds them.
    fn ask(&self, py: Python<'_>, rule: u32) -> PyResult<Py<PyTuple>> {
        let id = &self.makers.rules[rule as usize];
        let matches = self.makers.matches.call1(py, (&self.given, id))?;
        Ok(matches.bind(py).cast::<PyTuple>()?.clone().unbind())
    }

    fn of_rule(
        &self,
        py: Python<'_>,
        context: &mut Context,
        scratch: &mut Scratch,
        described: &mut Described,
        number: u32,
    ) -> PyResult<Py<PyTuple>> {
        let rule = &self.program.rules[number as usize];
        let mut found: Vec<(u16, u32, u32, &str, Py<PyAny>)> = Vec::new();
        for (at, (pattern, name)) in rule.patterns.iter().enumerate() {
            if !context.is_touched(*pattern) {
                continue;
            }
            let Ok(evidence) = context.evidence(&self.program, scratch, *pattern) else {
                return self.ask(py, number);
            };
            let places = evidence.places.clone();
            let name_object = &self.makers.names[&(number, at as u32)];
            let key = (*pattern, name_object.as_ptr() as usize);
            let known = match described.entry(key) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(room) => {
                    let made = places
                        .iter()
                        .map(|place| self.match_of(py, context, *pattern, name_object, place));
                    room.insert(made.collect::<PyResult<Vec<_>>>()?)
                }
            };
            for (place, made) in places.iter().zip(known.iter()) {
                found.push((
                    place.part,
                    place.first,
                    place.last,
                    name,
                    made.clone_ref(py),
                ));
            }
        }
        found.sort_by(|left, right| {
            (left.0, left.1, left.2, left.3).cmp(&(right.0, right.1, right.2, right.3))
        });
        Ok(PyTuple::new(py, found.into_iter().map(|(.., made)| made))?.unbind())
    }

    fn match_of(
        &self,
        py: Python<'_>,
        context: &Context,
        number: u32,
        name: &Py<PyString>,
        place: &Place,
    ) -> PyResult<Py<PyAny>> {
        let pattern = &self.program.patterns[number as usize];
        let part = &context.parts[place.part as usize];
        let original = text_of(&part.original[place.first as usize..place.last as usize]);
        let read = part.as_read(place.undisguised).plain();
        let read = text_of(&read[place.start as usize..place.end as usize]);
        let raw = match (&pattern.kind, place.term) {
            (Kind::Terms(terms), Some(term)) => Some(terms[term as usize].raw.as_str()),
            _ => None,
        };
        let key = (number, place.way, place.term, original, read);
        let failed = |_| PyRuntimeError::new_err("a description failed before");
        let ways = self.makers.ways.lock().map_err(failed)?;
        let known = ways
            .get(&key)
            .map(|(found_as, how)| (found_as.clone_ref(py), how.clone_ref(py)));
        drop(ways);
        let (_, _, _, original, read) = &key;
        let (found_as, how) = match known {
            Some(known) => known,
            None => {
                let spoken = match place.way {
                    Way::Exact => "exact",
                    Way::Sounds => "sounds_like",
                    Way::Looks => "looks_like",
                    Way::Initials => "initials",
                    Way::Spelled => "spelled",
                };
                let arguments = (
                    pattern.name_of_kind.as_str(),
                    original.as_str(),
                    read.as_str(),
                    raw.unwrap_or(""),
                    pattern.gaps,
                    pattern.repeats,
                    spoken,
                    pattern.undisguised,
                );
                let made: FoundAs = self.makers.shown.call1(py, arguments)?.extract(py)?;
                let mut ways = self.makers.ways.lock().map_err(failed)?;
                if ways.len() >= MOST_WAYS {
                    ways.clear();
                }
                let kept = (made.0.clone_ref(py), made.1.clone_ref(py));
                ways.insert(key.clone(), kept);
                made
            }
        };
        self.makers.match_.call1(
            py,
            (
                name,
                &self.makers.parts[part.kind as usize],
                place.part,
                place.first,
                place.last,
                original.as_str(),
                found_as,
                how,
                self.program.weights[place.weight as usize].0,
            ),
        )
    }
}
