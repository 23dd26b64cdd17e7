//! What Python sees: `Readers`, the tables of a process, and `Core`, a policy that decides.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::chars::{codes, Chars};
use crate::condition::Value;
use crate::context::Pool;
use crate::entities::{self, EntityTables};
use crate::expressions::Known;
use crate::forms::Tables;
use crate::given::{texts_of, Texts};
use crate::makers::{get, Makers};
use crate::matches::Matches;
use crate::plain;
use crate::program::{Lexicon, Program};
use crate::score::{decide, Fields, Record};
use crate::undisguised::Disguises;

/// The tables of characters, the dictionary of words and the regexes of policies: one for a process.
#[pyclass(frozen, module = "modengine._core")]
pub struct Readers {
    tables: Arc<Tables>,
    lexicon: Arc<Lexicon>,
    known: Known,
}

#[pymethods]
impl Readers {
    /// `block(number)` gives the records of 256 characters, `normal(cluster)` the normal form of one that they do not tell;
    /// `syllables` has each toneless syllable with its symbol, `dictionary` is the path of jieba's,
    /// `disguises` has what is typed and what it stands for, `entities` the tables of `entities/plain.py` as MessagePack.
    #[new]
    fn new(
        block: Py<PyAny>,
        normal: Py<PyAny>,
        syllables: Vec<(String, u32)>,
        dictionary: String,
        disguises: Vec<(String, String)>,
        entities: &[u8],
    ) -> PyResult<Self> {
        let entities = EntityTables::read(entities)
            .map_err(|error| PyValueError::new_err(format!("no tables of entities: {error}")))?;
        let disguises = Disguises::new(&disguises);
        let tables = Tables::new(Chars::new(block), normal, syllables, disguises, entities);
        Ok(Readers {
            tables: Arc::new(tables),
            lexicon: Arc::new(Lexicon::new(dictionary)),
            known: Known::default(),
        })
    }

    /// For the tests: the value of an entity of a kind.
    fn value(&self, kind: &str, text: &str) -> Option<entities::Read> {
        let text: Vec<char> = text.chars().collect();
        entities::read(&self.tables.entities, kind, &text)
    }

    /// For the tests: the host of a link.
    fn host(&self, text: &str) -> String {
        entities::host_of(&self.tables.entities, &text.chars().collect::<Vec<_>>())
    }
}

/// A policy that decides messages as the Python engine does, or hands them back.
#[pyclass(frozen, module = "modengine._core")]
pub struct Core {
    program: Arc<Program>,
    pool: Pool,
    makers: Arc<Makers>,
    message: Py<PyAny>,
    /// `fields(given)`: the values of the comparisons, and whether the message lies in the period.
    fields: Py<PyAny>,
    /// The values of the comparisons for a message without fields; none where all are unknown.
    absent: Vec<Value>,
    handed_back: AtomicU64,
}

/// A message as the core reads it.
struct Given {
    texts: Texts,
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

/// What was decided; none where the Python engine has to decide.
type Made = Option<Record>;

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
            .detach(|| Program::new(&data, tables, lexicon, &readers.known))
            .map_err(|error| {
                PyValueError::new_err(format!("the compiled policy cannot be read: {error}"))
            })?;
        let makers = Makers::new(py, &program, names, &revision)?;
        Ok(Core {
            program: Arc::new(program),
            pool: Pool::default(),
            makers: Arc::new(makers),
            message: get(names, "Message")?.unbind(),
            fields: get(names, "fields")?.unbind(),
            absent: get(names, "absent")?.extract()?,
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
            let work = |read| match read {
                Read::Ready(given) => Ok(self.work(given)),
                Read::Back => Ok(None),
                Read::Wrong(error) => Err(error),
            };
            read.into_iter().map(work).collect()
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

    /// Where an expression matches a text; none for one that the rules do not ask for, or that is left to Python.
    fn spans(&self, source: &str, text: &str) -> Option<Vec<(u32, u32)>> {
        let regexes = &self.program.regexes;
        let regex = regexes.regex(regexes.number(source)?)?;
        let text = regexes.classes().read(text.chars().map(u32::from));
        let (mut cache, mut found) = (regexes.take(), Vec::new());
        regex.find_all(regexes.classes(), &mut cache, &text, &mut found);
        regexes.put(cache);
        Some(found)
    }

    /// The words of a block.
    fn cut(&self, block: &str) -> Vec<String> {
        let chars: Vec<char> = block.chars().collect();
        let edges = self.program.words().cut(&codes(block), 0);
        let words = edges.windows(2);
        words
            .map(|pair| chars[pair[0] as usize..pair[1] as usize].iter().collect())
            .collect()
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
        let is_text = message.is_instance_of::<PyString>();
        if !is_text && !message.is_instance(self.message.bind(py))? {
            self.message.bind(py).call_method1("of", (message,))?; // says what is wrong
        }
        let Some(texts) = texts_of(message, self.makers.most, &self.program.kinds)? else {
            return if is_text {
                Ok(Read::Back)
            } else {
                self.checked(py, message)
            };
        };
        let (mut values, mut period) = (self.absent.clone(), None);
        if !is_text {
            let given = message.getattr("fields")?;
            if given.len()? > 0 {
                match self.fields.bind(py).call1((given,)) {
                    Ok(read) => (values, period) = read.extract()?,
                    Err(error) => return Ok(Read::Wrong(error)),
                }
            }
        }
        Ok(Read::Ready(Given {
            texts,
            values,
            fields: Fields {
                period,
                ignore_scope,
            },
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

    fn work(&self, given: Given) -> Made {
        self.pool.with(&self.program, |context, scratch| {
            context.read(&self.program, given.texts, given.values);
            decide(context, &self.program, scratch, &given.fields).ok()
        })
    }

    fn finish(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        made: Made,
    ) -> PyResult<Option<Py<PyAny>>> {
        let Some(record) = made else {
            return self.back();
        };
        let id = if message.is_instance_of::<PyString>() {
            py.None().into_bound(py)
        } else {
            message.getattr("id")?
        };
        self.makers
            .decision(py, &self.program, &id, message, record)
            .map(Some)
    }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("FORMAT", plain::FORMAT)?;
    module.add_class::<Readers>()?;
    module.add_class::<Core>()?;
    module.add_class::<Matches>()
}
