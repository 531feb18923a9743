//! Structured filters, compiled to parameterised SQL over the record table.

use crate::pack::Kind;

/// A compiled filter.
#[derive(Debug)]
pub struct Filter {}

/// SQL with its parameters, in order of `?`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sql {
    /// A boolean expression over columns `body` and `computed`; parameters are anonymous `?`.
    pub text: String,
    /// Parameters: strings, integers, floats, booleans or null.
    pub params: Vec<serde_json::Value>,
}

/// The SQL expression of a field or stored computed field of a kind: `json_extract(body, '$.state')`;
/// of money its minor units. None for a name that the kind does not have.
pub fn column(_kind: &Kind, _name: &str) -> Option<String> {
    None
}
