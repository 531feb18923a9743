//! What waits for the operator in a queue: how many, how long it takes, and the deadlines in it.
//!
//! A deadline that is an indexed field is looked up by its instant, so that what is due soon is
//! found among any number; of any other, and of one that pauses move, the first [`MOST`] records of
//! the view are looked at.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_pack::format::{Nature, Tone, WarnDef};
use watchkeeper_pack::pack::{Clock, View};
use watchkeeper_pack::{Pack, filter};

use super::cells::clock_view;
use super::queries::narrow::Wish;
use super::queries::sections::{Section, Sections};
use super::view::ClockView;
use crate::error::{Code, Error};
use crate::features::reading::{Reading, Row};

/// The most records of one section whose clocks are looked at.
const MOST: u32 = 2_000;

/// How many are looked at where one is wanted.
const FEW: u32 = 8;

/// What waits in a queue.
pub(crate) struct Waiting<'a> {
    asked: Sections<'a>,
    /// Places of the sections that wait, and how many stand there.
    counts: Vec<(usize, u32)>,
}

/// A deadline of a record.
pub(crate) struct Deadline {
    pub(crate) row: Row,
    pub(crate) due: DateTime<Utc>,
    pub(crate) clock: ClockView,
}

/// After `from` and not after `to`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) to: Option<DateTime<Utc>>,
}

impl<'a> Waiting<'a> {
    /// Counts it. What waits is what stands in the sections that say so.
    pub(crate) fn new(reading: &Reading<'_>, pack: &'a Pack, view: &str) -> Result<Self, Error> {
        let asked = Sections::new(reading, pack, view, Wish::default())?;
        let mut counts = Vec::new();
        for (place, section) in asked.sections.iter().enumerate() {
            if section.waits {
                counts.push((place, asked.count(reading, section)?.count));
            }
        }
        Ok(Self { asked, counts })
    }

    pub(crate) fn view(&self) -> &'a View {
        self.asked.view
    }

    fn sections(&self) -> impl Iterator<Item = (&Section, u32)> {
        self.counts
            .iter()
            .filter_map(|(place, count)| Some((self.asked.sections.get(*place)?, *count)))
    }

    /// How many wait.
    pub(crate) fn open(&self) -> u32 {
        self.counts
            .iter()
            .fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// How many may remain.
    pub(crate) fn target(&self) -> u32 {
        self.view()
            .def
            .queue
            .as_ref()
            .map_or(0, |queue| queue.target)
    }

    /// Estimated minutes for all of it, with those that do not depend on how many wait; none where
    /// nothing does.
    pub(crate) fn minutes(&self) -> f64 {
        if self.open() == 0 {
            return 0.0;
        }
        let queue = self.view().def.queue.as_ref();
        let fixed = queue.map_or(0.0, |queue| queue.minutes_fixed);
        self.sections()
            .map(|(section, count)| f64::from(count) * section.minutes_each)
            .sum::<f64>()
            + fixed
    }

    /// The first section that offers an action for all of it: its id and how many.
    pub(crate) fn at_once(&self) -> Option<(String, u32)> {
        self.sections()
            .find(|(section, count)| *count > 0 && section.at_once.is_some())
            .map(|(section, count)| (section.id.clone(), count))
    }

    /// An action on its records moves money.
    pub(crate) fn moves_money(&self) -> bool {
        let mut actions = self.asked.kind.actions.values();
        actions.any(|action| action.def.nature == Nature::Money)
    }

    /// How many came into the view since; none where it does not say when they do.
    pub(crate) fn arrived(
        &self,
        reading: &Reading<'_>,
        since: DateTime<Utc>,
    ) -> Result<Option<u32>, Error> {
        let queue = self.view().def.queue.as_ref();
        match queue.and_then(|queue| queue.arrived.as_deref()) {
            Some(field) => self.asked.count_since(reading, field, since),
            None => Ok(None),
        }
    }

    /// Records whose clock has turned amber or red.
    pub(crate) fn urgent(&self, reading: &Reading<'_>, pack: &Pack) -> Result<u32, Error> {
        let now = reading.now.at;
        let session = reading.rights.next_session(pack, now);
        let mut urgent = BTreeSet::new();
        for (name, clock) in &self.asked.kind.clocks {
            let until = match clock.def.warn {
                WarnDef::MinutesBefore(minutes) => now + TimeDelta::minutes(i64::from(minutes)),
                WarnDef::BeforeNextSession => session.unwrap_or(now),
            };
            let soon = Span {
                from: None,
                to: Some(until),
            };
            for deadline in self.of(reading, (name, clock), soon, (false, MOST))? {
                if matches!(deadline.clock.tone, Tone::Amber | Tone::Red) {
                    urgent.insert(deadline.row.id);
                }
            }
        }
        Ok(u32::try_from(urgent.len()).unwrap_or(u32::MAX))
    }

    /// Deadlines within a span, of clocks that run; the soonest first.
    pub(crate) fn deadlines(
        &self,
        reading: &Reading<'_>,
        span: Span,
    ) -> Result<Vec<Deadline>, Error> {
        self.all(reading, span, (false, MOST))
    }

    /// The first deadline of a span, or the last, of a clock that runs.
    pub(crate) fn deadline(
        &self,
        reading: &Reading<'_>,
        span: Span,
        latest: bool,
    ) -> Result<Option<Deadline>, Error> {
        // The clocks of almost all that waits run: few have to be looked at.
        for most in [FEW, MOST] {
            let mut found = self.all(reading, span, (latest, most))?;
            if !found.is_empty() {
                let at = if latest { found.len() - 1 } else { 0 };
                return Ok(Some(found.swap_remove(at)));
            }
        }
        Ok(None)
    }

    fn all(
        &self,
        reading: &Reading<'_>,
        span: Span,
        limit: (bool, u32),
    ) -> Result<Vec<Deadline>, Error> {
        let mut all = Vec::new();
        for clock in &self.asked.kind.clocks {
            all.extend(self.of(reading, clock, span, limit)?);
        }
        all.sort_by(|one, other| (one.due, &one.row.id).cmp(&(other.due, &other.row.id)));
        Ok(all)
    }

    fn of(
        &self,
        reading: &Reading<'_>,
        (name, clock): (&String, &Clock),
        Span { from, to }: Span,
        (latest, most): (bool, u32),
    ) -> Result<Vec<Deadline>, Error> {
        let kind = self.asked.kind;
        let mut all = Vec::new();
        for (section, count) in self.sections() {
            if count == 0 {
                continue;
            }
            let rows = match clock.due_field(kind) {
                Some(field) => {
                    self.asked
                        .rows_between(reading, section, field, (from, to), (latest, most))?
                }
                None => {
                    let order = filter::order_by(kind, &self.view().def.sort)
                        .ok_or(Error::new(Code::PackInvalid))?;
                    self.asked.rows(reading, section, &order, (0, MOST))?
                }
            };
            all.extend(rows.into_iter().filter_map(|row| {
                let clock = clock_view(reading, kind, name, &row)?;
                let due = due(reading.now.at, &clock);
                let within = from.is_none_or(|from| due > from) && to.is_none_or(|to| due <= to);
                // What stands still comes no nearer; what had passed before that is still passed.
                let comes = clock.runs && (clock.paused.is_none() || clock.seconds_left <= 0.0);
                (comes && within).then_some(Deadline { row, due, clock })
            }));
        }
        Ok(all)
    }
}

/// The instant of a clock. Milliseconds of any instant that a record may hold are exact.
#[allow(clippy::cast_possible_truncation)]
fn due(now: DateTime<Utc>, clock: &ClockView) -> DateTime<Utc> {
    now + TimeDelta::milliseconds((clock.seconds_left * 1_000.0).round() as i64)
}
