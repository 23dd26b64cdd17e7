//! The compiled core of modengine: decides what its Python engine decides, faster.

pub mod regex;

use pyo3::prelude::*;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<regex::python::Regexes>()?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    Ok(())
}
