//! The columns of a kind: what a filter may test and a list be sorted by, as SQL says them.

use std::collections::BTreeMap;

use crate::format::{ComputedDef, FieldDef, FieldType};
use crate::pack::Kind;

/// What a filter may test: the fields and stored computed fields of the kind asked about.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Fields.
    pub fields: &'a BTreeMap<String, FieldDef>,
    /// Computed fields.
    pub computed: &'a BTreeMap<String, ComputedDef>,
    /// The kind has states.
    pub states: bool,
}

impl Columns<'_> {
    /// Type of a column, whether it is indexed, and its SQL expression.
    pub fn find(&self, name: &str) -> Option<(FieldType, bool, String)> {
        if let Some(def) = self.fields.get(name) {
            return Some((def.type_, def.indexed, expression("body", name, def.type_)));
        }
        if name == "state" && self.states {
            let column = expression("body", name, FieldType::String);
            return Some((FieldType::String, true, column));
        }
        let def = self.computed.get(name)?;
        let column = expression("computed", name, def.type_);
        Some((def.type_, def.indexed, column))
    }
}

/// The SQL expression of a field or stored computed field of a kind: `json_extract(body, '$.state')`;
/// of money its minor units. None for a name that the kind does not have.
pub fn column(kind: &Kind, name: &str) -> Option<String> {
    if let Some(def) = kind.fields.get(name) {
        return Some(expression("body", name, def.type_));
    }
    if name == "state" && !kind.states.is_empty() {
        return Some(expression("body", name, FieldType::String));
    }
    let computed = kind.computed.get(name).filter(|c| !c.volatile)?;
    Some(expression("computed", name, computed.def.type_))
}

fn expression(place: &str, name: &str, type_: FieldType) -> String {
    // Names are checked by the loader to be letters, digits and underscores.
    let below = if type_ == FieldType::Money {
        ".minor"
    } else {
        ""
    };
    format!("json_extract({place}, '$.{name}{below}')")
}

/// Is a field (or stored computed field, or the state) of a kind indexed?
pub fn is_indexed(kind: &Kind, name: &str) -> bool {
    (name == "state" && !kind.states.is_empty())
        || kind.fields.get(name).is_some_and(|def| def.indexed)
        || kind
            .computed
            .get(name)
            .is_some_and(|c| c.def.indexed && !c.volatile)
}

/// What follows `ORDER BY`; `-` before a name turns it round. None where a name is unknown or not
/// indexed. Always ends with `id`, so that the order is total.
pub fn order_by<S: AsRef<str>>(kind: &Kind, sort: &[S]) -> Option<String> {
    order(kind, sort).map(|terms| terms.join(", "))
}

/// The terms of that. `id` runs the way of the last field, so that an index serves either way.
pub(crate) fn order<S: AsRef<str>>(kind: &Kind, sort: &[S]) -> Option<Vec<String>> {
    let (mut terms, mut last) = (Vec::new(), "");
    for name in sort {
        let name = name.as_ref();
        let (name, direction) = name.strip_prefix('-').map_or((name, ""), |n| (n, " DESC"));
        let column = column(kind, name).filter(|_| is_indexed(kind, name))?;
        terms.push(format!("{column}{direction}"));
        last = direction;
    }
    terms.push(format!("id{last}"));
    Some(terms)
}

/// The SQL expression of an amount's currency, given that of its minor units.
pub fn currency(minor: &str) -> String {
    minor.replace(".minor')", ".currency')")
}
