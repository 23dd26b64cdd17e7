//! From a record to the objects of `modengine.model`, made only as far as somebody reads them.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};

use crate::makers::Makers;
use crate::matches::{Matches, Message};
use crate::program::Program;
use crate::score::{Hit, Record, Shadow};

impl Makers {
    fn shadow<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        reasons: &[Shadow],
    ) -> PyResult<Bound<'py, PyTuple>> {
        if reasons.is_empty() {
            return Ok(self.nothing.bind(py).clone());
        }
        if let Some(known) = self
            .shadows
            .lock()
            .ok()
            .and_then(|known| known.get(reasons).map(|shadow| shadow.clone_ref(py)))
        {
            return Ok(known.into_bound(py));
        }
        let said = reasons.iter().map(|reason| match reason {
            Shadow::Study => "study".to_string(),
            Shadow::Period => "period".to_string(),
            Shadow::PeriodUnknown => "period: unknown".to_string(),
            Shadow::Exception(number) => {
                format!("exception: {}", program.exceptions[*number as usize].0)
            }
            Shadow::Scope => "scope".to_string(),
            Shadow::ScopeUnknown => "scope: unknown".to_string(),
        });
        let made = PyTuple::new(py, said)?;
        if let Ok(mut known) = self.shadows.lock() {
            if known.len() < 1000 {
                known.insert(reasons.to_vec(), made.clone().unbind());
            }
        }
        Ok(made)
    }

    fn category_score<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        record: &Record,
        number: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (total, action) = record.categories[number];
        let reasons = &record.shadows[number];
        let shadow = self.shadow(py, program, reasons)?;
        let action = &self.actions[action as usize];
        let arguments = (total, action, reasons.is_empty(), shadow);
        self.category_score.bind(py).call1(arguments)
    }

    /// The scores of all categories: those of a message without hits, and what this one's change in them.
    fn category_scores<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        record: &Record,
    ) -> PyResult<Bound<'py, PyDict>> {
        let known = self.quiet.lock().ok().and_then(|known| {
            let (scores, dict) = known.get(&record.shadows)?;
            Some((scores.clone(), dict.bind(py).clone()))
        });
        let (before, made) = match known {
            Some((scores, dict)) => (scores, dict.copy()?),
            None => (Vec::new().into(), PyDict::new(py)),
        };
        for (number, name) in self.categories.iter().enumerate() {
            if before.get(number) != Some(&record.categories[number]) {
                made.set_item(name, self.category_score(py, program, record, number)?)?;
            }
        }
        if before.is_empty() && record.is_quiet() {
            if let Ok(mut known) = self.quiet.lock() {
                if known.len() < 1000 {
                    let scores = record.categories.clone().into();
                    known.insert(record.shadows.clone(), (scores, made.copy()?.unbind()));
                }
            }
        }
        Ok(made)
    }

    /// The decision on a message.
    pub fn decision(
        self: &Arc<Self>,
        py: Python<'_>,
        program: &Arc<Program>,
        id: &Bound<'_, PyAny>,
        given: &Bound<'_, PyAny>,
        record: Record,
    ) -> PyResult<Py<PyAny>> {
        let quiet = record.is_quiet();
        let categories = self.category_scores(py, program, &record)?;
        let in_scope = |number: usize| record.shadows[number].is_empty();
        let actions = record.categories.iter().map(|&(_, action)| action);
        let top = actions.clone().max().unwrap_or(0);
        let taken = actions
            .clone()
            .enumerate()
            .filter(|&(at, _)| in_scope(at))
            .map(|(_, action)| action)
            .max()
            .unwrap_or(0);
        let acts = actions
            .enumerate()
            .any(|(at, action)| action == top && in_scope(at));
        let nothing = self.nothing.bind(py);
        let (hits, shadow_hits, reliefs, raised) = if quiet {
            let none = || nothing.clone();
            (none(), none(), none(), none())
        } else {
            let hits = record.hits.iter().chain(&record.shadow_hits);
            let rules = hits.map(|hit| hit.rule);
            let reliefs = record.reliefs.iter().map(|&(rule, ..)| rule);
            let rules = rules.chain(reliefs).collect();
            let message =
                Message::new(program.clone(), self.clone(), given.clone().unbind(), rules);
            self.hits(py, program, &Arc::new(message), &record)?
        };
        let longer = match record.longer {
            Some(longer) => self.long_text.bind(py).call1(longer)?,
            None => py.None().into_bound(py),
        };
        let flag = |is_so| PyBool::new(py, is_so).to_owned().into_any();
        let arguments = PyTuple::new(
            py,
            [
                id.clone(),
                self.actions[top as usize].bind(py).clone().into_any(),
                self.actions[taken as usize].bind(py).clone().into_any(),
                flag(acts),
                flag(taken != 0),
                categories.into_any(),
                hits.into_any(),
                shadow_hits.into_any(),
                reliefs.into_any(),
                raised.into_any(),
                longer,
                nothing.clone().into_any(),
                nothing.clone().into_any(),
                flag(program.study),
                self.revision.bind(py).clone().into_any(),
            ],
        )?;
        Ok(self.decision.bind(py).call1(arguments)?.unbind())
    }

    #[allow(clippy::type_complexity)]
    fn hits<'py>(
        &self,
        py: Python<'py>,
        program: &Program,
        message: &Arc<Message>,
        record: &Record,
    ) -> PyResult<(
        Bound<'py, PyTuple>,
        Bound<'py, PyTuple>,
        Bound<'py, PyTuple>,
        Bound<'py, PyTuple>,
    )> {
        let matches = |rule: u32| Py::new(py, Matches::new(message.clone(), rule));
        let empty = PyString::new(py, "");
        let category_of = |rule: u32| {
            let rule = &program.rules[rule as usize];
            match rule.category.or(rule.relieves) {
                Some(category) => self.categories[category].bind(py).clone(),
                None => empty.clone(),
            }
        };
        let hit_of = |hit: &Hit| {
            let rule = hit.rule as usize;
            self.rule_hit.call1(
                py,
                (
                    &self.rules[rule],
                    self.clauses[rule].as_ref(),
                    category_of(hit.rule),
                    hit.points,
                    hit.counted,
                    matches(hit.rule)?,
                ),
            )
        };
        let hits = record
            .hits
            .iter()
            .map(hit_of)
            .collect::<PyResult<Vec<_>>>()?;
        let shadow_hits = record
            .shadow_hits
            .iter()
            .map(hit_of)
            .collect::<PyResult<Vec<_>>>()?;
        let reliefs = record
            .reliefs
            .iter()
            .map(|&(rule, category, taken)| {
                let arguments = (
                    &self.rules[rule as usize],
                    &self.categories[category],
                    -taken,
                    matches(rule)?,
                );
                self.relief_hit.call1(py, arguments)
            })
            .collect::<PyResult<Vec<_>>>()?;
        let raised = record
            .raised
            .iter()
            .map(|raised| {
                let rules = PyTuple::new(
                    py,
                    raised.rules.iter().map(|&rule| &self.rules[rule as usize]),
                )?;
                let arguments = (
                    &self.categories[raised.category],
                    &self.actions[raised.action as usize],
                    rules,
                );
                self.raised.call1(py, arguments)
            })
            .collect::<PyResult<Vec<_>>>()?;
        Ok((
            PyTuple::new(py, hits)?,
            PyTuple::new(py, shadow_hits)?,
            PyTuple::new(py, reliefs)?,
            PyTuple::new(py, raised)?,
        ))
    }
}
