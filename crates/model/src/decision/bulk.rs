//! An action on many records at once: which of them may take part.

use watchkeeper_pack::Action;
use watchkeeper_pack::expr::Scope;

/// Whether a record may take part when an action is taken on many at once. Whether policy allows it
/// there is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bulk {
    /// It may.
    TakesPart,
    /// It may not.
    LeftOut {
        /// Row that says so.
        row: String,
        /// Why, in a few words.
        why: String,
    },
    /// The action is for one record at a time.
    OneByOne,
}

/// May the record of this scope ([`super::Situation::scope`]) take part? What cannot be evaluated
/// leaves it out.
pub fn takes_part(action: &Action, scope: &Scope<'_>) -> Bulk {
    let Some(def) = &action.def.bulk else {
        return Bulk::OneByOne;
    };
    let may = match &action.bulk_when {
        None => true,
        Some(when) => when.eval_bool(scope).unwrap_or(false),
    };
    if may {
        return Bulk::TakesPart;
    }
    Bulk::LeftOut {
        row: def.row.clone(),
        why: def.otherwise.clone().unwrap_or_default(),
    }
}
