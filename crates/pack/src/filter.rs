//! Structured filters, compiled to parameterised SQL over a table with columns
//! `kind, id, revision, updated_at, title, body, computed`.

#[cfg(test)]
mod tests;
mod window;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::expr::{Allowed, EvalError, Program, Scope};
use crate::format::{
    Among, Answer, ComputedDef, FieldDef, FieldType, FilterDef, Operand, OpsDef, TestDef,
};
use crate::pack::{Kind, Lookup};
use crate::value;

pub use window::Bound;

/// Most values of one `in`.
const MAX_AMONG: usize = 200;

/// A compiled filter; all its tests must hold.
#[derive(Debug, Default)]
pub struct Filter {
    tests: Vec<Test>,
}

/// SQL with its parameters, in order of `?`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sql {
    /// A boolean expression over columns `body` and `computed`; parameters are anonymous `?`.
    pub text: String,
    /// Parameters: strings, numbers or null; booleans are 0 and 1, as `json_extract` gives them.
    pub params: Vec<Value>,
}

#[derive(Debug)]
struct Test {
    field: String,
    column: String,
    type_: FieldType,
    op: Op,
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
                    let operand = match source {
                        Source::Literal(value) => value.clone(),
                        Source::Expr(program) => {
                            let value = program.eval(scope)?;
                            literal(&value, test.type_).map_err(|message| EvalError {
                                message: format!("`{}`: {message}", test.field),
                            })?
                        }
                    };
                    compare(&mut sql, &column, *op, operand);
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
    let fault = |message: String| EvalError {
        message: format!("`{}`: {message}", test.field),
    };
    let values = value
        .as_array()
        .ok_or_else(|| fault("expected a list".into()))?;
    if values.len() > MAX_AMONG {
        return Err(fault(format!("more than {MAX_AMONG} values")));
    }
    let values = values.iter().map(|value| literal(value, test.type_));
    values.collect::<Result<_, _>>().map_err(fault)
}

fn membership(sql: &mut Sql, column: &str, member: Member, values: Vec<Value>) {
    let marks = vec!["?"; values.len()].join(", ");
    sql.text.push_str(&match member {
        Member::OneOf => format!("{column} IN ({marks})"),
        Member::NoneOf => format!("({column} IS NULL OR {column} NOT IN ({marks}))"),
    });
    sql.params.extend(values);
}

enum Raw<'a> {
    Literal(Operation, &'a Value),
    Expr(Side, &'a str),
    Among(Member, &'a [Value]),
    Absent(bool),
}

/// How what an expression gives is compared.
#[derive(Clone, Copy)]
enum Side {
    Of(Operation),
    In(Member),
}

fn operations(test: &TestDef) -> Vec<(String, Raw<'_>)> {
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

fn among(values: &[Value], type_: FieldType) -> Result<Vec<Value>, String> {
    if values.is_empty() || values.len() > MAX_AMONG {
        return Err(format!("a list of 1 to {MAX_AMONG} values is needed"));
    }
    values.iter().map(|v| literal(v, type_)).collect()
}

/// A literal as SQL compares it: money by minor units, instants as canonical text.
fn literal(value: &Value, type_: FieldType) -> Result<Value, String> {
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
        };
        Ok((filter, aggregate))
    }
}
