//! Expressions: CEL behind one module. Nobody else names the `cel` crate.
//!
//! An expression is checked when it is compiled: only declared names, only the functions of
//! [`check::FUNCTIONS`], a bounded number of nodes, bounded depth, and no loops. So an expression
//! that compiles ends soon, and what it makes is small. What may still go wrong when it runs
//! (a value that is missing, a type that does not fit) is an [`EvalError`], never a guess.
//!
//! Null: an optional field that a record does not have is `null`; a required one that is missing
//! is an error. `has()` is not offered, because a field is either declared or unknown.

mod check;
mod direct;
mod own;
mod scope;
mod source;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use serde_json::Value;

pub(crate) use check::nearest;
use direct::Direct;
pub(crate) use own::OF_DAYS;
pub use scope::Scope;

/// Longest expression, in bytes.
pub const MAX_SOURCE: usize = 2_000;
/// Stack of the thread that parses; the parser takes several hundred KiB for a trivial input.
const PARSER_STACK: usize = 64 << 20;

static ENV: LazyLock<Arc<cel::Env>> = LazyLock::new(|| Arc::new(cel::Env::stdlib()));

/// A compiled expression.
pub struct Program {
    /// As written.
    pub source: String,
    program: Arc<cel::Program>,
    references: BTreeSet<Reference>,
    followed: BTreeSet<(String, String)>,
    direct: Option<Direct>,
    /// It may call a function of our own.
    calls_own: bool,
}

thread_local! {
    /// On a thread of [`parsing`]: what was parsed there, by source.
    static PARSED: RefCell<Option<HashMap<String, Arc<cel::Program>>>> =
        const { RefCell::new(None) };
}

/// Does `work` on a thread whose stack is large enough to parse on, and remembers what is parsed
/// there: a pack says many an expression more than once.
///
/// # Errors
/// There was no thread to be had.
pub(crate) fn parsing<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    if PARSED.with_borrow(Option::is_some) {
        return Ok(work());
    }
    std::thread::scope(|threads| {
        let parser = std::thread::Builder::new()
            .stack_size(PARSER_STACK)
            .spawn_scoped(threads, || {
                PARSED.set(Some(HashMap::new()));
                work()
            })?;
        Ok(parser.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Program").field(&self.source).finish()
    }
}

/// A name that an expression reads: `record.amount`, or `now`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// `record`, `params`, `actor`, `now`, …
    pub root: String,
    /// Its field, where one is read.
    pub field: Option<String>,
}

/// What may follow a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A value; what is selected on it is not checked.
    Value,
    /// A value of a list, with what its values are called; a text that prints it says so.
    Words(Arc<BTreeMap<String, String>>),
    /// Only these fields; the name never stands alone.
    Fields(Arc<BTreeMap<String, Shape>>),
}

impl Shape {
    /// Only these fields.
    pub fn fields(names: impl IntoIterator<Item = (String, Shape)>) -> Self {
        Self::Fields(Arc::new(names.into_iter().collect()))
    }

    /// A value, with what those are called that it may have; none are where it is of no list.
    pub fn words(words: impl IntoIterator<Item = (String, String)>) -> Self {
        let words: BTreeMap<_, _> = words.into_iter().collect();
        match words.is_empty() {
            true => Self::Value,
            false => Self::Words(Arc::new(words)),
        }
    }
}

/// Names that an expression or template may read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// By root.
    pub roots: BTreeMap<String, Shape>,
    /// Read where the tenant's zone is known: days may be asked for.
    pub zoned: bool,
}

impl Allowed {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Also `root` as a value, such as `now`.
    #[must_use]
    pub fn value(mut self, root: &str) -> Self {
        self.roots.insert(root.to_owned(), Shape::Value);
        self
    }

    /// Also `root.name` for each name.
    #[must_use]
    pub fn fields<I, S>(self, root: &str, names: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        let names = names.into_iter().map(|name| (name.into(), Shape::Value));
        self.shape(root, Shape::fields(names))
    }

    /// Also days of the tenant: what reads them is run where its zone is known.
    #[must_use]
    pub fn zoned(mut self) -> Self {
        self.zoned = true;
        self
    }

    /// Also `root` with this shape.
    #[must_use]
    pub fn shape(mut self, root: &str, shape: Shape) -> Self {
        self.roots.insert(root.to_owned(), shape);
        self
    }
}

/// An expression that does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExprError {
    /// What is wrong.
    pub message: String,
    /// Line in the expression, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// An expression that gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// Why.
    pub message: String,
}

impl EvalError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl ExprError {
    fn at_start(message: String) -> Self {
        Self {
            message,
            line: 1,
            column: 1,
        }
    }
}

/// Parses, on a thread of [`parsing`].
fn parsed(source: &str) -> Result<Arc<cel::Program>, ExprError> {
    let known = PARSED.with_borrow(|known| known.as_ref()?.get(source).map(Arc::clone));
    if let Some(program) = known {
        return Ok(program);
    }
    let program = catch_unwind(AssertUnwindSafe(|| ENV.compile(source)))
        .map_err(|_| ExprError::at_start("the parser gave up".to_owned()))?
        .map_err(|errors| {
            let first = errors.errors.first();
            let place = |n: Option<isize>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
            ExprError {
                message: first.map_or_else(
                    || "not an expression".to_owned(),
                    |e| check::plain_words(&e.msg),
                ),
                line: place(first.map(|e| e.pos.0)).max(1),
                column: place(first.map(|e| e.pos.1)).max(1),
            }
        })?;
    let program = Arc::new(program);
    PARSED.with_borrow_mut(|known| {
        if let Some(known) = known {
            known.insert(source.to_owned(), Arc::clone(&program));
        }
    });
    Ok(program)
}

impl Program {
    /// Compiles and checks.
    ///
    /// # Errors
    /// It is too long, no expression, or reads or calls what is not offered.
    pub fn compile(source: &str, allowed: &Allowed) -> Result<Self, ExprError> {
        if source.len() > MAX_SOURCE {
            let size = source.len();
            return Err(ExprError::at_start(format!(
                "longer than {MAX_SOURCE} bytes ({size} bytes)"
            )));
        }
        source::check(source)?;
        let program = parsing(|| parsed(source)).unwrap_or_else(|error| {
            let message = format!("no thread to parse on: {error}");
            Err(ExprError::at_start(message))
        })?;
        let (references, followed) = check::check(&program, source, allowed)?;
        Ok(Self {
            direct: Direct::of(&program, &ENV),
            calls_own: own::may_be_called(source),
            source: source.to_owned(),
            program,
            references,
            followed,
        })
    }

    /// The names that it reads.
    pub fn references(&self) -> &BTreeSet<Reference> {
        &self.references
    }

    /// Of records referred to: the field that leads there, and the field that is read there.
    pub(crate) fn followed(&self) -> &BTreeSet<(String, String)> {
        &self.followed
    }

    /// Does it read anything of this root?
    pub fn reads(&self, root: &str) -> bool {
        self.references.iter().any(|r| r.root == root)
    }

    /// Does it read `root.field`?
    pub fn reads_field(&self, root: &str, field: &str) -> bool {
        self.references
            .iter()
            .any(|r| r.root == root && r.field.as_deref() == Some(field))
    }

    /// Its value; instants as canonical text.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        scope::to_json(&self.run(scope)?)
    }

    /// Its value, where only true or false will do.
    pub fn eval_bool(&self, scope: &Scope<'_>) -> Result<bool, EvalError> {
        match self.run(scope)? {
            cel::Value::Bool(answer) => Ok(answer),
            other => Err(EvalError::new(format!(
                "expected true or false, found {}",
                scope::type_name(&other)
            ))),
        }
    }

    /// Its value, where only an instant will do.
    pub fn eval_instant(&self, scope: &Scope<'_>) -> Result<DateTime<Utc>, EvalError> {
        self.eval_optional_instant(scope)?
            .ok_or_else(|| EvalError::new("expected an instant, found null"))
    }

    /// Its value, where only an instant or null will do.
    pub fn eval_optional_instant(
        &self,
        scope: &Scope<'_>,
    ) -> Result<Option<DateTime<Utc>>, EvalError> {
        match self.run(scope)? {
            cel::Value::Timestamp(at) => Ok(Some(at.with_timezone(&Utc))),
            cel::Value::Null => Ok(None),
            other => Err(EvalError::new(format!(
                "expected an instant, found {}",
                scope::type_name(&other)
            ))),
        }
    }

    /// Its value, where only a number or null will do.
    pub fn eval_optional_number(&self, scope: &Scope<'_>) -> Result<Option<f64>, EvalError> {
        let value = self.eval(scope)?;
        match value.as_f64() {
            None if value.is_null() => Ok(None),
            None => Err(EvalError::new("expected a number")),
            number => Ok(number),
        }
    }

    fn run(&self, scope: &Scope<'_>) -> Result<cel::Value, EvalError> {
        match &self.direct {
            Some(direct) => match direct.value(scope)? {
                Some(value) => Ok(value),
                None => self.execute(scope),
            },
            None => self.execute(scope),
        }
    }

    fn execute(&self, scope: &Scope<'_>) -> Result<cel::Value, EvalError> {
        let mut context = cel::Context::with_env(Arc::clone(&ENV));
        scope.bind(&self.references, &mut context)?;
        if self.calls_own {
            own::add(&mut context, scope.zone)?;
        }
        self.program
            .execute(&context)
            .map_err(|error| EvalError::new(scope::plain_error(&error)))
    }
}
