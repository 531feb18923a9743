//! A compiled filter as SQL, and a lookup that asks with one.

use serde_json::Value;

use super::{
    Filter, List, MAX_AMONG, MAX_ROWS, Member, Op, Operation, Test, column, literal, order_by,
};
use crate::expr::{EvalError, Scope};
use crate::format::Answer;
use crate::pack::{Kind, Lookup};

/// SQL with its parameters, in order of `?`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sql {
    /// A boolean expression over columns `body` and `computed`; parameters are anonymous `?`.
    pub text: String,
    /// Parameters: strings, numbers or null; booleans are 0 and 1, as `json_extract` gives them.
    pub params: Vec<Value>,
}

impl Filter {
    /// The SQL for this scope. `kind` is the kind asked about.
    pub fn sql(&self, kind: &Kind, scope: &Scope<'_>) -> Result<Sql, EvalError> {
        let mut sql = Sql {
            text: String::new(),
            params: Vec::new(),
        };
        for test in &self.tests {
            if !sql.text.is_empty() {
                sql.text.push_str(" AND ");
            }
            let column = column(kind, &test.field).unwrap_or_else(|| test.column.clone());
            match &test.op {
                Op::Absent(true) => sql.text.push_str(&format!("{column} IS NULL")),
                Op::Absent(false) => sql.text.push_str(&format!("{column} IS NOT NULL")),
                Op::Among(member, list) => {
                    let values = match list {
                        List::Literal(values) => values.clone(),
                        List::Expr(program) => listed(&program.eval(scope)?, test)?,
                    };
                    membership(&mut sql, &column, *member, values);
                }
                Op::Is(op, source) => {
                    compare(&mut sql, &column, *op, source.value(test, scope)?);
                }
            }
        }
        if sql.text.is_empty() {
            sql.text.push_str("TRUE");
        }
        Ok(sql)
    }
}

fn compare(sql: &mut Sql, column: &str, op: Operation, operand: Value) {
    let text = match (op, operand.is_null()) {
        (Operation::Eq, true) => format!("{column} IS NULL"),
        (Operation::Ne, true) => format!("{column} IS NOT NULL"),
        // No order holds against nothing.
        (_, true) => "FALSE".to_owned(),
        (Operation::Eq, false) => format!("{column} = ?"),
        (Operation::Ne, false) => format!("{column} IS NOT ?"),
        (Operation::Lt, false) => format!("{column} < ?"),
        (Operation::Lte, false) => format!("{column} <= ?"),
        (Operation::Gt, false) => format!("{column} > ?"),
        (Operation::Gte, false) => format!("{column} >= ?"),
    };
    sql.text.push_str(&text);
    if !operand.is_null() {
        sql.params.push(operand);
    }
}

/// What an expression gave, as a list; an empty one is none of anything.
fn listed(value: &Value, test: &Test) -> Result<Vec<Value>, EvalError> {
    let values = value
        .as_array()
        .ok_or_else(|| test.fault("expected a list"))?;
    if values.len() > MAX_AMONG {
        return Err(test.fault(&format!("more than {MAX_AMONG} values")));
    }
    let values = values.iter().map(|value| literal(value, test.type_));
    values
        .collect::<Result<_, _>>()
        .map_err(|message: String| test.fault(&message))
}

fn membership(sql: &mut Sql, column: &str, member: Member, values: Vec<Value>) {
    let marks = vec!["?"; values.len()].join(", ");
    sql.text.push_str(&match member {
        Member::OneOf => format!("{column} IN ({marks})"),
        Member::NoneOf => format!("({column} IS NULL OR {column} NOT IN ({marks}))"),
    });
    sql.params.extend(values);
}

impl Lookup {
    /// Where-part and aggregate of `SELECT <aggregate> FROM record_now WHERE kind = ? AND <where>`.
    ///
    /// `asked` is the kind named by `def.kind`. One row with one column comes back; no row (of
    /// `first`) means null. The where-part of `first` ends with its own `ORDER BY … LIMIT 1`.
    pub fn sql(&self, asked: &Kind, scope: &Scope<'_>) -> Result<(Sql, String), EvalError> {
        let mut filter = self.filter.sql(asked, scope)?;
        let field = || {
            let field = self.def.field.as_deref();
            field
                .and_then(|name| column(asked, name))
                .ok_or_else(|| EvalError {
                    message: "the lookup names no field".into(),
                })
        };
        let aggregate = match self.def.answer {
            Answer::Count => "count(*)".to_owned(),
            Answer::Sum => format!("coalesce(sum({}), 0)", field()?),
            Answer::Min => format!("min({})", field()?),
            Answer::Max => format!("max({})", field()?),
            Answer::First => {
                let order = order_by(asked, &self.def.sort).ok_or_else(|| EvalError {
                    message: "the lookup sorts on a field that is not indexed".into(),
                })?;
                filter.text.push_str(&format!(" ORDER BY {order} LIMIT 1"));
                field()?
            }
            Answer::List => self.listing(asked)?,
        };
        Ok((filter, aggregate))
    }

    /// The aggregate of a list, which is one text in JSON ([`rows`]).
    fn listing(&self, asked: &Kind) -> Result<String, EvalError> {
        let order = order_by(asked, &self.def.sort).ok_or_else(|| EvalError {
            message: "the lookup sorts on a field that is not indexed".into(),
        })?;
        let fields = self.def.fields.iter();
        let pairs = fields.map(|name| Some(format!("'{name}', {}", column(asked, name)?)));
        let pairs: Option<Vec<String>> = pairs.collect();
        let pairs = pairs.ok_or_else(|| EvalError {
            message: "the lookup names a field that is not there".into(),
        })?;
        let pairs = pairs.join(", ");
        Ok(format!(
            "CASE WHEN count(*) <= {MAX_ROWS}
             THEN json_group_array(json_object({pairs}) ORDER BY {order}) END"
        ))
    }

    /// It answers with a list, which its reader puts through [`rows`].
    pub fn is_list(&self) -> bool {
        self.def.answer == Answer::List
    }

    /// What the aggregate gave, as the lookup answers it.
    pub fn read(&self, given: Value) -> Value {
        if self.is_list() { rows(given) } else { given }
    }
}

/// The records of a list, of the text that its aggregate gives; null where there were too many.
pub fn rows(given: Value) -> Value {
    let text = given.as_str();
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}
