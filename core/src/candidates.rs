//! The literals that were found in a message, and who asks for them.

use crate::bits::Bits;
use crate::literals::User;
use crate::program::Program;

/// Of a literal that only tells that its pattern may be found.
pub const NO_PAYLOAD: u32 = u32::MAX;

/// A literal that was found, and one who asks for it.
#[derive(Clone, Copy)]
pub struct Candidate {
    pub pattern: u32,
    /// The number of the one before it of its pattern, from 1; 0 for none.
    pub before: u32,
    pub part: u16,
    pub form: u8,
    /// `[start, end)` in the text of the form.
    pub start: u32,
    pub end: u32,
    pub payload: u32,
    /// Found in the undisguised view.
    pub undisguised: bool,
}

/// The literals that were found in a message.
pub struct Candidates {
    /// The patterns of which some was.
    pub touched: Bits,
    all: Vec<Candidate>,
    /// For each pattern the number of its last candidate, from 1; 0 for none.
    last: Vec<u32>,
}

impl Candidates {
    pub fn new(program: &Program) -> Self {
        Candidates {
            touched: Bits::new(program.patterns.len()),
            all: Vec::new(),
            last: vec![0; program.patterns.len()],
        }
    }

    pub fn clear(&mut self) {
        self.touched.clear();
        for candidate in self.all.drain(..) {
            self.last[candidate.pattern as usize] = 0;
        }
    }

    pub fn find(
        &mut self,
        program: &Program,
        form: usize,
        part: u16,
        text: &[u32],
        undisguised: bool,
    ) {
        let found = |users: &[User], start: usize, end: usize| {
            for &(pattern, payload) in users {
                self.touched.add(pattern);
                if payload != NO_PAYLOAD {
                    let before = self.last[pattern as usize];
                    self.last[pattern as usize] = self.all.len() as u32 + 1;
                    self.all.push(Candidate {
                        pattern,
                        before,
                        part,
                        form: form as u8,
                        start: start as u32,
                        end: end as u32,
                        payload,
                        undisguised,
                    });
                }
            }
        };
        match program.forms.get(form) {
            Some(literals) => literals.find(text, found),
            None => program.spelled.find(text, found),
        }
    }

    /// The candidates of a pattern, in the order in which they were found.
    pub fn of(&self, pattern: u32) -> Vec<Candidate> {
        let mut theirs = Vec::new();
        let mut at = self.last[pattern as usize];
        while at > 0 {
            let candidate = self.all[at as usize - 1];
            at = candidate.before;
            theirs.push(candidate);
        }
        theirs.reverse();
        theirs
    }
}
