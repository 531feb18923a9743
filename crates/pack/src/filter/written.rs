//! What a filter says, as its pack writes it.

use serde_json::Value;

use super::{MAX_AMONG, Member, Operation};
use crate::format::{Among, FieldType, FilterDef, Operand, OpsDef, TestDef};
use crate::value;

/// One comparison.
pub(super) enum Raw<'a> {
    Literal(Operation, &'a Value),
    Expr(Side, &'a str),
    Among(Member, &'a [Value]),
    Absent(bool),
}

/// How what an expression gives is compared.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Of(Operation),
    In(Member),
}

/// The comparisons of a test, each with its path below the field.
pub(super) fn operations(test: &TestDef) -> Vec<(String, Raw<'_>)> {
    match test {
        TestDef::Is(value) => vec![(String::new(), Raw::Literal(Operation::Eq, value))],
        TestDef::Among(values) => vec![(String::new(), Raw::Among(Member::OneOf, values))],
        TestDef::Ops(ops) => {
            let OpsDef {
                eq,
                ne,
                lt,
                lte,
                gt,
                gte,
                among,
                not_in,
                absent,
                expr,
            } = ops.as_ref();
            let mut all = Vec::new();
            let named = [
                ("eq", Operation::Eq, eq),
                ("ne", Operation::Ne, ne),
                ("lt", Operation::Lt, lt),
                ("lte", Operation::Lte, lte),
                ("gt", Operation::Gt, gt),
                ("gte", Operation::Gte, gte),
            ];
            for (name, op, operand) in named {
                match operand {
                    None => {}
                    Some(Operand::Value(value)) => {
                        all.push((name.to_owned(), Raw::Literal(op, value)));
                    }
                    Some(Operand::Expr(e)) => {
                        all.push((format!("{name}/expr"), Raw::Expr(Side::Of(op), &e.expr)));
                    }
                }
            }
            for (name, member, list) in [
                ("in", Member::OneOf, among),
                ("not_in", Member::NoneOf, not_in),
            ] {
                match list {
                    None => {}
                    Some(Among::Values(values)) => {
                        all.push((name.to_owned(), Raw::Among(member, values)));
                    }
                    Some(Among::Expr(e)) => {
                        all.push((format!("{name}/expr"), Raw::Expr(Side::In(member), &e.expr)));
                    }
                }
            }
            if let Some(absent) = absent {
                all.push(("absent".to_owned(), Raw::Absent(*absent)));
            }
            if let Some(source) = expr {
                let side = Side::Of(Operation::Eq);
                all.push(("expr".to_owned(), Raw::Expr(side, source)));
            }
            all
        }
    }
}

/// The expressions in a filter, as written.
pub(crate) fn expressions(def: &FilterDef) -> Vec<&str> {
    let all = def.values().flat_map(operations);
    all.filter_map(|(_, raw)| match raw {
        Raw::Expr(_, source) => Some(source),
        _ => None,
    })
    .collect()
}

/// A list of literals.
pub(super) fn among(values: &[Value], type_: FieldType) -> Result<Vec<Value>, String> {
    if values.is_empty() || values.len() > MAX_AMONG {
        return Err(format!("a list of 1 to {MAX_AMONG} values is needed"));
    }
    values.iter().map(|v| literal(v, type_)).collect()
}

/// A literal as SQL compares it: money by minor units, instants as canonical text.
pub(super) fn literal(value: &Value, type_: FieldType) -> Result<Value, String> {
    match (value, type_) {
        (Value::Null, _) => return Ok(Value::Null),
        (Value::Number(n), FieldType::Money) if n.is_i64() => return Ok(value.clone()),
        _ => {}
    }
    let canonical = value::normalise_field("value", type_, value)
        .map_err(|fault| format!("expected {}, found {}", fault.expected, fault.found))?;
    Ok(match canonical {
        Value::Bool(b) => Value::from(i64::from(b)),
        Value::Object(money) => money.get("minor").cloned().unwrap_or(Value::Null),
        other => other,
    })
}
