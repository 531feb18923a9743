//! Structured filters, compiled to parameterised SQL over a table with columns
//! `kind, id, revision, updated_at, title, body, computed`.

mod columns;
mod sql;
#[cfg(test)]
mod tests;
mod window;
mod written;

use serde_json::Value;

use crate::expr::{Allowed, EvalError, Program, Scope};
use crate::format::{FieldType, FilterDef};
use written::{Raw, Side, among, literal, operations};

pub(crate) use columns::order;
pub use columns::{Columns, column, currency, is_indexed, order_by};
pub use sql::{Sql, rows};
pub use window::Bound;
pub(crate) use written::expressions;

/// Most values of one `in`.
const MAX_AMONG: usize = 200;
/// Most records of a `list`.
const MAX_ROWS: usize = 100;

/// A compiled filter; all its tests must hold.
#[derive(Debug, Default)]
pub struct Filter {
    tests: Vec<Test>,
}

#[derive(Debug)]
struct Test {
    field: String,
    column: String,
    type_: FieldType,
    op: Op,
}

impl Test {
    /// What it is asked with does not fit.
    fn fault(&self, message: &str) -> EvalError {
        EvalError {
            message: format!("`{}`: {message}", self.field),
        }
    }
}

#[derive(Debug)]
enum Op {
    Is(Operation, Source),
    Among(Member, List),
    Absent(bool),
}

/// On which side of a list.
#[derive(Debug, Clone, Copy)]
enum Member {
    OneOf,
    NoneOf,
}

#[derive(Debug)]
enum List {
    Literal(Vec<Value>),
    Expr(Program),
}

#[derive(Debug, Clone, Copy)]
enum Operation {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
}

#[derive(Debug)]
enum Source {
    Literal(Value),
    Expr(Program),
}

impl Source {
    /// What a test compares with, as SQL does.
    fn value(&self, test: &Test, scope: &Scope<'_>) -> Result<Value, EvalError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Expr(program) => {
                let value = program.eval(scope)?;
                literal(&value, test.type_).map_err(|message| test.fault(&message))
            }
        }
    }
}

/// A test of a filter that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterFault {
    /// The field tested.
    pub field: String,
    /// Path below the field, such as `lt.expr`; empty for the test itself.
    pub within: String,
    /// Code, such as `pack.unknown_name`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Line and column in the expression, where one is at fault; from 1.
    pub at: Option<(u32, u32)>,
}

impl Filter {
    /// Compiles and checks; every field must exist and be indexed.
    pub fn compile(
        def: &FilterDef,
        columns: Columns<'_>,
        allowed: &Allowed,
    ) -> Result<Self, Vec<FilterFault>> {
        let mut faults = Vec::new();
        let mut tests = Vec::new();
        for (field, test) in def {
            let mut fault = |within: &str, code, message: String, at| {
                faults.push(FilterFault {
                    field: field.clone(),
                    within: within.to_owned(),
                    code,
                    message,
                    at,
                });
            };
            let Some((type_, indexed, column)) = columns.find(field) else {
                let known = columns.fields.keys().chain(columns.computed.keys());
                let near = crate::expr::nearest(field, known.map(String::as_str));
                fault(
                    "",
                    "pack.unknown_name",
                    format!("unknown field `{field}`{near}"),
                    None,
                );
                continue;
            };
            if !indexed {
                let message = format!("`{field}` is not indexed, so a filter cannot use it");
                fault("", "pack.not_indexed", message, None);
            }
            let operations = operations(test);
            if operations.is_empty() {
                let message = "no comparison; to ask for nothing write `{absent: true}`".to_owned();
                fault("", "pack.missing", message, None);
            }
            for (within, op) in operations {
                let op = match op {
                    Raw::Absent(absent) => Ok(Op::Absent(absent)),
                    Raw::Among(member, values) => {
                        among(values, type_).map(|values| Op::Among(member, List::Literal(values)))
                    }
                    Raw::Literal(op, value) => {
                        literal(value, type_).map(|v| Op::Is(op, Source::Literal(v)))
                    }
                    Raw::Expr(side, source) => match Program::compile(source, allowed) {
                        Ok(program) => Ok(match side {
                            Side::Of(op) => Op::Is(op, Source::Expr(program)),
                            Side::In(member) => Op::Among(member, List::Expr(program)),
                        }),
                        Err(e) => {
                            fault(
                                &within,
                                "pack.expression",
                                e.message,
                                Some((e.line, e.column)),
                            );
                            continue;
                        }
                    },
                };
                match op {
                    Ok(op) => tests.push(Test {
                        field: field.clone(),
                        column: column.clone(),
                        type_,
                        op,
                    }),
                    Err(message) => fault(&within, "pack.wrong_type", message, None),
                }
            }
        }
        if faults.is_empty() {
            Ok(Self { tests })
        } else {
            Err(faults)
        }
    }

    /// Fields that are tested.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.tests.iter().map(|test| test.field.as_str())
    }

    /// Expressions whose answers are compared with.
    pub(crate) fn programs(&self) -> impl Iterator<Item = &Program> {
        self.tests.iter().filter_map(|test| match &test.op {
            Op::Is(_, Source::Expr(program)) => Some(program),
            _ => None,
        })
    }

    /// Does what it compares with go by anything of this root?
    pub fn reads(&self, root: &str) -> bool {
        self.tests.iter().any(|test| match &test.op {
            Op::Is(_, Source::Expr(program)) | Op::Among(_, List::Expr(program)) => {
                program.reads(root)
            }
            _ => false,
        })
    }

    /// SQL expressions that are tested, and whether for one value.
    pub(crate) fn tested(&self) -> impl Iterator<Item = (String, bool)> {
        self.tests.iter().map(|test| {
            let one = matches!(test.op, Op::Is(Operation::Eq, _) | Op::Absent(true));
            (test.column.clone(), one)
        })
    }
}
