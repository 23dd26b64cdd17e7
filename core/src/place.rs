//! Where something was found, and whether it counts there.

use crate::outside::{mentioned, quoted, Spans};
use crate::part::Part;
use crate::pattern::{Boundary, Pattern};
use crate::program::{Program, Scratch};
use crate::regex::Text;

/// The number of the regex of URLs.
const URLS: u32 = 0;

/// The message has to be decided by the Python engine: something was asked that the core cannot tell.
#[derive(Debug)]
pub struct HandBack;

/// A match with its part: what conditions compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    pub part: u16,
    /// In the original, `[first, last)`.
    pub first: u32,
    pub last: u32,
    /// In the plain view, or in the undisguised one, `[start, end)`.
    pub start: u32,
    pub end: u32,
    pub weight: u16,
    /// The number of the term; none for a regex.
    pub term: Option<u32>,
    pub way: Way,
    /// Its places are those of the undisguised view, where there is one.
    pub undisguised: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Way {
    Exact,
    Sounds,
    Looks,
    Initials,
    Spelled,
}

pub fn place_of(part: &Part, pattern: &Pattern, number: u16, (start, end): (u32, u32)) -> Place {
    let (first, last) = part.view.span(start as usize, end as usize);
    Place {
        part: number,
        first: first as u32,
        last: last as u32,
        start,
        end,
        weight: 0,
        term: None,
        way: Way::Exact,
        undisguised: pattern.undisguised,
    }
}

/// A part as regexes read it.
pub fn text_of<'a>(program: &Program, part: &'a Part) -> &'a Text {
    let classes = program.regexes.classes();
    part.classes
        .get_or_init(|| classes.read(part.plain().iter().copied()))
}

/// The matches of a regex in a part, in its view; an error for one that is left to Python.
pub fn find_all(
    program: &Program,
    scratch: &mut Scratch,
    part: &Part,
    number: u32,
    spans: &mut Vec<(u32, u32)>,
) -> Result<(), HandBack> {
    let classes = program.regexes.classes();
    let text = text_of(program, part);
    let regex = program.regexes.regex(number as usize).ok_or(HandBack)?;
    regex.find_all(classes, &mut scratch.regexes, text, spans);
    Ok(())
}

/// Whether a match lies wholly in quotation marks, a URL or a mention, where its pattern does not look.
pub fn is_inside(
    program: &Program,
    scratch: &mut Scratch,
    part: &Part,
    pattern: &Pattern,
    start: usize,
    end: usize,
) -> Result<bool, HandBack> {
    for what in 0..3 {
        if pattern.outside >> what & 1 == 0 {
            continue;
        }
        if part.outside[what].get().is_none() {
            let spans = match what {
                0 => quoted(part.plain()),
                1 => {
                    let mut found = Vec::new();
                    find_all(program, scratch, part, URLS, &mut found)?;
                    found
                }
                _ => mentioned(&program.tables.chars, part.plain()),
            };
            let _ = part.outside[what].set(Spans::of(spans));
        }
        if part.outside[what]
            .get()
            .is_some_and(|spans| spans.hold(start, end))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the words around a match let it count.
pub fn is_word(
    program: &Program,
    part: &Part,
    boundary: Boundary,
    strict: bool,
    start: usize,
    end: usize,
) -> bool {
    let (chars, words) = (&program.tables.chars, program.words());
    match boundary {
        Boundary::Substring => true,
        Boundary::TokenEquality => words.is_token(chars, part.plain(), &part.edges, start, end),
        Boundary::NotStraddling => [start, end].iter().all(|&place| {
            match words.token_around(chars, part.plain(), &part.edges, place) {
                Some((first, last)) => !strict && first <= start && end <= last,
                None => true,
            }
        }),
    }
}
