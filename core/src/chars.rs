//! What Python's tables say of every character, asked for in blocks when a character is first met.
//!
//! Nothing of Unicode is decided here: the Python engine and the core read alike because they read the same tables.

use std::sync::{Mutex, OnceLock};

use pyo3::prelude::*;

/// Whether it is a letter from a to z.
#[inline]
pub fn is_latin(code: u32) -> bool {
    (u32::from(b'a')..=u32::from(b'z')).contains(&code)
}

#[inline]
pub fn is_digit(code: u32) -> bool {
    (u32::from(b'0')..=u32::from(b'9')).contains(&code)
}

/// Whether it is a letter or digit of ASCII.
#[inline]
pub fn is_alphanumeric(code: u32) -> bool {
    u8::try_from(code).is_ok_and(|code| code.is_ascii_alphanumeric())
}

pub fn codes(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

pub fn text_of(codes: &[u32]) -> String {
    let codes = codes.iter();
    codes.filter_map(|&code| char::from_u32(code)).collect()
}

/// The blank that all blanks become.
pub const BLANK: u32 = 0x20;

/// A noncharacter: the plain form of the character depends on its neighbours, or is not one character.
pub const COMPLEX: u32 = 0xFFFE;

pub const IGNORABLE: u32 = 1;
pub const JOINS: u32 = 1 << 1;
pub const PRESENTATION: u32 = 1 << 2;
pub const ALNUM: u32 = 1 << 3;
/// Belongs to a run that the segmenter cuts as one piece.
pub const BLOCK: u32 = 1 << 4;
/// Ends a sentence.
pub const BREAK: u32 = 1 << 5;
pub const DECIMAL: u32 = 1 << 6;
/// May begin something that stands for something else.
pub const DISGUISES: u32 = 1 << 7;
/// An everyday word by itself.
pub const EVERYDAY: u32 = 1 << 8;
/// Ends a clause that is no sentence.
pub const CLAUSE_END: u32 = 1 << 9;
/// Its sound is ignorable.
pub const SILENT: u32 = 1 << 10;

/// One character, first as it is typed (`plain`, `JOINS`, `PRESENTATION`, `DECIMAL`), then as a character of the plain view.
#[derive(Clone, Copy, Default)]
pub struct Char {
    pub plain: u32,
    pub sound: u32,
    pub flags: u32,
}

impl Char {
    #[inline]
    pub fn is(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Whether the character, whose code this is, is read as a syllable; one of the private use area is none.
    #[inline]
    pub fn has_syllable(&self, code: u32) -> bool {
        self.sound != code && self.sound != 0xFFFD
    }
}

const SIZE: usize = 256;
const BLOCKS: usize = 0x11_0000 / SIZE;

/// The table of a process.  `ask(block)` gives the 256 records of a block as 3 × 256 little-endian u32.
pub struct Chars {
    blocks: Vec<OnceLock<Box<[Char; SIZE]>>>,
    ask: Py<PyAny>,
    interrupted: Mutex<Option<PyErr>>,
}

/// So often Python is asked again where a signal broke its answer off.
const ATTEMPTS: usize = 10;

impl Chars {
    pub fn new(ask: Py<PyAny>) -> Self {
        Chars {
            blocks: (0..BLOCKS).map(|_| OnceLock::new()).collect(),
            ask,
            interrupted: Mutex::default(),
        }
    }

    #[inline]
    pub fn get(&self, code: u32) -> Char {
        let block = &self.blocks[code as usize / SIZE];
        match block.get() {
            Some(records) => records[code as usize % SIZE],
            None => self.learn(code),
        }
    }

    #[cold]
    fn learn(&self, code: u32) -> Char {
        let number = code as usize / SIZE;
        let bytes: Vec<u8> = self.answer(|py| self.ask.call1(py, (number,))?.extract(py));
        let mut records = Box::new([Char::default(); SIZE]);
        for (record, raw) in records.iter_mut().zip(bytes.chunks_exact(12)) {
            let word =
                |at: usize| u32::from_le_bytes([raw[at], raw[at + 1], raw[at + 2], raw[at + 3]]);
            *record = Char {
                plain: word(0),
                sound: word(4),
                flags: word(8),
            };
        }
        // Another thread may have been first: both have asked the same table.
        let _ = self.blocks[number].set(records);
        self.blocks[number].get().expect("was set")[code as usize % SIZE]
    }

    /// What Python says.  A signal may break it off (Ctrl-C): then it is asked again, and what the signal raised is kept for
    /// `interruption`, since nobody here can be told.
    pub fn answer<T>(&self, ask: impl Fn(Python<'_>) -> PyResult<T>) -> T {
        for _ in 0..ATTEMPTS {
            match Python::attach(&ask) {
                Ok(answer) => return answer,
                Err(error) => {
                    if let Ok(mut known) = self.interrupted.lock() {
                        known.get_or_insert(error);
                    }
                }
            }
        }
        panic!("the tables of characters cannot be read");
    }

    /// What a signal raised while Python was asked, once.
    pub fn interruption(&self) -> Option<PyErr> {
        self.interrupted.lock().ok()?.take()
    }

    #[inline]
    pub fn ignorable(&self, code: u32) -> bool {
        self.get(code).is(IGNORABLE)
    }
}
