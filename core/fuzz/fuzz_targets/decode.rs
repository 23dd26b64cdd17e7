//! Compiled expressions that nobody compiled: taken or refused, never a panic, never more memory than they say.
#![no_main]

use _core::regex::Program;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = Program::decode(data);
});
