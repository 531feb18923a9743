//! A rule, looked at.

use chrono::{DateTime, Utc};
use watchkeeper_pack::Alert;
use watchkeeper_pack::expr::Scope;

use super::Found;

/// What a look at a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Whether it holds.
    pub found: Found,
    /// Why that is not known.
    pub why_unknown: Option<String>,
    /// The answer changes then, though nothing else does.
    pub changes_at: Option<DateTime<Utc>>,
}

/// Looks at a rule. `scope` has the record with its lookups, or what is seen of the metric; settings,
/// controls and now.
pub fn look(rule: &Alert, scope: &Scope<'_>, now: DateTime<Utc>) -> Looked {
    let (found, why_unknown) = match rule.when.eval_bool(scope) {
        Ok(true) => {
            let since = rule.since.as_ref();
            let since = since.and_then(|since| since.eval_optional_instant(scope).ok().flatten());
            (Found::Holds(since), None)
        }
        Ok(false) => (Found::Quiet, None),
        Err(error) => (Found::Unknown, Some(error.message)),
    };
    let changes = rule.changes_at.iter();
    let changes = changes.filter_map(|at| at.eval_optional_instant(scope).ok().flatten());
    Looked {
        found,
        why_unknown,
        changes_at: changes.filter(|at| *at > now).min(),
    }
}

/// What exactly is wrong, in words; the rule's own where the record leaves a hole in them.
pub fn detail(rule: &Alert, scope: &Scope<'_>) -> String {
    let text = rule.detail.render(scope).unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        rule.def.label.clone()
    } else {
        text
    }
}
