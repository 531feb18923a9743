//! What each row of an action says: those of its policy, and those that may ask for agreement.

use watchkeeper_pack::Action;
use watchkeeper_pack::expr::{Program, Scope};

use super::{Outcome, RowOutcome, RowResult, Situation, called, deny, params};
use crate::approval::Needed;

/// All rows, and the refusal of the first that does not let through.
pub(super) fn policy(
    situation: &Situation<'_>,
    action: &Action,
    scope: &Scope<'_>,
) -> (Vec<RowResult>, Option<Outcome>) {
    let mut first = None;
    let rows = action.def.policy.iter().zip(&action.policy);
    let rows = rows.map(|(def, row)| {
        let found = called::found(situation, action, &row.found, scope);
        let (outcome, refusal) = match row.when.eval_bool(scope) {
            Ok(true) => (RowOutcome::Passed, None),
            Ok(false) => {
                let sentence = row
                    .refusal
                    .render(scope)
                    .unwrap_or_else(|_| def.title.clone());
                (RowOutcome::Failed, Some((def.otherwise.as_str(), sentence)))
            }
            // What the operator has still to say decides nothing yet; that it is wanting refuses.
            Err(_) if params::awaits(action, scope, |name| reads(&row.when, name)) => {
                (RowOutcome::Open, None)
            }
            Err(error) => {
                let reads = |root: &str, name: &str| row.when.reads_field(root, name);
                let error = called::in_labels(situation, action, &error.to_string(), reads);
                let sentence = format!("{}: this cannot be decided ({error}).", def.title);
                (
                    RowOutcome::Undecidable,
                    Some(("policy.undecidable", sentence)),
                )
            }
        };
        if let (None, Some((code, sentence))) = (&first, refusal) {
            first = Some(deny(code, Some(&def.id), sentence));
        }
        RowResult {
            id: def.id.clone(),
            title: def.title.clone(),
            found,
            outcome,
        }
    });
    let rows = rows.collect();
    (rows, first)
}

/// The rows that may ask for agreement, and those that do. Where it cannot be said whether somebody
/// has to agree, somebody has to.
pub(super) fn approvals(
    situation: &Situation<'_>,
    action: &Action,
    scope: &Scope<'_>,
) -> (Vec<RowResult>, Vec<Needed>) {
    let mut asks = Vec::new();
    let approvals = action.def.approvals.iter().zip(&action.approvals);
    let rows = approvals.map(|(def, row)| {
        let found = called::found(situation, action, &row.found, scope);
        let answer = row.when.eval_bool(scope);
        // Without that parameter nothing is done, so nobody is passed over.
        let open = answer.is_err() && params::awaits(action, scope, |n| reads(&row.when, n));
        let needed = !open && answer != Ok(false);
        if needed {
            let fallback = def.fallback.as_ref();
            asks.push(Needed {
                row: def.id.clone(),
                title: def.title.clone(),
                found: found.clone(),
                role: def.role.clone(),
                fallback: fallback.map(|other| (other.role.clone(), other.after_minutes)),
                waits_minutes: def.waits_minutes,
            });
        }
        RowResult {
            id: def.id.clone(),
            title: def.title.clone(),
            found,
            outcome: match (open, needed) {
                (true, _) => RowOutcome::Open,
                (false, true) => RowOutcome::Asks,
                (false, false) => RowOutcome::Passed,
            },
        }
    });
    let rows = rows.collect();
    (rows, asks)
}

/// It reads this parameter.
fn reads(program: &Program, param: &str) -> bool {
    program.reads_field("params", param)
}
