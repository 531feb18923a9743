//! Checks of who sees what. They need the parts compiled: what a part reads is asked of its
//! expressions and texts, not of the words in the file.

use std::collections::BTreeSet;

use super::names;
use super::problems::{Problems, Spot};
use crate::pack::{Action, Kind, Pack};
use crate::sight::{Reads, Sight};

/// Whoever may take an action sees everything that it reads, and whoever sees a record can be told
/// what it is called.
pub(super) fn check(pack: &Pack, problems: &mut Problems) {
    if pack.told_apart.is_empty() {
        return;
    }
    let own = pack.kinds.values();
    for kind in own.filter(|kind| !names::is_engine_kind(&kind.name)) {
        let spot = Spot::file(&format!("records/{}.yaml", kind.name));
        fields(kind, &spot.at("fields"), problems);
        title(pack, kind, &spot.at("title"), problems);
        for (name, action) in &kind.actions {
            self::action(pack, kind, action, &spot.at("actions").at(name), problems);
        }
    }
}

/// Somebody who sees this, by one role; none of them is somebody with no role that the pack names.
fn viewers(seen_by: &[String]) -> Vec<Option<&str>> {
    match seen_by {
        [] => vec![None],
        some => some.iter().map(|role| Some(role.as_str())).collect(),
    }
}

fn sight(pack: &Pack, role: Option<&str>) -> Sight {
    let roles: BTreeSet<String> = role.into_iter().map(ToOwned::to_owned).collect();
    Sight::records_of(pack, &roles)
}

/// A role that does not see the kind sees no field of it.
fn fields(kind: &Kind, spot: &Spot, problems: &mut Problems) {
    for (name, def) in &kind.fields {
        let blind = |role: &&String| !kind.seen_by.is_empty() && !kind.seen_by.contains(role);
        if let Some(role) = def.seen_by.iter().find(blind) {
            let message = format!("`{role}` does not see records of this kind");
            let hint = "name in the `seen_by` of a field roles of the `seen_by` of its kind";
            problems.error_with(&spot.at(name).at("seen_by"), "see.field", message, hint);
        }
    }
}

fn title(pack: &Pack, kind: &Kind, spot: &Spot, problems: &mut Problems) {
    let mut reads = Reads::new(pack);
    reads.title(kind);
    let mut hidden = viewers(&kind.seen_by)
        .into_iter()
        .filter_map(|role| sight(pack, role).hidden(&reads));
    if let Some(hidden) = hidden.next() {
        let message = format!("the title reads `{hidden}`, which not everybody sees who sees it");
        let hint = "name a record by what all of them see";
        problems.error_with(spot, "see.title", message, hint);
    }
}

fn action(pack: &Pack, kind: &Kind, action: &Action, spot: &Spot, problems: &mut Problems) {
    let mut reads = Reads::new(pack);
    reads.action(kind, action);
    let def = &action.def;
    let mut told = |role: Option<&str>, at: &Spot, who: &str| {
        let hidden = sight(pack, role).hidden(&reads);
        if let Some(hidden) = &hidden {
            let message = format!("{who} and does not see `{hidden}`, which it reads");
            let hint = "name in `roles` only those who see it, or add the role to its `seen_by`";
            problems.error_with(at, "see.action", message, hint);
        }
        hidden.is_some()
    };
    for role in viewers(&def.roles) {
        let (at, who) = match role {
            Some(role) => (spot.at("roles"), format!("`{role}` may take this action")),
            None => (spot.key(), "anybody may take this action".to_owned()),
        };
        if told(role, &at, &who) {
            return;
        }
    }
    for (index, row) in def.approvals.iter().enumerate() {
        let fallback = row.fallback.iter().map(|fallback| &fallback.role);
        for role in std::iter::once(&row.role).chain(fallback) {
            let who = format!("`{role}` has to agree");
            if told(Some(role), &spot.at("approvals").at(index), &who) {
                return;
            }
        }
    }
}
