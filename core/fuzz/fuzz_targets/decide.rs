//! Any text under the shipped rules: decided alike alone, in a batch and by the Python engine (`decide.py`).
#![no_main]

use std::ffi::CString;
use std::sync::OnceLock;

use _core::_core;
use libfuzzer_sys::fuzz_target;
use pyo3::prelude::*;
use pyo3::types::PyDict;

static CHECK: OnceLock<Py<PyAny>> = OnceLock::new();

fn check() -> Py<PyAny> {
    pyo3::append_to_inittab!(_core);
    Python::attach(|py| {
        let (code, names) = (
            CString::new(include_str!("decide.py")).unwrap(),
            PyDict::new(py),
        );
        if let Err(error) = py.run(&code, Some(&names), None) {
            error.print(py);
            panic!("modengine cannot be imported: set PYTHONPATH to the project and its packages");
        }
        names.get_item("check").unwrap().unwrap().unbind()
    })
}

fuzz_target!(|data: &[u8]| {
    let check = CHECK.get_or_init(check);
    Python::attach(|py| {
        if let Err(error) = check.call1(py, (data,)) {
            error.print(py);
            panic!("decided otherwise");
        }
    });
});
