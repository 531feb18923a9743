//! Sections of a view as SQL: what belongs there. What stands in them is asked by `rows`.
//!
//! Rows with an operation of ours on its way stand in the engine's own section [`ON_THE_WAY`], as
//! they were when the operator acted, and in no other.

use rusqlite::types::Value as Sql;
use watchkeeper_pack::chip;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::pack::View;
use watchkeeper_pack::{Kind, Pack};

use super::groups;
use super::narrow::{Condition, Wish, narrowed};
use crate::error::{Code, Error};
use crate::features::queues::view::{CellValue, MoneyView};
use crate::features::reading::Reading;
use crate::sync::text::literal;

/// Id of the engine's own section.
pub(crate) const ON_THE_WAY: &str = "on_the_way";
/// Id of the only section of a view that names none.
const ALL: &str = "all";

/// A section, as a question.
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) note: Option<String>,
    /// Value that its rows have in common, where the view is grouped.
    pub(crate) group: Option<CellValue>,
    /// Action offered for all of it.
    pub(crate) at_once: Option<String>,
    /// What stands here waits for the operator.
    pub(crate) waits: bool,
    /// Estimated minutes for each record.
    pub(crate) minutes_each: f64,
    pub(crate) from: &'static str,
    pub(crate) filter: String,
    pub(crate) params: Vec<Sql>,
    /// Its number among the view's own; none where it is not one of them.
    pub(crate) number: Option<usize>,
    /// Of a group: what was counted when the groups were found.
    pub(crate) counted: Option<Counted>,
    /// Of a group: the index that has it together.
    pub(crate) together: Option<String>,
}

impl Section {
    /// What stands in this table and meets this condition, with nothing else said of it.
    pub(super) fn of(id: impl Into<String>, from: &'static str, condition: Condition) -> Self {
        Self {
            id: id.into(),
            label: String::new(),
            note: None,
            group: None,
            at_once: None,
            waits: false,
            minutes_each: 0.0,
            from,
            filter: condition.text,
            params: condition.params,
            number: None,
            counted: None,
            together: None,
        }
    }
}

/// The mirror itself: its indexes serve whole queries.
pub(crate) const MIRROR: &str = "main.record";
/// Rows are found by their numbers, and by no index.
pub(crate) const BY_NUMBER: &str = " NOT INDEXED";
/// A section with more rows than this is read along the index of the sort, others are sorted.
pub(crate) const MANY: u32 = 1_000;
/// As many records as this are looked at themselves, one by one; to find out which of more stand in a
/// section its index is walked along.
pub(super) const FEW: u32 = 100;

/// A view, as questions.
pub(crate) struct Sections<'a> {
    pub(crate) view: &'a View,
    pub(crate) kind: &'a Kind,
    /// Field that it is grouped by.
    pub(crate) group: Option<String>,
    /// In order, the engine's own after the first, or before all groups.
    pub(crate) sections: Vec<Section>,
    /// Where the view is grouped: its own sections in which something waits.
    pub(crate) waits_apart: Vec<Section>,
    pub(super) whole: Condition,
    pub(super) whole_from: &'static str,
    /// Records that it is narrowed to.
    pub(super) narrowed: Option<u32>,
    /// Sums are wanted.
    pub(super) sums: bool,
}

/// How many and how much.
#[derive(Clone, Default)]
pub(crate) struct Counted {
    pub(crate) count: u32,
    /// A sum for each currency.
    pub(crate) sums: Vec<MoneyView>,
}

impl Counted {
    /// Both together; amounts of each currency by themselves.
    pub(crate) fn add(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        for sum in &other.sums {
            match self
                .sums
                .iter_mut()
                .find(|known| known.currency == sum.currency)
            {
                Some(known) => known.minor += sum.minor,
                None => self.sums.push(sum.clone()),
            }
        }
    }
}

/// What the filters of a view see.
pub(crate) fn scope(reading: &Reading<'_>, pack: &Pack) -> Scope<'static> {
    Scope {
        actor: reading.rights.actor_value(),
        settings: pack.settings_in_force(&reading.rights.settings),
        controls: pack.controls_in_force(&reading.rights.controls),
        now: Some(reading.now.at),
        ..Scope::default()
    }
}

impl<'a> Sections<'a> {
    /// The questions of a view now, narrowed and grouped as the operator wishes.
    pub(crate) fn new(
        reading: &Reading<'_>,
        pack: &'a Pack,
        view: &str,
        wish: Wish<'_>,
    ) -> Result<Self, Error> {
        let view = pack.view(view).ok_or(Error::new(Code::NotFound))?;
        let kind = pack.kind(&view.kind).ok_or(Error::new(Code::NotFound))?;
        let scope = scope(reading, pack);
        let name = literal(&kind.name);
        let mut whole = Condition::plain(format!("kind = {name}"));
        whole.and(&Condition::of(&view.filter, kind, &scope)?);
        let from = reading.settled_table(&kind.name)?;
        let narrowed = narrowed(reading, kind, wish)?;
        let mut elsewhere = whole.clone();
        if let Some(narrowed) = &narrowed {
            elsewhere.and(&narrowed.elsewhere);
            match from {
                MIRROR => whole.and(&narrowed.mirror),
                _ => whole = elsewhere.clone(),
            }
        }
        let narrowed = narrowed.map(|narrowed| narrowed.records);
        let parts = view
            .sections
            .iter()
            .map(|filter| Condition::of(filter, kind, &scope))
            .collect::<Result<Vec<_>, _>>()?;
        let queue = view.def.queue.as_ref();
        let minutes_each = queue.map_or(0.0, |queue| queue.minutes_each);
        // Said only where there are some: else an index alone answers how many there are.
        let settled = match reading.on_the_way(&kind.name)? {
            Some(table) => format!(" AND id NOT IN (SELECT id FROM {table} WHERE kind = {name})"),
            None => String::new(),
        };
        let section = |id: &str, label: &str, note: Option<String>, part: Option<&Condition>| {
            let mut condition = whole.clone();
            if let Some(part) = part {
                condition.and(part);
            }
            condition.text.push_str(&settled);
            Section {
                label: label.to_owned(),
                note,
                minutes_each,
                ..Section::of(id, from, condition)
            }
        };
        let mut sections: Vec<Section> = view
            .def
            .sections
            .iter()
            .zip(&parts)
            .enumerate()
            .map(|(number, (def, part))| Section {
                number: Some(number),
                waits: def.waits,
                at_once: def.at_once.clone(),
                minutes_each: def.minutes_each.unwrap_or(minutes_each),
                ..section(&def.id, &def.label, def.note.clone(), Some(part))
            })
            .collect();
        if sections.is_empty() {
            sections.push(section(ALL, "", None, None));
        }
        if sections.iter().all(|section| !section.waits)
            && let Some(first) = sections.first_mut()
        {
            first.waits = true;
        }
        let any = Condition::any(&parts);
        let mut waits_apart = Vec::new();
        // A field that the pack does not have any more groups nothing.
        let group = wish
            .group
            .filter(|field| chip::groups(kind).contains(field));
        if let Some(field) = group {
            waits_apart = sections;
            waits_apart.retain(|section| section.waits);
            let all = section(ALL, "", None, any.as_ref());
            let few = narrowed.is_some_and(|records| records <= MANY);
            sections = groups::of(
                reading,
                kind,
                field,
                &all,
                (view.def.total.as_deref(), wish.sums, few),
            )?;
        }
        // Behind what waits first; before all groups.
        let place = usize::from(group.is_none());
        sections.insert(place, on_the_way(&elsewhere, any.as_ref()));
        Ok(Self {
            view,
            kind,
            group: group.map(ToOwned::to_owned),
            sections,
            waits_apart,
            whole,
            whole_from: from,
            narrowed,
            sums: wish.sums,
        })
    }
}

fn on_the_way(whole: &Condition, any: Option<&Condition>) -> Section {
    let mut whole = whole.clone();
    if let Some(any) = any {
        whole.and(any);
    }
    Section::of(ON_THE_WAY, "temp.on_the_way", whole)
}
