//! From a record to the objects of `modengine.model`, made only as far as somebody reads them.

use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, OnceLock};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};
use rustc_hash::FxHashMap;

use crate::context::{Context, Place, Way};
use crate::given::{texts_of, Most};
use crate::program::{text_of, Kind, Program, Scratch};
use crate::score::{Record, Shadow};

/// So many ways from a term to what was typed are remembered.
const MOST_WAYS: usize = 16_384;

/// Matches by the number and the name of their pattern: rules of a ruleset share them.
type Described = FxHashMap<(u32, usize), Vec<Py<PyAny>>>;
/// The scores and actions of a message without hits, plain and as objects.
type Quiet = (Arc<[(i64, u8)]>, Py<PyDict>);
/// What a match was found as, and how.
type FoundAs = (Py<PyAny>, Py<PyTuple>);
type WayKey = (u32, Way, Option<u32>, String, String);

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
    /// The matches of each rule's patterns, in the order of their places.
    fn describe(&self, py: Python<'_>) -> PyResult<Vec<Py<PyTuple>>> {
        let program = &*self.program;
        let texts = texts_of(self.given.bind(py), self.makers.most, &self.program.kinds)?;
        let Some(texts) = texts else {
            return self.rules.iter().map(|&rule| self.ask(py, rule)).collect();
        };
        let mut described = Described::default();
        program.with_context(|context, scratch| {
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

impl Makers {
    fn shadow<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        reasons: &[Shadow],
    ) -> PyResult<Bound<'py, PyTuple>> {
        if reasons.is_empty() {
            return Ok(self.nothing.bind(py).clone());
        }
        if let Some(known) = self
            .shadows
            .lock()
            .ok()
            .and_then(|known| known.get(reasons).map(|shadow| shadow.clone_ref(py)))
        {
            return Ok(known.into_bound(py));
        }
        let said = reasons.iter().map(|reason| match reason {
            Shadow::Study => "study".to_string(),
            Shadow::Period => "period".to_string(),
            Shadow::PeriodUnknown => "period: unknown".to_string(),
            Shadow::Exception(number) => {
                format!("exception: {}", program.exceptions[*number as usize].0)
            }
            Shadow::Scope => "scope".to_string(),
            Shadow::ScopeUnknown => "scope: unknown".to_string(),
        });
        let made = PyTuple::new(py, said)?;
        if let Ok(mut known) = self.shadows.lock() {
            if known.len() < 1000 {
                known.insert(reasons.to_vec(), made.clone().unbind());
            }
        }
        Ok(made)
    }

    fn category_score<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        record: &Record,
        number: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (total, action) = record.categories[number];
        let reasons = &record.shadows[number];
        let shadow = self.shadow(py, program, reasons)?;
        let action = &self.actions[action as usize];
        let arguments = (total, action, reasons.is_empty(), shadow);
        self.category_score.bind(py).call1(arguments)
    }

    /// The scores of all categories: those of a message without hits, and what this one's change in them.
    fn category_scores<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        record: &Record,
    ) -> PyResult<Bound<'py, PyDict>> {
        let known = self.quiet.lock().ok().and_then(|known| {
            let (scores, dict) = known.get(&record.shadows)?;
            Some((scores.clone(), dict.bind(py).clone()))
        });
        let (before, made) = match known {
            Some((scores, dict)) => (scores, dict.copy()?),
            None => (Vec::new().into(), PyDict::new(py)),
        };
        for (number, name) in self.categories.iter().enumerate() {
            if before.get(number) != Some(&record.categories[number]) {
                made.set_item(name, self.category_score(py, program, record, number)?)?;
            }
        }
        if before.is_empty() && record.is_quiet() {
            if let Ok(mut known) = self.quiet.lock() {
                if known.len() < 1000 {
                    let scores = record.categories.clone().into();
                    known.insert(record.shadows.clone(), (scores, made.copy()?.unbind()));
                }
            }
        }
        Ok(made)
    }

    /// The decision on a message.
    pub fn decision(
        self: &Arc<Self>,
        py: Python<'_>,
        program: &Arc<Program>,
        id: &Bound<'_, PyAny>,
        given: &Bound<'_, PyAny>,
        record: Record,
    ) -> PyResult<Py<PyAny>> {
        let quiet = record.is_quiet();
        let categories = self.category_scores(py, program, &record)?;
        let in_scope = |number: usize| record.shadows[number].is_empty();
        let actions = record.categories.iter().map(|&(_, action)| action);
        let top = actions.clone().max().unwrap_or(0);
        let taken = actions
            .clone()
            .enumerate()
            .filter(|&(at, _)| in_scope(at))
            .map(|(_, action)| action)
            .max()
            .unwrap_or(0);
        let acts = actions
            .enumerate()
            .any(|(at, action)| action == top && in_scope(at));
        let nothing = self.nothing.bind(py);
        let (hits, shadow_hits, reliefs, raised) = if quiet {
            let none = || nothing.clone();
            (none(), none(), none(), none())
        } else {
            let hits = record.hits.iter().chain(&record.shadow_hits);
            let rules = hits.map(|hit| hit.rule);
            let reliefs = record.reliefs.iter().map(|&(rule, ..)| rule);
            let message = Arc::new(Message {
                program: program.clone(),
                makers: self.clone(),
                given: given.clone().unbind(),
                rules: rules.chain(reliefs).collect(),
                matches: OnceLock::new(),
            });
            self.hits(py, &message, &record)?
        };
        let longer = match record.longer {
            Some(longer) => self.long_text.bind(py).call1(longer)?,
            None => py.None().into_bound(py),
        };
        let flag = |is_so| PyBool::new(py, is_so).to_owned().into_any();
        let arguments = PyTuple::new(
            py,
            [
                id.clone(),
                self.actions[top as usize].bind(py).clone().into_any(),
                self.actions[taken as usize].bind(py).clone().into_any(),
                flag(acts),
                flag(taken != 0),
                categories.into_any(),
                hits.into_any(),
                shadow_hits.into_any(),
                reliefs.into_any(),
                raised.into_any(),
                longer,
                nothing.clone().into_any(),
                nothing.clone().into_any(),
                flag(program.study),
                self.revision.bind(py).clone().into_any(),
            ],
        )?;
        Ok(self.decision.bind(py).call1(arguments)?.unbind())
    }

    #[allow(clippy::type_complexity)]
    fn hits<'py>(
        &self,
        py: Python<'py>,
        message: &Arc<Message>,
        record: &Record,
    ) -> PyResult<(
        Bound<'py, PyTuple>,
        Bound<'py, PyTuple>,
        Bound<'py, PyTuple>,
        Bound<'py, PyTuple>,
    )> {
        let program = &message.program;
        let matches = |rule: u32| {
            Py::new(
                py,
                Matches {
                    message: message.clone(),
                    rule,
                },
            )
        };
        let empty = PyString::new(py, "");
        let category_of = |rule: u32| {
            let rule = &program.rules[rule as usize];
            match rule.category.or(rule.relieves) {
                Some(category) => self.categories[category].bind(py).clone(),
                None => empty.clone(),
            }
        };
        let hit_of = |hit: &crate::score::Hit| {
            let rule = hit.rule as usize;
            self.rule_hit.call1(
                py,
                (
                    &self.rules[rule],
                    self.clauses[rule].as_ref(),
                    category_of(hit.rule),
                    hit.points,
                    hit.counted,
                    matches(hit.rule)?,
                ),
            )
        };
        let hits = record
            .hits
            .iter()
            .map(hit_of)
            .collect::<PyResult<Vec<_>>>()?;
        let shadow_hits = record
            .shadow_hits
            .iter()
            .map(hit_of)
            .collect::<PyResult<Vec<_>>>()?;
        let reliefs = record
            .reliefs
            .iter()
            .map(|&(rule, category, taken)| {
                let arguments = (
                    &self.rules[rule as usize],
                    &self.categories[category],
                    -taken,
                    matches(rule)?,
                );
                self.relief_hit.call1(py, arguments)
            })
            .collect::<PyResult<Vec<_>>>()?;
        let raised = record
            .raised
            .iter()
            .map(|raised| {
                let rules = PyTuple::new(
                    py,
                    raised.rules.iter().map(|&rule| &self.rules[rule as usize]),
                )?;
                let arguments = (
                    &self.categories[raised.category],
                    &self.actions[raised.action as usize],
                    rules,
                );
                self.raised.call1(py, arguments)
            })
            .collect::<PyResult<Vec<_>>>()?;
        Ok((
            PyTuple::new(py, hits)?,
            PyTuple::new(py, shadow_hits)?,
            PyTuple::new(py, reliefs)?,
            PyTuple::new(py, raised)?,
        ))
    }
}
