//! A program of steps and what a walk over a text needs to know of it.

use super::alphabet::Alphabet;
use super::plain::{self, PlainStep};
use super::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Take a symbol of a set of the expression.
    Char(u32),
    /// Take any symbol.
    Any,
    /// Go on at the first, or else at the second.
    Split(u32, u32),
    Jump(u32),
    /// Go on if the look holds here, or does not.
    Look(u8, bool),
    Match,
}

/// Steps of a machine, with room for those added here: the list of a state holds 16 bits each.
pub const MOST_STEPS: usize = u16::MAX as usize - 8;

#[derive(Debug)]
pub struct Machine {
    pub steps: Box<[Step]>,
    pub start: u32,
    /// A match ends whatever a backtracking matcher would have tried after it; else every match is told.
    pub first_wins: bool,
    /// Every look is taken to hold: more than the matches.
    pub relaxed: bool,
    /// The looks that it asks for, as bits.
    pub asks: u64,
}

/// A machine and what it reads.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub machine: &'a Machine,
    pub alphabet: &'a Alphabet,
}

impl Machine {
    /// Whose matches begin where the walk does.
    pub fn anchored(steps: Vec<Step>) -> Self {
        let asks = asked(&steps);
        Self {
            steps: steps.into(),
            start: 0,
            first_wins: false,
            relaxed: false,
            asks,
        }
    }

    /// Whose matches are those of the steps, read from the end to the beginning.
    pub fn backward(steps: &[Step]) -> Self {
        Self::anchored(reversed(steps))
    }

    /// Whose matches begin anywhere, the sooner the better.
    pub fn anywhere(mut steps: Vec<Step>, first_wins: bool) -> Self {
        let start = steps.len() as u32;
        steps.extend([Step::Split(0, start + 1), Step::Any, Step::Jump(start)]);
        Self {
            start,
            first_wins,
            ..Self::anchored(steps)
        }
    }

    pub fn relaxed(steps: Vec<Step>) -> Self {
        Self {
            relaxed: true,
            asks: 0,
            ..Self::anywhere(steps, true)
        }
    }

    /// Like `relaxed`, where it is not told which match is the better one.
    pub fn gate(steps: Vec<Step>) -> Self {
        Self {
            first_wins: false,
            ..Self::relaxed(steps)
        }
    }
}

fn asked(steps: &[Step]) -> u64 {
    let bits = steps.iter().map(|step| {
        if let Step::Look(look, _) = step {
            1 << look
        } else {
            0
        }
    });
    bits.fold(0, |all, bit| all | bit)
}

/// The steps the other way round, the last first: before each stand those that lead to it.
fn reversed(steps: &[Step]) -> Vec<Step> {
    let mut leading = vec![Vec::new(); steps.len()];
    for (at, step) in (0..).zip(steps) {
        match *step {
            Step::Split(a, b) => {
                leading[a as usize].push(at);
                leading[b as usize].push(at);
            }
            Step::Jump(a) => leading[a as usize].push(at),
            Step::Char(_) | Step::Any | Step::Look(..) => leading[at as usize + 1].push(at),
            Step::Match => {}
        }
    }
    let mut places = vec![0; steps.len()];
    let mut written = Vec::with_capacity(2 * steps.len());
    for (at, others) in leading.iter_mut().enumerate().rev() {
        places[at] = written.len() as u32;
        // What is written next leads from the step before this one.
        let before = others.iter().position(|&other| other as usize + 1 == at);
        let before = before.map(|place| steps[others.swap_remove(place) as usize]);
        let goes_on = at == 0 || before.is_some();
        let last = if goes_on { None } else { others.pop() };
        for &other in &*others {
            written.push(Step::Split(other, written.len() as u32 + 1));
        }
        match before {
            _ if at == 0 => written.push(Step::Match),
            Some(Step::Split(..) | Step::Jump(_)) => {}
            Some(step) => written.push(step),
            // Nothing leads to a step that is never reached.
            None => written.push(Step::Jump(last.unwrap_or(at as u32))),
        }
    }
    for step in &mut written {
        if let Step::Split(other, _) | Step::Jump(other) = step {
            *other = places[*other as usize];
        }
    }
    written
}

/// The steps with every number looked at.
pub fn read_steps(
    steps: &[PlainStep],
    looks: usize,
    set: impl Fn(u32) -> Result<u32, Error>,
) -> Result<Vec<Step>, Error> {
    if steps.len() > MOST_STEPS {
        return Err(Error::Malformed);
    }
    let inside = |step: u32| {
        if (step as usize) < steps.len() {
            Ok(step)
        } else {
            Err(Error::Malformed)
        }
    };
    if steps.last().map(|step| step.0) != Some(plain::MATCH) {
        return Err(Error::Malformed);
    }
    let last = steps.len() - 1;
    let read = steps.iter().enumerate().map(|(at, &(op, a, b))| {
        Ok(match op {
            plain::CHAR => Step::Char(set(a)?),
            plain::SPLIT => Step::Split(inside(a)?, inside(b)?),
            plain::JUMP => Step::Jump(inside(a)?),
            plain::LOOK if (a as usize) < looks => Step::Look(a as u8, b != 0),
            plain::MATCH if at == last => Step::Match,
            _ => return Err(Error::Malformed),
        })
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(steps: &[PlainStep]) -> Result<Vec<Step>, Error> {
        read_steps(steps, 1, Ok)
    }

    #[test]
    fn a_program_that_leads_nowhere_is_refused() {
        assert!(read(&[]).is_err());
        assert!(read(&[(plain::CHAR, 0, 0)]).is_err());
        assert!(read(&[(plain::JUMP, 2, 0), (plain::MATCH, 0, 0)]).is_err());
        assert!(read(&[(plain::LOOK, 1, 0), (plain::MATCH, 0, 0)]).is_err());
        assert!(read(&[(9, 0, 0), (plain::MATCH, 0, 0)]).is_err());
    }
}
