//! The compiled policy as plain data (MessagePack, structs as arrays): what `engine/compile/plain.py` writes.

use serde::Deserialize;

use crate::entities::Entity;

/// What is wrong with what was given.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Raised with every change of the structs below; data of another format is refused.
pub const FORMAT: u32 = 12;

#[derive(Deserialize)]
pub struct Policy {
    pub format: u32,
    pub revision: String,
    pub boundary: String,
    pub study: bool,
    pub categories: Vec<String>,
    /// For each category its steps: action and points.
    pub actions: Vec<Vec<(u8, i64)>>,
    /// In texts of more characters than the first number, every step asks for so many points more; both rise.
    pub longer: Vec<(i64, i64)>,
    /// The caps of the groups that rules name.
    pub caps: Vec<Option<i64>>,
    /// What a match is worth: as a number, and exactly. The first is 1.
    pub weights: Vec<(f64, i64, i64)>,
    /// The literals of each text form: plain, reduced, sounds; and the terms that are looked for
    /// spelled in part.
    pub forms: Vec<Form>,
    pub patterns: Vec<Pattern>,
    /// The patterns that need no literal.
    pub always: Vec<u32>,
    pub rules: Vec<Rule>,
    /// Where a condition holds, other points for rules; the first that holds counts.
    pub points: Vec<(Node, Vec<(u32, i64)>)>,
    pub raising: Vec<RaisingOverride>,
    pub exceptions: Vec<(String, Node)>,
    /// For each category; none where it is always in scope.
    pub scope: Vec<Option<Node>>,
    pub has_period: bool,
    /// The words added to the segmenter, with their frequencies.
    pub words: Vec<(String, u32)>,
    /// How characters of terms that are sought by look are met: character, splits, others, and those of them that are
    /// met as one character wherever they stand.
    pub letters: Vec<(String, Vec<String>, String, String)>,
    /// The first is that of URLs.
    pub regexes: serde_bytes::ByteBuf,
    /// Those of senders; none where no pattern asks for them.
    pub senders: Vec<u32>,
    pub most_candidates: u32,
    /// The kinds of parts, and of fields that patterns look in.
    pub kinds: Vec<String>,
    /// How the characters of each term may be spelled that is looked for so.
    pub spelled: Vec<Vec<Vec<String>>>,
}

#[derive(Deserialize)]
pub struct Form {
    pub literals: Vec<String>,
    /// For each literal who asks for it: pattern, payload, pattern, payload, ...
    pub users: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
pub struct Pattern {
    pub kind: String,
    /// The kinds of parts to look in, as bits.
    pub parts: u64,
    /// 1 quotes, 2 URLs, 4 mentions.
    pub outside: u32,
    pub gaps: u32,
    pub repeats: bool,
    pub looks: bool,
    pub weight: u16,
    pub terms: Vec<Term>,
    /// Those that find it: one, or those of its kind of entity.
    pub regexes: Vec<u32>,
    /// Whether it is looked for in the undisguised view.
    pub undisguised: bool,
    pub entity: Option<Entity>,
    /// Whether only the Python engine can look for it.
    pub foreign: bool,
    /// Of text and regex: matches that straddle words do not count.
    pub at_words: bool,
}

#[derive(Deserialize)]
pub struct Term {
    pub raw: String,
    pub plain: String,
    pub squeezed: String,
    pub strict: bool,
    pub sounds: Vec<String>,
}

#[derive(Deserialize)]
pub struct Rule {
    pub id: String,
    pub clause: Option<String>,
    pub category: Option<u32>,
    /// Of a relief, whose points it takes.
    pub relieves: Option<u32>,
    pub is_relief: bool,
    pub by: Option<i64>,
    /// The rules that a relief takes from; none where it takes from the whole category.
    pub covers: Option<Vec<u32>>,
    pub stable: bool,
    pub group: Option<u32>,
    pub score: i64,
    /// Its patterns: number and name.
    pub patterns: Vec<(u32, String)>,
    pub when: Node,
    pub unless: Option<Node>,
}

#[derive(Deserialize)]
pub struct RaisingOverride {
    pub action: u8,
    pub rules: Vec<u32>,
    pub when: Option<Node>,
}

/// A condition: what it asks, of which patterns or rules, with which number, mark and items.
#[derive(Deserialize, Clone)]
pub struct Node {
    pub ask: String,
    pub left: Vec<u32>,
    pub right: Vec<u32>,
    pub number: i64,
    pub mark: u8,
    pub items: Vec<Node>,
}
