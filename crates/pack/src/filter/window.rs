//! The window that a filter leaves open: between which instants records lie.

use chrono::{DateTime, Utc};

use super::{Filter, Op, Operation};
use crate::expr::{EvalError, Scope};
use crate::format::FieldType;
use crate::value;

/// One side of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The field that lies there.
    pub field: String,
    /// Where the window ends; else where it begins.
    pub is_end: bool,
    /// The instant itself belongs to it.
    pub is_closed: bool,
    /// The instant, UTC.
    pub at: DateTime<Utc>,
}

impl Filter {
    /// The sides of its windows, in the order of its tests. What is compared with nothing has none.
    ///
    /// # Errors
    /// An expression that cannot be evaluated.
    pub fn window(&self, scope: &Scope<'_>) -> Result<Vec<Bound>, EvalError> {
        let mut bounds = Vec::new();
        for test in &self.tests {
            let Op::Is(operation, source) = &test.op else {
                continue;
            };
            let (is_end, is_closed) = match operation {
                Operation::Gte => (false, true),
                Operation::Gt => (false, false),
                Operation::Lte => (true, true),
                Operation::Lt => (true, false),
                Operation::Eq | Operation::Ne => continue,
            };
            if test.type_ != FieldType::Timestamp {
                continue;
            }
            let operand = source.value(test, scope)?;
            if let Some(at) = operand.as_str().and_then(value::instant) {
                bounds.push(Bound {
                    field: test.field.clone(),
                    is_end,
                    is_closed,
                    at,
                });
            }
        }
        Ok(bounds)
    }
}
