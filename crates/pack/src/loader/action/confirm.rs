//! What is typed to confirm that money moves.

use crate::format::{ActionDef, Confirm, FieldType, Nature, RecordFile};
use crate::loader::problems::{Problems, Spot};
use crate::loader::scopes::is_volatile;

/// An amount is typed from one place, and the pack says which where there are several.
pub(super) fn check(record: &RecordFile, action: &ActionDef, spot: &Spot, problems: &mut Problems) {
    let asks = action.confirm == Confirm::Typed && action.nature == Nature::Money;
    let fields = record.fields.iter();
    let fields = fields.filter(|(_, def)| def.type_ == FieldType::Money);
    let fields: Vec<&str> = fields.map(|(name, _)| name.as_str()).collect();
    let params = action.params.iter();
    let params = params.filter(|(_, def)| def.type_ == FieldType::Money);
    let params: Vec<String> = params.map(|(name, _)| format!("params.{name}")).collect();
    let Some(types) = &action.types else {
        if asks && (fields.len() > 1 || !params.is_empty()) {
            let names = fields.into_iter().chain(params.iter().map(String::as_str));
            let names: Vec<&str> = names.collect();
            let message = "whose amount is typed? There are several";
            let hint = format!("name one of them in `types`: {}", names.join(", "));
            problems.error_with(&spot.at("confirm"), "confirm.ambiguous", message, hint);
        }
        return;
    };
    let spot = spot.at("types");
    if !asks {
        let message = "an amount is typed where money is moved with `confirm: typed`";
        problems.error(&spot, "pack.field", message);
        return;
    }
    let computed = record.computed.iter();
    let stored = computed
        .filter(|(_, def)| def.type_ == FieldType::Money && !is_volatile(&def.expr))
        .map(|(name, _)| name.as_str());
    let mut names = fields
        .into_iter()
        .chain(stored)
        .chain(params.iter().map(String::as_str));
    if !names.clone().any(|known| known == types) {
        let near = crate::expr::nearest(types, names.by_ref());
        let message =
            format!("`{types}` is no amount of the record and none that is asked for{near}");
        problems.error(&spot, "pack.unknown_name", message);
    }
}
