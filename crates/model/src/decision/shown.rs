//! What an operator is shown of an action before it is taken: what has to be typed, and what it will do.

use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{Confirm, FieldType, Nature};
use watchkeeper_pack::{Action, value};

use super::Situation;
use crate::snapshot::Snapshot;

/// What must be typed: the amount of a money action, else the title.
pub(super) fn typed(situation: &Situation<'_>, action: &Action) -> Option<String> {
    if action.def.confirm != Confirm::Typed {
        return None;
    }
    let Snapshot {
        id,
        body,
        computed,
        refs,
        ..
    } = situation.record;
    let amount = (action.def.nature == Nature::Money).then(|| amount(situation, action));
    let title = || value::title(situation.kind, id, body, computed, refs);
    Some(amount.flatten().unwrap_or_else(title))
}

/// The amount that an action moves, in digits: the one that it names, else the only one of the record.
fn amount(situation: &Situation<'_>, action: &Action) -> Option<String> {
    let Snapshot { body, computed, .. } = situation.record;
    let only = || {
        let mut money = situation.kind.fields.iter();
        money.find(|(_, def)| def.type_ == FieldType::Money)
    };
    let amount = match &action.def.types {
        Some(name) => match name.strip_prefix("params.") {
            Some(param) => situation.params.get(param),
            None => body.get(name).or_else(|| computed.get(name)),
        },
        None => only().and_then(|(name, _)| body.get(name)),
    }?;
    let minor = amount.get("minor")?.as_i64()?;
    Some(value::money_text(minor, amount.get("currency")?.as_str()?))
}

/// Lines of "this will …". One that cannot be filled in is left out; an effect that cannot is refused
/// elsewhere.
pub(super) fn will(situation: &Situation<'_>, action: &Action, scope: Scope<'_>) -> Vec<String> {
    let scope = in_words(situation, action, scope);
    let lines = action
        .will
        .iter()
        .filter_map(|line| line.render(&scope).ok());
    lines.filter(|line| !line.trim().is_empty()).collect()
}

/// What its sentences see. A switch of a control is said in the words of its screen, not as it is kept.
fn in_words<'a>(situation: &Situation<'_>, action: &Action, scope: Scope<'a>) -> Scope<'a> {
    match (situation.kind.name.as_str(), action.name.as_str()) {
        (crate::control::KIND, crate::control::SWITCH) => {
            crate::control::in_words(situation.pack, scope)
        }
        _ => scope,
    }
}
