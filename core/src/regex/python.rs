//! For the tests: expressions on a text from Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{Cache, Error, Program};

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        PyValueError::new_err(error.to_string())
    }
}

#[pyclass]
pub struct Regexes {
    program: Program,
    cache: Cache,
}

#[pymethods]
impl Regexes {
    #[new]
    fn new(plain: &[u8]) -> PyResult<Self> {
        let program = Program::decode(plain)?;
        Ok(Self {
            cache: program.cache(),
            program,
        })
    }

    /// The matches of one expression; None for one that is left to Python.
    fn find_all(&mut self, text: &str, number: usize) -> Option<Vec<(u32, u32)>> {
        let regex = self.program.regex(number)?;
        let classes = self.program.classes();
        let text = classes.read(text.chars().map(u32::from));
        let mut out = Vec::new();
        regex.find_all(classes, &mut self.cache, &text, &mut out);
        Some(out)
    }

    /// Bytes of the states that were made.
    fn memory(&self) -> usize {
        self.cache.memory()
    }
}
