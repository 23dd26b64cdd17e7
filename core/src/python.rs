//! What Python sees: `Readers`, the tables of a process, and `Core`, a policy that decides.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use rustc_hash::FxHashMap;

use crate::chars::Chars;
use crate::conditions::Value;
use crate::context::Context;
use crate::decision::{Makers, Matches};
use crate::part::Tables;
use crate::plain;
use crate::program::{Lexicon, Program};
use crate::score::{decide, Fields, Record};

/// The tables of characters and the dictionary of words: one for a process.
#[pyclass(frozen, module = "modengine._core")]
pub struct Readers {
    tables: Arc<Tables>,
    lexicon: Arc<Lexicon>,
}

#[pymethods]
impl Readers {
    /// `block(number)` gives the records of 256 characters, `normal(cluster)` the normal form of one that they do not tell;
    /// `syllables` has each toneless syllable with its symbol, `dictionary` is the path of jieba's.
    #[new]
    fn new(
        block: Py<PyAny>,
        normal: Py<PyAny>,
        syllables: Vec<(String, u32)>,
        dictionary: String,
    ) -> Self {
        Readers {
            tables: Arc::new(Tables::new(Chars::new(block), normal, syllables)),
            lexicon: Arc::new(Lexicon::new(dictionary)),
        }
    }
}

/// A policy that decides messages as the Python engine does, or hands them back.
#[pyclass(frozen, module = "modengine._core")]
pub struct Core {
    program: Arc<Program>,
    makers: Arc<Makers>,
    message: Py<PyAny>,
    /// `fields(given)`: the values of the comparisons, and whether the message lies in the period.
    fields: Py<PyAny>,
    most_characters: usize,
    most_parts: usize,
    handed_back: AtomicU64,
}

/// A message as the core reads it.
struct Given {
    texts: Vec<(u8, Vec<u32>)>,
    values: Vec<Value>,
    fields: Fields,
}

enum Read {
    Ready(Given),
    /// The Python engine decides it.
    Back,
    /// What a field has is of another type.
    Wrong(PyErr),
}

/// What was decided, with what is needed to describe its matches; none where the Python engine has to decide.
type Made = Option<(Record, Option<Context>)>;

const KINDS: [&str; 4] = ["text", "caption", "ocr", "transcript"];

#[pymethods]
impl Core {
    /// `data` is the policy as `engine/compile/plain.py` writes it; `names` has what is called and made in Python.
    #[new]
    fn new(
        py: Python<'_>,
        data: Vec<u8>,
        readers: &Readers,
        names: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let tables = readers.tables.clone();
        let lexicon = readers.lexicon.clone();
        let revision: String = get(names, "revision")?.extract()?;
        let program = py
            .detach(|| Program::new(&data, tables, lexicon))
            .map_err(|error| {
                PyValueError::new_err(format!("the compiled policy cannot be read: {error}"))
            })?;
        let makers = makers(py, &program, names, &revision)?;
        Ok(Core {
            program: Arc::new(program),
            makers: Arc::new(makers),
            message: get(names, "Message")?.unbind(),
            fields: get(names, "fields")?.unbind(),
            most_characters: get(names, "most_characters")?.extract()?,
            most_parts: get(names, "most_parts")?.extract()?,
            handed_back: AtomicU64::new(0),
        })
    }

    /// How many messages were handed back to the Python engine.
    #[getter]
    fn handed_back(&self) -> u64 {
        self.handed_back.load(Ordering::Relaxed)
    }

    /// The decision on a message; none where the Python engine has to make it.
    fn decide(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        ignore_scope: bool,
    ) -> PyResult<Option<Py<PyAny>>> {
        let decided = match self.read(py, message, ignore_scope)? {
            Read::Ready(given) => {
                let made = py.detach(|| self.work(given));
                self.finish(py, message, made)
            }
            Read::Back => self.back(),
            Read::Wrong(error) => Err(error),
        };
        self.uninterrupted()?;
        decided
    }

    /// The same of many, without the interpreter's lock: a list of decisions, none, and errors of fields.
    fn decide_batch<'py>(
        &self,
        py: Python<'py>,
        messages: &Bound<'py, PyList>,
        ignore_scope: bool,
    ) -> PyResult<Bound<'py, PyList>> {
        let mut read = Vec::with_capacity(messages.len());
        for message in messages {
            read.push(self.read(py, &message, ignore_scope)?);
        }
        let made: Vec<Result<Made, PyErr>> = py.detach(|| {
            let one = |read| match read {
                Read::Ready(given) => Ok(self.work(given)),
                Read::Back => Ok(None),
                Read::Wrong(error) => Err(error),
            };
            read.into_iter().map(one).collect()
        });
        // The list is made at the end: the garbage collector would look through it again and again.
        let mut decisions = Vec::with_capacity(messages.len());
        for (message, made) in messages.iter().zip(made) {
            decisions.push(match made {
                Ok(made) => self
                    .finish(py, &message, made)?
                    .unwrap_or_else(|| py.None()),
                Err(error) => error.into_value(py).into_any(),
            });
        }
        self.uninterrupted()?;
        PyList::new(py, decisions)
    }
}

impl Core {
    /// Raises what a signal raised while the tables were asked for.
    fn uninterrupted(&self) -> PyResult<()> {
        self.program.tables.chars.interruption().map_or(Ok(()), Err)
    }

    fn back(&self) -> PyResult<Option<Py<PyAny>>> {
        self.handed_back.fetch_add(1, Ordering::Relaxed);
        Ok(None)
    }

    fn read(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        ignore_scope: bool,
    ) -> PyResult<Read> {
        let nothing = Vec::new();
        let plain = Fields {
            period: None,
            ignore_scope,
        };
        if let Ok(text) = message.cast::<PyString>() {
            return Ok(match self.codes(text) {
                Some(codes) => Read::Ready(Given {
                    texts: vec![(0, codes)],
                    values: nothing,
                    fields: plain,
                }),
                None => Read::Back,
            });
        }
        if !message.is_instance(self.message.bind(py))? {
            self.message.bind(py).call_method1("of", (message,))?; // says what is wrong
        }
        let mut texts = Vec::new();
        match self.codes(message.getattr("text")?.cast::<PyString>()?) {
            Some(codes) => texts.push((0, codes)),
            None => return self.checked(py, message),
        }
        let parts = message.getattr("parts")?;
        if parts.len()? >= self.most_parts {
            return self.checked(py, message);
        }
        let mut length = texts[0].1.len();
        for part in parts.try_iter()? {
            let part = part?;
            let kind: String = part.getattr("kind")?.extract()?;
            let kind = KINDS.iter().position(|&known| known == kind);
            match (kind, self.codes(part.getattr("text")?.cast::<PyString>()?)) {
                (Some(kind), Some(codes)) => {
                    length += codes.len();
                    texts.push((kind as u8, codes));
                }
                _ => return self.checked(py, message),
            }
        }
        if length > self.most_characters {
            return self.checked(py, message);
        }
        let given = message.getattr("fields")?;
        let (values, period) = if given.len()? == 0 {
            (nothing, None)
        } else {
            match self.fields.bind(py).call1((given,)) {
                Ok(read) => read.extract()?,
                Err(error) => return Ok(Read::Wrong(error)),
            }
        };
        Ok(Read::Ready(Given {
            texts,
            values,
            fields: Fields { period, ..plain },
        }))
    }

    /// Of a message for the Python engine: whether its fields can be read.
    fn checked(&self, py: Python<'_>, message: &Bound<'_, PyAny>) -> PyResult<Read> {
        Ok(
            match self.fields.bind(py).call1((message.getattr("fields")?,)) {
                Ok(_) => Read::Back,
                Err(error) => Read::Wrong(error),
            },
        )
    }

    /// The code points of a text; none of one with lone surrogates, or of one that is too long.
    fn codes(&self, text: &Bound<'_, PyString>) -> Option<Vec<u32>> {
        let text = text.to_str().ok()?;
        let codes: Vec<u32> = text.chars().map(u32::from).collect();
        (codes.len() <= self.most_characters).then_some(codes)
    }

    fn work(&self, given: Given) -> Made {
        let program = &self.program;
        let mut scratch = program.scratch();
        let mut context = scratch
            .context
            .take()
            .unwrap_or_else(|| Context::new(program));
        context.read(program, given.texts, given.values);
        let record = decide(&mut context, program, &mut scratch, &given.fields);
        let made = match record {
            Ok(record) if !record.is_quiet() => Some((record, Some(context))),
            other => {
                scratch.context = Some(context);
                other.ok().map(|record| (record, None))
            }
        };
        program.give_back(scratch);
        made
    }

    fn finish(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        made: Made,
    ) -> PyResult<Option<Py<PyAny>>> {
        let Some((record, context)) = made else {
            return self.back();
        };
        let id = if message.is_instance_of::<PyString>() {
            py.None().into_bound(py)
        } else {
            message.getattr("id")?
        };
        self.makers
            .decision(py, &self.program, &id, message, record, context)
            .map(Some)
    }
}

fn get<'py>(names: &Bound<'py, PyDict>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    names
        .get_item(name)?
        .ok_or_else(|| PyValueError::new_err(format!("nothing is called {name}")))
}

fn makers(
    py: Python<'_>,
    program: &Program,
    names: &Bound<'_, PyDict>,
    revision: &str,
) -> PyResult<Makers> {
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
        escalated: object("Escalated")?,
        match_: object("Match")?,
        how: object("how")?,
        matches: object("matches")?,
        actions: ["allow", "label", "review", "block"].map(string).into(),
        parts: KINDS.map(string).into(),
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

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("FORMAT", plain::FORMAT)?;
    module.add_class::<Readers>()?;
    module.add_class::<Core>()?;
    module.add_class::<Matches>()
}
