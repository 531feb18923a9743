//! Expressions that are one field, `now` or one literal. Half of what a pack says is no more than that:
//! it is seen when the expression is compiled, and nothing is bound nor run for it.

use std::sync::Arc;

use cel::common::ast::Expr;

use super::{EvalError, Scope};

/// What an expression amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Direct {
    /// `root.field`.
    Field(String, String),
    /// `now`.
    Now,
    /// A text as it stands.
    Text(Arc<String>),
    /// `true` or `false`.
    Flag(bool),
    /// A whole number as it stands.
    Whole(i64),
    /// `null`.
    Nothing,
}

impl Direct {
    /// None where it has to be run.
    pub(super) fn of(program: &cel::Program, env: &Arc<cel::Env>) -> Option<Self> {
        match &program.expression().expr {
            Expr::Ident(name) if name == "now" => Some(Self::Now),
            Expr::Select(select) if !select.test => match &select.operand.expr {
                Expr::Ident(root) => Some(Self::Field(root.clone(), select.field.clone())),
                _ => None,
            },
            Expr::Literal(_) => {
                let context = cel::Context::with_env(Arc::clone(env));
                match program.execute(&context).ok()? {
                    cel::Value::String(text) => Some(Self::Text(text)),
                    cel::Value::Bool(on) => Some(Self::Flag(on)),
                    cel::Value::Int(number) => Some(Self::Whole(number)),
                    cel::Value::Null => Some(Self::Nothing),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Its value; none where it is not known here, which is said by running it.
    pub(super) fn value(&self, scope: &Scope<'_>) -> Result<Option<cel::Value>, EvalError> {
        Ok(match self {
            Self::Field(root, field) => scope.field(root, field)?,
            Self::Now => scope
                .now
                .map(|now| cel::Value::Timestamp(now.fixed_offset())),
            Self::Text(text) => Some(cel::Value::String(Arc::clone(text))),
            Self::Flag(on) => Some(cel::Value::Bool(*on)),
            Self::Whole(number) => Some(cel::Value::Int(*number)),
            Self::Nothing => Some(cel::Value::Null),
        })
    }
}
