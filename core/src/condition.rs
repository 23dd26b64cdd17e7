//! Conditions in Kleene's three-valued logic: true, false, and none for unknown.
//!
//! The rarest is looked at first.

use crate::bits::Few;
use crate::plain::{Error, Node};

pub type Value = Option<bool>;

/// What became of a rule that may hit.
#[derive(Clone, Copy)]
pub struct Outcome {
    pub held: Value,
    pub cancelled: Value,
    /// What the hit is worth: the number of a weight.
    pub weight: u16,
}

impl Outcome {
    pub fn hit(&self) -> bool {
        self.held == Some(true) && self.cancelled != Some(true)
    }
}

#[derive(Clone, Copy)]
pub enum Compare {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Compare {
    fn of(mark: u8) -> Result<Self, Error> {
        Ok(match mark {
            0 => Compare::Equal,
            1 => Compare::Unequal,
            2 => Compare::Less,
            3 => Compare::AtMost,
            4 => Compare::More,
            5 => Compare::AtLeast,
            _ => return Err(format!("no comparison has the mark {mark}").into()),
        })
    }

    pub fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Compare::Equal => left == right,
            Compare::Unequal => left != right,
            Compare::Less => left < right,
            Compare::AtMost => left <= right,
            Compare::More => left > right,
            Compare::AtLeast => left >= right,
        }
    }
}

/// Patterns of which any will do.
pub struct Group {
    pub patterns: Vec<u32>,
    pub few: Few,
    /// About how often one of them has to be looked at.
    pub cost: f64,
}

impl Group {
    fn of(patterns: &[u32], costs: &[f64]) -> Self {
        Group {
            patterns: patterns.to_vec(),
            few: Few::of(patterns),
            cost: sum(patterns, costs),
        }
    }
}

pub enum Condition {
    Always,
    /// The items, the rarest first.
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Has(Group),
    Of(Vec<u32>, usize),
    Count(Group, Compare, i64),
    Near {
        left: Group,
        right: Group,
        distance: i64,
        words: bool,
        ordered: bool,
    },
    /// A match of the first within one of the second.
    Inside(Group, Group),
    Together(Vec<Group>),
    Rules(Vec<u32>),
    Length(Compare, i64),
    /// A comparison with a field, by its number.
    Field(usize),
}

impl Condition {
    pub fn new(node: &Node, costs: &[f64]) -> Result<Self, Error> {
        let items = || {
            node.items
                .iter()
                .map(|item| Condition::new(item, costs))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(match node.ask.as_str() {
            "always" => Condition::Always,
            "and" => {
                let mut items = items()?;
                items.sort_by(|left, right| left.cost(costs).total_cmp(&right.cost(costs)));
                Condition::And(items)
            }
            "or" => Condition::Or(items()?),
            "not" => Condition::Not(Box::new(items()?.pop().ok_or("nothing is denied")?)),
            "has" => Condition::Has(Group::of(&node.left, costs)),
            "of" => Condition::Of(node.left.clone(), usize::try_from(node.number)?),
            "count" => Condition::Count(
                Group::of(&node.left, costs),
                Compare::of(node.mark)?,
                node.number,
            ),
            "near" => Condition::Near {
                left: Group::of(&node.left, costs),
                right: Group::of(&node.right, costs),
                distance: node.number,
                words: node.mark & 1 != 0,
                ordered: node.mark & 2 != 0,
            },
            "inside" => {
                Condition::Inside(Group::of(&node.left, costs), Group::of(&node.right, costs))
            }
            "together" => {
                let mut groups: Vec<Group> = node
                    .items
                    .iter()
                    .map(|item| Group::of(&item.left, costs))
                    .collect();
                groups.sort_by(|left, right| left.cost.total_cmp(&right.cost));
                Condition::Together(groups)
            }
            "rules" => Condition::Rules(node.left.clone()),
            "length" => Condition::Length(Compare::of(node.mark)?, node.number),
            "field" => Condition::Field(usize::try_from(node.number)?),
            other => return Err(format!("no condition asks `{other}`").into()),
        })
    }

    /// About how often it has to be looked at to the end.
    fn cost(&self, costs: &[f64]) -> f64 {
        let least = |items: &mut dyn Iterator<Item = f64>| items.fold(f64::INFINITY, f64::min);
        match self {
            Condition::Has(group) | Condition::Count(group, _, _) => group.cost,
            Condition::Of(patterns, _) => sum(patterns, costs),
            Condition::Near { left, right, .. } | Condition::Inside(left, right) => {
                left.cost.min(right.cost)
            }
            Condition::Together(groups) => least(&mut groups.iter().map(|group| group.cost)),
            Condition::And(items) => least(&mut items.iter().map(|item| item.cost(costs))),
            Condition::Or(items) => items.iter().map(|item| item.cost(costs)).sum(),
            Condition::Not(item) => 1.0 + item.cost(costs),
            Condition::Always
            | Condition::Rules(_)
            | Condition::Length(..)
            | Condition::Field(_) => 0.0,
        }
    }
}

/// Whether a count can only be so where there is one.
pub fn needs_one(compare: Compare, n: i64) -> bool {
    match compare {
        Compare::AtLeast | Compare::Equal => n >= 1,
        Compare::More => n >= 0,
        _ => false,
    }
}

pub fn sum(patterns: &[u32], costs: &[f64]) -> f64 {
    patterns
        .iter()
        .map(|&pattern| costs[pattern as usize])
        .sum()
}
