//! A message as Python gives it: a `str`, or a `Message` with parts.

use pyo3::prelude::*;
use pyo3::types::PyString;

/// The kinds from here on are fields of a message, of whose texts no length is taken.
pub const FIRST_FIELD: u8 = 4;

/// The kind and the code points of each part; the text is the first.
pub type Texts = Vec<(u8, Vec<u32>)>;

/// How many code points and parts are read.
#[derive(Clone, Copy)]
pub struct Most {
    pub characters: usize,
    pub parts: usize,
}

/// The texts of a message, whose parts are of these kinds; none of one with lone surrogates, of too many parts or too long.
pub fn texts_of(
    message: &Bound<'_, PyAny>,
    most: Most,
    kinds: &[String],
) -> PyResult<Option<Texts>> {
    let mut left = most.characters;
    let mut texts = Vec::new();
    let mut read = |kind: u8, text: &Bound<'_, PyString>| -> PyResult<bool> {
        let length = text.len()?;
        if length > left {
            return Ok(false);
        }
        left -= length;
        let Ok(text) = text.to_str() else {
            return Ok(false);
        };
        let mut codes = Vec::with_capacity(length);
        codes.extend(text.chars().map(u32::from));
        texts.push((kind, codes));
        Ok(true)
    };
    if let Ok(text) = message.cast::<PyString>() {
        return Ok(read(0, text)?.then_some(texts));
    }
    if !read(0, message.getattr("text")?.cast::<PyString>()?)? {
        return Ok(None);
    }
    let parts = message.getattr("parts")?;
    if parts.len()? >= most.parts {
        return Ok(None);
    }
    for part in parts.try_iter()? {
        let part = part?;
        let kind: String = part.getattr("kind")?.extract()?;
        let is_read = match kinds.iter().position(|known| *known == kind) {
            Some(kind) => read(kind as u8, part.getattr("text")?.cast::<PyString>()?)?,
            None => false,
        };
        if !is_read {
            return Ok(None);
        }
    }
    Ok(Some(texts))
}
