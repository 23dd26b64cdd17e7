//! Regular expressions as the Python side writes them: `modengine/engine/match/nfa.py` says what each number means.

use serde::Deserialize;

/// An operation and its two numbers.
pub type PlainStep = (u8, u32, u32);

pub const CHAR: u8 = 0;
pub const SPLIT: u8 = 1;
pub const LOOK: u8 = 2;
pub const JUMP: u8 = 3;
pub const MATCH: u8 = 4;

#[derive(Debug, Deserialize)]
pub struct Plain {
    /// Of each set the first and the last code point of its intervals, in order.
    pub charsets: Vec<Vec<(u32, u32)>>,
    pub expressions: Vec<PlainExpression>,
}

#[derive(Debug, Deserialize)]
pub struct PlainExpression {
    /// As it is written; empty for one that no rule asks for.
    pub source: String,
    /// The sets that it asks for: its steps number these.
    pub sets: Vec<u32>,
    /// None for what is left to Python.
    pub automaton: Option<PlainAutomaton>,
}

#[derive(Debug, Deserialize)]
pub struct PlainAutomaton {
    pub steps: Vec<PlainStep>,
    pub looks: Vec<PlainLook>,
}

#[derive(Debug, Deserialize)]
pub struct PlainLook {
    pub behind: bool,
    /// Below zero where the look is a program.
    pub charset: i64,
    pub steps: Vec<PlainStep>,
}
