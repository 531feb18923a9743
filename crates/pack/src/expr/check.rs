//! What an expression may contain.

use std::collections::BTreeSet;

use cel::common::ast::{EntryExpr, Expr, IdedEntryExpr, IdedExpr, SelectExpr};

use super::{Allowed, ExprError, Reference, Shape, own};

/// Most nodes after macros are expanded.
const MAX_NODES: usize = 600;
/// Deepest nesting after macros are expanded.
const MAX_DEPTH: usize = 40;
/// Longest path of fields, `a.b.c`.
const MAX_PATH: usize = 8;
/// Most additions: each may copy the heaviest text that is read.
const MAX_ADDITIONS: usize = 40;

/// Functions and operators that may be called.
pub(super) const FUNCTIONS: &[&str] = &[
    "_==_",
    "_!=_",
    "_<_",
    "_<=_",
    "_>_",
    "_>=_",
    "_+_",
    "_-_",
    "_*_",
    "_/_",
    "_%_",
    "_&&_",
    "_||_",
    "!_",
    "-_",
    "_?_:_",
    "@in",
    "_[_]",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "duration",
    "timestamp",
    "int",
    "double",
    "string",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
    "getDate",
    "getDayOfWeek",
    "getDayOfYear",
    "getDayOfMonth",
    "getMonth",
    "getFullYear",
    own::DAY,
    own::END_OF_DAY,
    own::SLUG,
];

/// The parser's first sentence, without its jargon.
pub(super) fn plain_words(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default().trim();
    let short: String = first
        .trim_start_matches("Syntax error: ")
        .chars()
        .take(160)
        .collect();
    format!("not an expression: {short}")
}

/// What an expression reads: its names, and of each field below `refs` what is read there.
pub(super) type Read = (BTreeSet<Reference>, BTreeSet<(String, String)>);

/// Checks a parsed expression and collects what it reads.
pub(super) fn check(
    program: &cel::Program,
    source: &str,
    allowed: &Allowed,
) -> Result<Read, ExprError> {
    let mut walk = Walk {
        program,
        source,
        allowed,
        references: BTreeSet::new(),
        followed: BTreeSet::new(),
        nodes: 0,
        additions: 0,
    };
    walk.node(program.expression(), 0)?;
    Ok((walk.references, walk.followed))
}

struct Walk<'a> {
    program: &'a cel::Program,
    source: &'a str,
    allowed: &'a Allowed,
    references: BTreeSet<Reference>,
    followed: BTreeSet<(String, String)>,
    nodes: usize,
    additions: usize,
}

impl Walk<'_> {
    fn node(&mut self, node: &IdedExpr, depth: usize) -> Result<(), ExprError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.refuse(node, format!("more than {MAX_NODES} parts"));
        }
        if depth > MAX_DEPTH {
            return self.refuse(node, format!("nested deeper than {MAX_DEPTH}"));
        }
        let below = depth + 1;
        match &node.expr {
            Expr::Unspecified => self.refuse(node, "not an expression".into()),
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.name(node, name, &[]),
            Expr::Select(select) => self.select(node, select, below),
            Expr::Call(call) => {
                if !FUNCTIONS.contains(&call.func_name.as_str()) {
                    let message = format!("unknown function `{}`", call.func_name);
                    return self.refuse(node, message);
                }
                if own::OF_DAYS.contains(&call.func_name.as_str()) {
                    self.of_days(node, &call.func_name, call.target.is_some())?;
                }
                self.additions += usize::from(call.func_name == "_+_");
                if self.additions > MAX_ADDITIONS {
                    let message = format!("more than {MAX_ADDITIONS} additions");
                    return self.refuse(node, message);
                }
                let parts = call.target.iter().map(Box::as_ref).chain(&call.args);
                parts
                    .into_iter()
                    .try_for_each(|part| self.node(part, below))
            }
            Expr::List(list) => list.elements.iter().try_for_each(|e| self.node(e, below)),
            Expr::Map(map) => map.entries.iter().try_for_each(|e| self.entry(e, below)),
            Expr::Struct(_) => self.refuse(node, "message types are not offered".into()),
            // Nothing bounds how often a loop runs, nor what it gathers.
            Expr::Comprehension(_) => self.refuse(
                node,
                "loops such as `all` and `map` are not offered: ask with a lookup".into(),
            ),
        }
    }

    /// Elsewhere nothing says whose day is meant, and what is stored would not follow it.
    fn of_days(&self, node: &IdedExpr, name: &str, of_something: bool) -> Result<(), ExprError> {
        if !self.allowed.zoned {
            let message = format!("`{name}` is offered in actions and computed fields alone");
            return self.refuse(node, message);
        }
        // By its word the loader sees that a computed field is not to be stored.
        if of_something {
            return self.refuse(node, format!("`{name}` takes its instant in brackets"));
        }
        Ok(())
    }

    fn entry(&mut self, entry: &IdedEntryExpr, depth: usize) -> Result<(), ExprError> {
        match &entry.expr {
            EntryExpr::StructField(field) => self.node(&field.value, depth),
            EntryExpr::MapEntry(pair) => {
                self.node(&pair.key, depth)?;
                self.node(&pair.value, depth)
            }
        }
    }

    /// `a.b.c`: the whole path is one name where it starts with one.
    fn select(
        &mut self,
        node: &IdedExpr,
        select: &SelectExpr,
        depth: usize,
    ) -> Result<(), ExprError> {
        if select.test {
            let message = "`has` is not offered: compare with `null`".into();
            return self.refuse(node, message);
        }
        let mut fields = vec![select.field.as_str()];
        let mut below = select.operand.as_ref();
        loop {
            match &below.expr {
                Expr::Select(inner) if !inner.test => {
                    if fields.len() >= MAX_PATH {
                        return self.refuse(node, format!("a path longer than {MAX_PATH}"));
                    }
                    fields.push(inner.field.as_str());
                    below = inner.operand.as_ref();
                }
                Expr::Ident(name) => {
                    fields.reverse();
                    return self.name(below, name, &fields);
                }
                _ => return self.node(below, depth),
            }
        }
    }

    fn name(&mut self, node: &IdedExpr, root: &str, fields: &[&str]) -> Result<(), ExprError> {
        let Some(mut shape) = self.allowed.roots.get(root) else {
            return self.refuse(node, format!("unknown name `{root}`{}", self.offer(root)));
        };
        let mut path = root.to_owned();
        let mut rest = fields.iter();
        while let Shape::Fields(names) = shape {
            let Some(field) = rest.next() else {
                return self.refuse(node, format!("`{path}` must be followed by a field"));
            };
            let Some(next) = names.get(*field) else {
                let near = nearest(field, names.keys().map(String::as_str));
                return self.refuse(node, format!("unknown name `{path}.{field}`{near}"));
            };
            path = format!("{path}.{field}");
            shape = next;
        }
        if let ("refs", [field, below, ..]) = (root, fields) {
            self.followed
                .insert(((*field).to_owned(), (*below).to_owned()));
        }
        self.references.insert(Reference {
            root: root.to_owned(),
            field: fields.first().map(|f| (*f).to_owned()),
        });
        Ok(())
    }

    fn offer(&self, root: &str) -> String {
        nearest(root, self.allowed.roots.keys().map(String::as_str))
    }

    fn refuse<T>(&self, node: &IdedExpr, message: String) -> Result<T, ExprError> {
        let start = self.program.source_info().offset_for(node.id);
        let start = start.map_or(0, |(start, _)| start as usize);
        let (mut line, mut column) = (1, 1);
        for c in self.source.chars().take(start) {
            (line, column) = if c == '\n' {
                (line + 1, 1)
            } else {
                (line, column + 1)
            };
        }
        Err(ExprError {
            message,
            line,
            column,
        })
    }
}

/// `; did you mean …?` where something is near, else empty.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(d, candidate)| *d <= 1 + candidate.len().min(name.len()) / 4)
        .min()
        .map_or_else(String::new, |(_, near)| format!("; did you mean `{near}`?"))
}

/// Levenshtein, over characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(64).enumerate() {
        let mut last = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let here = (last + usize::from(ca != *cb)).min(left + 1).min(*cell + 1);
            last = std::mem::replace(cell, here);
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
