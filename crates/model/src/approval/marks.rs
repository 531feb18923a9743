//! What a record says of its own agreement, where the pack wants it to: since when it is waited for, and
//! when that was over.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::{Action, Kind};

use crate::decision::Situation;
use crate::plan::{PlanError, assign};

/// When the platform says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Agreement is asked for.
    Asked,
    /// Nobody is waited for any more, whatever was said; also where nobody said anything.
    Answered,
}

/// Fields of the record that these rows of an action set then; null takes one away. Worked out in the
/// name of who asked.
///
/// # Errors
/// [`PlanError`] where one of them cannot be worked out.
pub fn marks<'a>(
    situation: &Situation<'a>,
    action: &'a Action,
    rows: &BTreeSet<String>,
    mark: Mark,
) -> Result<Map<String, Value>, PlanError> {
    let scope = situation.scope(Some(action));
    marks_in(&scope, (situation.kind, action), rows, mark)
}

/// The same where the scope is there already.
pub(crate) fn marks_in(
    scope: &Scope<'_>,
    (kind, action): (&Kind, &Action),
    rows: &BTreeSet<String>,
    mark: Mark,
) -> Result<Map<String, Value>, PlanError> {
    let both = action.def.approvals.iter().zip(&action.approvals);
    let mut sets = Map::new();
    for (_, row) in both.filter(|(def, _)| rows.contains(&def.id)) {
        let set = match mark {
            Mark::Asked => &row.asked,
            Mark::Answered => &row.answered,
        };
        sets.extend(assign(Some(kind), set, scope)?);
    }
    Ok(sets)
}
