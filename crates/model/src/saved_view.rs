//! Saved views: what an operator asked of a view, kept under a name. A saved view is a record of the
//! engine's and is kept, changed and dropped by operation.

use serde_json::Value;
use uuid::{Uuid, Version};
use watchkeeper_pack::SavedWish;
pub use watchkeeper_pack::saved::{KIND, MOST_BYTES};

use crate::decision::{self, Outcome, Situation};

/// The action that makes one.
pub const KEEP: &str = "keep";
/// The field that says whose it is.
pub const OWNER: &str = "owner";
/// The field that names it.
pub const NAME: &str = "name";
/// The field that says of which view it is.
pub const VIEW: &str = "view";
/// The field with what is asked, as JSON.
pub const WISH: &str = "wish";
/// The field that says whether everybody sees it.
pub const SHARED: &str = "shared";
/// The state of one that was not dropped.
pub const KEPT: &str = "kept";

/// Longest name, in characters.
pub const MOST_NAME: usize = 80;

/// Most that one operator keeps at once; what was dropped does not count.
pub const MOST_KEPT: i64 = 100;
/// The lookup of the kind that counts what the actor keeps.
const KEPT_BY_ACTOR: &str = "kept_by_actor";

/// Why an action on a saved view is refused, beside what every action is refused for: it is not the
/// actor's own, has no usable id or name, is one too many, or asks for what the view cannot show.
pub fn refused(situation: &Situation<'_>, action: &str) -> Option<Outcome> {
    let (record, params) = (&situation.record, situation.params);
    let said = |name: &str| record.body.get(name).and_then(|value| value.as_str());
    let asked = |name: &str| params.get(name).and_then(|value| value.as_str());
    let creates = action == KEEP;
    if !creates && said(OWNER) != Some(situation.actor.id.as_str()) {
        let detail = "Only whose view it is may do this.";
        return deny("saved_view.not_owner", detail);
    }
    if creates && !is_drawn(&record.id) {
        return deny("saved_view.id", "The id of a new view is a UUIDv7.");
    }
    if creates && let Some(no) = full(situation) {
        return Some(no);
    }
    if let Some(name) = asked(NAME)
        && (name.chars().count() > MOST_NAME || name.chars().any(char::is_control))
    {
        let detail = format!("A name is one line of at most {MOST_NAME} characters.");
        return deny("saved_view.name", detail);
    }
    // What it asks already may have been overtaken by the pack: it can be renamed all the same.
    let wish = asked(WISH).filter(|wish| said(WISH) != Some(*wish))?;
    let view = if creates { asked(VIEW)? } else { said(VIEW)? };
    let Some(view) = situation.pack.view(view) else {
        return deny("saved_view.view_unknown", "The pack has no such view.");
    };
    let wish = match SavedWish::read(wish) {
        Ok(wish) => wish,
        Err(unreadable) => return deny("saved_view.unfit", unreadable.to_string()),
    };
    let kind = situation.pack.kind(&view.kind)?;
    let zone = situation.pack.zone_in(situation.settings);
    let misfit = wish.misfits(kind, situation.now, zone).into_iter().next()?;
    deny("saved_view.unfit", misfit.to_string())
}

/// Why the actor keeps no more of them.
fn full(situation: &Situation<'_>) -> Option<Outcome> {
    let kept = situation.lookups.get(KEPT_BY_ACTOR);
    match kept.map(|kept| &kept.value).and_then(Value::as_i64) {
        Some(kept) if kept < MOST_KEPT => None,
        Some(_) => {
            let detail = format!("You keep {MOST_KEPT} saved views already: drop one first.");
            deny("saved_view.full", detail)
        }
        None => {
            let detail = "How many saved views you keep is not known.";
            deny("policy.undecidable", detail)
        }
    }
}

/// A laptop drew it: nobody else has the same.
fn is_drawn(id: &str) -> bool {
    let drawn = Uuid::parse_str(id).ok();
    drawn.is_some_and(|drawn| {
        drawn.get_version() == Some(Version::SortRand) && drawn.to_string() == id
    })
}

fn deny(code: &str, detail: impl Into<String>) -> Option<Outcome> {
    Some(decision::deny(code, None, detail))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
