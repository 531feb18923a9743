//! Parameters of an action.

use serde_json::{Map, Value};
use watchkeeper_pack::Action;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{FieldDef, FieldType, ParamDef};
use watchkeeper_pack::value;

use super::{Outcome, deny};

/// Longest text of a parameter, in characters.
const MAX_TEXT: usize = 10_000;

/// All needed ones are there, each fits its type, and nothing else came along.
pub(super) fn check(action: &Action, params: &Map<String, Value>) -> Option<Outcome> {
    let refuse = |detail: String| Some(deny("params.invalid", None, detail));
    for (name, def) in &action.def.params {
        let given = params.get(name).unwrap_or(&Value::Null);
        let blank = given.is_null() || given.as_str().is_some_and(|text| text.trim().is_empty());
        if blank {
            if !def.optional {
                return refuse(format!("{} is needed.", def.label));
            }
            continue;
        }
        let field = field(def);
        if let Err(fault) = value::fits(name, &field, given) {
            let expected = fault.expected_of(&field);
            return refuse(format!("{}: expected {expected}.", def.label));
        }
        if given
            .as_str()
            .is_some_and(|text| text.chars().count() > MAX_TEXT)
        {
            return refuse(format!(
                "{} is longer than {MAX_TEXT} characters.",
                def.label
            ));
        }
    }
    let unknown = params
        .keys()
        .find(|name| !action.def.params.contains_key(*name));
    unknown.and_then(|name| {
        let name: String = name.chars().take(40).collect();
        refuse(format!("`{name}` is not asked for."))
    })
}

/// One of those that are read here has to be given, and is not there yet.
pub(super) fn awaits(action: &Action, scope: &Scope<'_>, reads: impl Fn(&str) -> bool) -> bool {
    let mut params = action.def.params.iter();
    params.any(|(name, def)| {
        let wanting = scope.params.get(name).is_none_or(Value::is_null);
        !def.optional && wanting && reads(name)
    })
}

fn field(def: &ParamDef) -> FieldDef {
    FieldDef {
        type_: def.type_,
        label: def.label.clone(),
        kind: None,
        one_of: if def.type_ == FieldType::Enum {
            def.one_of.clone()
        } else {
            Vec::new()
        },
        labels: def.labels.clone(),
        operator: false,
        optional: def.optional,
        indexed: false,
        searched: false,
        seen_by: Vec::new(),
    }
}
