//! Measures of metrics, compiled to one query each.
//!
//! However many windows are asked about (the one of now, the one before, each point of a
//! sparkline), the instants between which they lie cut time into pieces. One query answers an
//! aggregate for each piece, in one pass over an index; [`Pieces`] puts the pieces together to any
//! of the windows. Counts, sums, means, extremes and the newest can all be put together so.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use crate::expr::{EvalError, Scope};
use crate::filter::{Columns, Filter, Sql};
use crate::format::{Aggregate, MeasureDef};
use crate::pack::Kind;
use crate::value::instant_text;

#[cfg(test)]
mod tests;

/// A compiled measure.
#[derive(Debug)]
pub struct Measure {
    /// As written.
    pub def: MeasureDef,
    filter: Filter,
    field: Option<String>,
    time: Time,
}

/// How records lie in time, as SQL.
#[derive(Debug)]
enum Time {
    /// They do not.
    None,
    /// At this instant.
    At(String),
    /// From the one until the other.
    During { from: String, until: String },
}

/// Over what time a measure is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// From this instant on; from the beginning where absent.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant; what lasts is looked at in this very instant.
    pub to: DateTime<Utc>,
}

/// A question about records of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The kind.
    pub kind: String,
    /// What is selected: [`Piece`]'s fields in order, seven columns.
    pub select: String,
    /// Which records, over columns `body` and `computed`; without the kind.
    pub filter: Sql,
    /// What follows.
    pub group: String,
    /// The instants between the pieces, ascending.
    edges: Vec<DateTime<Utc>>,
}

/// What a measure says of one piece of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// Column 0: number of the edges at or before the instant, or strictly before the beginning.
    pub begins: usize,
    /// Column 1: number of the edges strictly before the end; of what has none more than there are.
    pub ends: usize,
    /// Column 2: the part, where it is asked by parts.
    pub part: Option<String>,
    /// Column 3: records.
    pub count: u64,
    /// Column 4: records whose field is there.
    pub there: u64,
    /// Column 5: sum, smallest, largest or newest of the field.
    pub value: Option<f64>,
    /// Column 6: instant of the newest, as text.
    pub newest: Option<String>,
}

/// The answer of [`Asked`].
#[derive(Debug, Clone, PartialEq)]
pub struct Pieces {
    answer: Aggregate,
    lasting: bool,
    edges: Vec<DateTime<Utc>>,
    pieces: Vec<Piece>,
}

/// What a measure says of one span.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measured {
    /// The aggregate; none where no record has what it is taken of. A count always is one.
    pub value: Option<f64>,
    /// Records measured.
    pub count: u64,
}

impl Measure {
    /// From a definition that the loader has checked.
    pub(crate) fn compile(def: &MeasureDef, columns: Columns<'_>, filter: Filter) -> Option<Self> {
        let column = |name: &String| columns.find(name).map(|(_, _, sql)| sql);
        let time = match (&def.at, &def.during) {
            (Some(at), _) => Time::At(column(at)?),
            (None, Some(during)) => {
                let until: Option<Vec<String>> = during.until.iter().map(column).collect();
                let until = match until?.as_slice() {
                    [one] => one.clone(),
                    several => format!("coalesce({})", several.join(", ")),
                };
                Time::During {
                    from: column(&during.from)?,
                    until,
                }
            }
            (None, None) => Time::None,
        };
        Some(Self {
            def: def.clone(),
            filter,
            field: match &def.field {
                Some(field) => Some(column(field)?),
                None => None,
            },
            time,
        })
    }

    /// Names of the fields whose indexes its questions go by.
    pub(crate) fn goes_by(&self) -> Vec<&str> {
        match (&self.def.at, &self.def.during) {
            (Some(at), _) => vec![at],
            (None, Some(during)) => {
                let filter = self.def.filter.keys().map(String::as_str);
                filter.chain([during.from.as_str()]).collect()
            }
            (None, None) => self.def.filter.keys().map(String::as_str).collect(),
        }
    }

    /// The one question that answers all these spans. `by` is a field by which it is split.
    pub fn ask(
        &self,
        kind: &Kind,
        scope: &Scope<'_>,
        spans: &[Span],
        by: Option<&str>,
    ) -> Result<Asked, EvalError> {
        let mut edges: Vec<DateTime<Utc>> = spans
            .iter()
            .flat_map(|span| span.from.into_iter().chain([span.to]))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let mut filter = self.filter.sql(kind, scope)?;
        let (first, last) = match (edges.first(), edges.last()) {
            (Some(first), Some(last)) => (instant_text(*first), instant_text(*last)),
            _ => return Err(fault("no window is asked about")),
        };
        let endless = spans.iter().any(|span| span.from.is_none());
        let (begins, ends) = match &self.time {
            Time::None => ("0".to_owned(), (edges.len() + 1).to_string()),
            Time::At(at) => {
                if !endless {
                    // A window is a small part of the records, "succeeded" nearly all of them, and
                    // the planner does not know: hidden from it, the filter takes no index away
                    // from the window.
                    filter.text = format!("(({}) IS TRUE)", filter.text);
                    and(&mut filter, &format!("{at} >= '{first}'"));
                }
                and(&mut filter, &format!("{at} < '{last}'"));
                (piece(at, "<", &edges, 0), "0".to_owned())
            }
            Time::During { from, until } => {
                and(&mut filter, &format!("{from} <= '{last}'"));
                and(
                    &mut filter,
                    &format!("({until} IS NULL OR {until} > '{first}')"),
                );
                let never = edges.len() + 1;
                let ends = format!(
                    "CASE WHEN {until} IS NULL THEN {never} ELSE {} END",
                    piece(until, "<=", &edges, 0)
                );
                (piece(from, "<=", &edges, 0), ends)
            }
        };
        let part = match by {
            Some(by) => crate::filter::column(kind, by).ok_or_else(|| fault("no such part"))?,
            None => "NULL".to_owned(),
        };
        let value = self.field.as_deref().unwrap_or("NULL");
        let there = if self.field.is_some() {
            format!("count({value})")
        } else {
            "count(*)".to_owned()
        };
        let (value, newest) = match (self.def.answer, &self.time) {
            (Aggregate::Count, _) => ("NULL".to_owned(), "NULL".to_owned()),
            (Aggregate::Sum | Aggregate::Mean, _) => (format!("total({value})"), "NULL".into()),
            (Aggregate::Min, _) => (format!("min({value})"), "NULL".into()),
            (Aggregate::Max, _) => (format!("max({value})"), "NULL".into()),
            // Beside a lone `max`, a bare column is that of the row that has it.
            (Aggregate::Last, Time::At(at)) => (value.to_owned(), format!("max({at})")),
            (Aggregate::Last, _) => return Err(fault("the newest by which instant?")),
        };
        Ok(Asked {
            kind: kind.name.clone(),
            select: format!("{begins}, {ends}, {part}, count(*), {there}, {value}, {newest}"),
            filter,
            group: "GROUP BY 1, 2, 3".to_owned(),
            edges,
        })
    }

    /// The question for the next instant at which this measure may change though no record does,
    /// where it is cut by windows that reach back `length` from now (none: everything until now).
    /// One row with one column: the instant as text, or null.
    ///
    /// The column is the soonest of what is still to come and, where windows move along, of what
    /// leaves them: its own instant, to which the caller adds the length ([`Later`]).
    pub fn ask_later(
        &self,
        kind: &Kind,
        scope: &Scope<'_>,
        now: DateTime<Utc>,
        length: Option<chrono::TimeDelta>,
    ) -> Result<Vec<(Later, Asked)>, EvalError> {
        let now_text = instant_text(now);
        let ask = |column: &str, condition: String| {
            let mut filter = self.filter.sql(kind, scope)?;
            and(&mut filter, &condition);
            Ok::<_, EvalError>(Asked {
                kind: kind.name.clone(),
                select: format!("min({column})"),
                filter,
                group: String::new(),
                edges: Vec::new(),
            })
        };
        let mut all = Vec::new();
        match &self.time {
            Time::None => {}
            Time::At(at) => {
                // Stamped in this very millisecond, it counts from the next one on.
                all.push((Later::After, ask(at, format!("{at} >= '{now_text}'"))?));
                if let Some(length) = length {
                    let first = instant_text(now - length);
                    let inside = format!("{at} >= '{first}' AND {at} < '{now_text}'");
                    all.push((Later::Leaves(length), ask(at, inside)?));
                }
            }
            Time::During { from, until } => {
                all.push((Later::At, ask(from, format!("{from} > '{now_text}'"))?));
                all.push((Later::At, ask(until, format!("{until} > '{now_text}'"))?));
            }
        }
        Ok(all)
    }

    /// Puts together what [`Measure::ask`] was answered.
    pub fn pieces(&self, asked: &Asked, pieces: Vec<Piece>) -> Pieces {
        Pieces {
            answer: self.def.answer,
            lasting: !matches!(self.time, Time::At(_)),
            edges: asked.edges.clone(),
            pieces,
        }
    }
}

/// What an instant that [`Measure::ask_later`] finds means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// Something changes then.
    At,
    /// Something changes right after it.
    After,
    /// Something changes so much later, right after.
    Leaves(chrono::TimeDelta),
}

impl Later {
    /// The instant of the change.
    pub fn instant(self, found: DateTime<Utc>) -> DateTime<Utc> {
        let right_after = chrono::TimeDelta::milliseconds(1);
        match self {
            Self::At => found,
            Self::After => found + right_after,
            Self::Leaves(length) => found + length + right_after,
        }
    }
}

impl Asked {
    /// The whole statement. `table` has the columns of records; `of` is a condition more, with its
    /// parameters first, such as `tenant = ?`.
    pub fn statement(&self, table: &str, of: Option<&str>) -> String {
        let of = of.map_or_else(String::new, |of| format!("{of} AND "));
        format!(
            "SELECT {} FROM {table} WHERE {of}kind = '{}' AND {} {}",
            self.select, self.kind, self.filter.text, self.group
        )
    }
}

impl Pieces {
    /// What the measure says of one of the spans that were asked about.
    pub fn of(&self, span: &Span) -> Measured {
        self.put_together(span, |_| true)
    }

    /// The parts of a span, the largest first; of equals by name.
    pub fn parts(&self, span: &Span) -> Vec<(Option<String>, Measured)> {
        let mut names: Vec<&Option<String>> = self.pieces.iter().map(|p| &p.part).collect();
        names.sort_unstable();
        names.dedup();
        let mut parts: Vec<(Option<String>, Measured)> = names
            .into_iter()
            .map(|name| {
                (
                    name.clone(),
                    self.put_together(span, |piece| piece.part == *name),
                )
            })
            .filter(|(_, measured)| measured.count > 0)
            .collect();
        parts.sort_by(|a, b| {
            let value = |m: &Measured| m.value.unwrap_or(f64::NEG_INFINITY);
            value(&b.1)
                .total_cmp(&value(&a.1))
                .then_with(|| a.0.cmp(&b.0))
        });
        parts
    }

    fn put_together(&self, span: &Span, of: impl Fn(&Piece) -> bool) -> Measured {
        let at_or_before = |at: DateTime<Utc>| self.edges.partition_point(|edge| *edge <= at);
        let from = span.from.map_or(0, at_or_before);
        let to = at_or_before(span.to);
        let lies = |piece: &&Piece| {
            if self.lasting {
                // Begun at that edge at the latest, ended after it.
                piece.begins < to && piece.ends >= to
            } else {
                (from..to).contains(&piece.begins)
            }
        };
        let mut measured = Measured::default();
        let mut there = 0_u64;
        let mut newest: Option<&str> = None;
        for piece in self.pieces.iter().filter(lies).filter(|piece| of(piece)) {
            measured.count += piece.count;
            there += piece.there;
            let Some(value) = piece.value else { continue };
            measured.value = Some(match (self.answer, measured.value) {
                (_, None) => {
                    newest = piece.newest.as_deref();
                    value
                }
                (Aggregate::Min, Some(known)) => known.min(value),
                (Aggregate::Max, Some(known)) => known.max(value),
                (Aggregate::Last, Some(known)) if piece.newest.as_deref() <= newest => known,
                (Aggregate::Last, Some(_)) => {
                    newest = piece.newest.as_deref();
                    value
                }
                (_, Some(known)) => known + value,
            });
        }
        #[allow(clippy::cast_precision_loss)]
        match self.answer {
            Aggregate::Count => measured.value = Some(measured.count as f64),
            Aggregate::Sum => measured.value = Some(measured.value.unwrap_or(0.0)),
            Aggregate::Mean => {
                let sum = measured.value.filter(|_| there > 0);
                measured.value = sum.map(|sum| sum / there as f64);
            }
            Aggregate::Min | Aggregate::Max | Aggregate::Last => {}
        }
        measured
    }
}

fn and(sql: &mut Sql, condition: &str) {
    // No parameters of its own: instants are digits and letters that we wrote ourselves.
    let _always_fits = write!(sql.text, " AND {condition}");
}

/// SQL for the number of edges at or before a column (`<`), or before it (`<=`), by halving.
fn piece(column: &str, below: &str, edges: &[DateTime<Utc>], before: usize) -> String {
    let middle = edges.len() / 2;
    let (Some(edge), Some(left), Some(right)) = (
        edges.get(middle),
        edges.get(..middle),
        edges.get(middle + 1..),
    ) else {
        return before.to_string();
    };
    format!(
        "CASE WHEN {column} {below} '{}' THEN {} ELSE {} END",
        instant_text(*edge),
        piece(column, below, left, before),
        piece(column, below, right, before + middle + 1)
    )
}

fn fault(message: &str) -> EvalError {
    EvalError {
        message: message.to_owned(),
    }
}
