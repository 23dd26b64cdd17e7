//! The regexes of a policy and what was worked out of them: policies of a process that have the same share both.
//!
//! Much of the first messages' time goes into states of automata, and the lab makes a policy for each rule.

use std::ops::Deref;
use std::sync::{Arc, Mutex, Weak};

use crate::regex;

/// The expressions of some policies, and the states of threads that are at no message.
pub struct Expressions {
    data: Box<[u8]>,
    program: regex::Program,
    idle: Mutex<Vec<regex::Cache>>,
}

impl Deref for Expressions {
    type Target = regex::Program;

    fn deref(&self) -> &regex::Program {
        &self.program
    }
}

impl Expressions {
    fn new(data: &[u8], groups: &[&[u32]]) -> Result<Self, regex::Error> {
        let mut program = regex::Program::decode(data)?;
        for group in groups {
            program.group(group);
        }
        Ok(Expressions {
            data: data.into(),
            program,
            idle: Mutex::default(),
        })
    }

    /// States for one thread, those of another that needs them no more.
    pub fn take(&self) -> regex::Cache {
        let idle = self.idle.lock().map_or(None, |mut idle| idle.pop());
        idle.unwrap_or_else(|| self.program.cache())
    }

    /// What was taken is back.
    pub fn put(&self, cache: regex::Cache) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(cache);
        }
    }
}

/// The expressions of all policies of a process that are there.
#[derive(Default)]
pub struct Known(Mutex<Vec<Weak<Expressions>>>);

impl Known {
    /// Those that `data` (`linked` of `engine/compile/patterns.py`) says, some of which are asked for in groups.
    pub fn expressions(
        &self,
        data: &[u8],
        groups: &[&[u32]],
    ) -> Result<Arc<Expressions>, regex::Error> {
        let find = |there: &Vec<Weak<Expressions>>| {
            let mut all = there.iter().filter_map(Weak::upgrade);
            all.find(|one| {
                *one.data == *data && groups.iter().all(|group| one.group_of(group).is_some())
            })
        };
        if let Some(found) = self.0.lock().ok().and_then(|there| find(&there)) {
            return Ok(found);
        }
        let made = Arc::new(Expressions::new(data, groups)?);
        if let Ok(mut there) = self.0.lock() {
            there.retain(|one| one.strong_count() > 0);
            there.push(Arc::downgrade(&made));
        }
        Ok(made)
    }
}
