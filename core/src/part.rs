//! One part of a message, with the forms that are made of its text.

use std::cell::OnceCell;

use crate::chars::{is_latin, Chars, ALNUM, BLANK, COMPLEX, DISGUISES, IGNORABLE, SILENT};
use crate::forms::Tables;
use crate::outside::Spans;
use crate::program::Program;
use crate::regex::Text;
use crate::view::{Reduced, Squeezing, View};
use crate::words::Edges;

/// A part with whatever the rules ask of it; what few ask for is made when first asked for.
#[derive(Default)]
pub struct Part {
    pub kind: u8,
    pub original: Vec<u32>,
    pub view: View,
    pub reduced: Reduced,
    pub sounds: View,
    pub reduced_sounds: Reduced,
    pub classes: OnceCell<Text>,
    pub sentences: OnceCell<Vec<u32>>,
    pub length: OnceCell<i64>,
    pub edges: Edges,
    pub word_tokens: OnceCell<Vec<(u32, u32)>>,
    pub outside: [OnceCell<Spans>; 3],
    /// The part as its undisguised view has it; none where that is the plain one.
    pub undisguised: Option<Box<Undisguised>>,
}

/// An undisguised view read as a part, and what in the plain view each of its characters came from.
pub struct Undisguised {
    pub part: Part,
    in_plain: View,
}

impl Part {
    /// Takes a text, and makes the forms that the policy has literals for.
    pub fn read(&mut self, program: &Program, kind: u8, original: Vec<u32>) {
        let tables = &program.tables;
        self.kind = kind;
        self.original = original;
        self.classes.take();
        self.sentences.take();
        self.length.take();
        self.edges = Default::default();
        self.word_tokens.take();
        self.outside = Default::default();
        self.undisguised = None;
        let may_disguise = match self.read_simple(tables) {
            Some(may_disguise) => may_disguise,
            None => {
                tables.plain(&self.original, &mut self.view);
                self.read_forms(program);
                let mut codes = self.view.text.iter();
                program.reads_undisguised && codes.any(|&code| tables.chars.get(code).is(DISGUISES))
            }
        };
        if program.reads_undisguised && may_disguise {
            self.undisguised = self.undisguise(program).map(Box::new);
        }
    }

    fn undisguise(&self, program: &Program) -> Option<Undisguised> {
        let tables = &program.tables;
        let in_plain = tables.disguises.view(&tables.chars, &self.view.text)?;
        let places = (0..in_plain.text.len()).map(|at| {
            let (start, end) = in_plain.span(at, at + 1);
            let (first, last) = self.view.span(start, end);
            (first as u32, last as u32)
        });
        let mut part = Part {
            kind: self.kind,
            view: View {
                text: in_plain.text.clone(),
                spans: Some(places.unzip()),
            },
            ..Part::default()
        };
        part.read_forms(program);
        Some(Undisguised { part, in_plain })
    }

    /// The forms of a view that the policy has literals for.
    fn read_forms(&mut self, program: &Program) {
        let tables = &program.tables;
        let wants = |form: usize| !program.forms[form].is_empty();
        if wants(1) {
            tables.reduce(&self.view.text, &mut self.reduced);
        }
        if wants(2) {
            self.read_sounds(tables);
        }
    }

    fn read_sounds(&mut self, tables: &Tables) {
        tables.sounds(&self.view.text, &mut self.sounds);
        tables.reduce(&self.sounds.text, &mut self.reduced_sounds);
    }

    /// All forms in one pass over a text of which every character is one of the plain view, and whether one of them may
    /// stand for something else; none for another text.
    fn read_simple(&mut self, tables: &Tables) -> Option<bool> {
        let chars = &tables.chars;
        let size = self.original.len();
        self.view.resize(size);
        self.sounds.resize(size);
        let mut reduced = Squeezing::new(&mut self.reduced, size);
        let mut reduced_sounds = Squeezing::new(&mut self.reduced_sounds, size);
        let forms = self.view.text.iter_mut().zip(&mut self.sounds.text);
        let mut has_latin = false;
        let mut flags = 0;
        let mut length = 0;
        let mut before = 0;
        for ((at, &typed), (plain, sound)) in self.original.iter().enumerate().zip(forms) {
            let mut char = chars.get(typed);
            let code = char.plain;
            let is_twice = code == BLANK && before == BLANK;
            if code == COMPLEX || is_twice || typed == u32::from(b'[') {
                return None;
            }
            if code != typed {
                char = chars.get(code);
            }
            before = code;
            flags |= char.flags;
            length += i64::from(char.is(ALNUM));
            has_latin |= is_latin(code);
            *plain = code;
            *sound = char.sound;
            if !char.is(IGNORABLE) {
                reduced.add(code, at);
            }
            if !char.is(SILENT) {
                reduced_sounds.add(char.sound, at);
            }
        }
        reduced.end();
        reduced_sounds.end();
        let _ = self.length.set(length);
        if has_latin {
            self.read_sounds(tables);
        }
        Some(flags & DISGUISES != 0)
    }

    /// The text of a form: plain, reduced, sounds; and plain again, for spelled terms.
    pub fn form(&self, number: usize) -> &[u32] {
        match number {
            1 => &self.reduced.text,
            2 => &self.reduced_sounds.text,
            _ => &self.view.text,
        }
    }

    /// The part as a pattern reads it.
    pub fn as_read(&self, undisguised: bool) -> &Part {
        match &self.undisguised {
            Some(other) if undisguised => &other.part,
            _ => self,
        }
    }

    /// Whether a character of a stretch of the undisguised view stands for something else.
    pub fn is_undone(&self, start: usize, end: usize) -> bool {
        self.undisguised.as_ref().is_some_and(|other| {
            let (first, last) = other.in_plain.span(start, end);
            other.part.view.text[start..end] != self.view.text[first..last]
        })
    }

    #[inline]
    pub fn plain(&self) -> &[u32] {
        &self.view.text
    }

    /// How many letters, digits and Han characters there are.
    pub fn length(&self, chars: &Chars) -> i64 {
        let count = || {
            let codes = self.plain().iter();
            codes.filter(|&&code| chars.get(code).is(ALNUM)).count()
        };
        *self.length.get_or_init(|| count() as i64)
    }

    /// The number of the sentence that holds a place of the plain view.
    pub fn sentence(&self, tables: &Tables, place: usize) -> usize {
        let starts = self
            .sentences
            .get_or_init(|| tables.sentences(self.plain()));
        starts.partition_point(|&start| start as usize <= place) - 1
    }
}
