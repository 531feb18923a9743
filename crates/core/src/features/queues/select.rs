//! What an action on many records would do: nothing is done yet.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use watchkeeper_model::{Decision, Outcome, decide};
use watchkeeper_pack::format::{BulkDef, Confirm};
use watchkeeper_pack::{Action, Pack, filter};

use serde_json::{Map, Value};

use super::act::params;
use super::decide::{Case, lapses_unsent, takes_no_part};
use super::lane::in_the_way;
use super::queries::narrow::Wish;
use super::queries::sections::{ON_THE_WAY, Section, Sections};
use super::record::{ask_view, mail_views, params_view, undo_view};
use super::sample;
use super::view::{AskView, DeniedView, MailView, SelectRequest, SelectedView, SelectionView};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::{Reading, Row, read};

/// The most records that are looked at.
const MOST: u32 = 2_000;

/// What an action on many records would do: nothing is done yet. Each is decided by itself, in the
/// view's order, until the cap is reached.
pub async fn select(engine: &Engine, request: SelectRequest) -> Result<SelectionView, Error> {
    read(engine, move |reading| {
        let pack = reading.pack.clone().ok_or(Error::new(Code::NoPack))?;
        let wish = Wish {
            search: &request.search,
            chips: &request.chips,
            ..Wish::default()
        };
        let asked = Sections::new(reading, &pack, &request.view, wish)?;
        let action = asked
            .kind
            .actions
            .get(&request.action)
            .ok_or(Error::new(Code::NotFound))?;
        let bulk = action.def.bulk.as_ref().ok_or(Error::with(
            Code::NotNow,
            "This action is not possible on many at once.",
        ))?;
        let mut selecting = Selecting {
            reading,
            pack: &pack,
            asked: &asked,
            action,
            bulk,
            params: params(&request.params)?,
            allowed: Vec::new(),
            denied: Vec::new(),
            will: Vec::new(),
            mails: Vec::new(),
            asks: BTreeMap::new(),
            asking: 0,
            not_after: None,
            beyond: 0,
            wrong: sample::wrong(reading, &asked.kind.name, action)?,
        };
        if request.ids.is_empty() {
            selecting.sections(request.section.as_deref())?;
        } else {
            selecting.among(&request.ids)?;
        }
        selecting.answer()
    })
    .await
}

struct Selecting<'a> {
    reading: &'a Reading<'a>,
    pack: &'a Pack,
    asked: &'a Sections<'a>,
    action: &'a Action,
    bulk: &'a BulkDef,
    params: Map<String, Value>,
    allowed: Vec<SelectedView>,
    denied: Vec<DeniedView>,
    will: Vec<String>,
    /// Of the first that takes part.
    mails: Vec<MailView>,
    /// Who has to agree to one of them, by row.
    asks: BTreeMap<String, AskView>,
    /// To how many of them somebody has to.
    asking: u32,
    /// The first latest instant of all that take part.
    not_after: Option<DateTime<Utc>>,
    beyond: u32,
    /// Records that did not look right in this session.
    wrong: BTreeSet<String>,
}

impl Selecting<'_> {
    fn order(&self) -> Result<String, Error> {
        filter::order_by(self.asked.kind, &self.asked.view.def.sort)
            .ok_or(Error::new(Code::PackInvalid))
    }

    /// All of one section, or of those that wait.
    fn sections(&mut self, wanted: Option<&str>) -> Result<(), Error> {
        let asked = self.asked;
        let of = |section: &&Section| match wanted {
            Some(id) => section.id == id,
            None => section.waits && section.id != ON_THE_WAY,
        };
        let mut left = MOST;
        for section in asked.sections.iter().filter(of) {
            let count = asked.count(self.reading, section)?.count;
            let rows = asked.rows_along(
                self.reading,
                (section, count),
                &asked.view.def.sort,
                (0, left.min(count)),
            )?;
            let looked_at = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            left = left.saturating_sub(looked_at);
            self.beyond = self.beyond.saturating_add(count.saturating_sub(looked_at));
            for row in rows {
                self.take(section, &row)?;
            }
        }
        Ok(())
    }

    /// These records, wherever in the view they stand. One that is not in it any more is told.
    fn among(&mut self, ids: &[String]) -> Result<(), Error> {
        let order = self.order()?;
        let asked = self.asked;
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        let (ids, over) = ids.split_at(ids.len().min(most));
        self.beyond = u32::try_from(over.len()).unwrap_or(u32::MAX);
        let mut found = BTreeSet::new();
        for section in &asked.sections {
            for row in asked.rows_among(self.reading, section, &order, ids)? {
                self.take(section, &row)?;
                found.insert(row.id);
            }
        }
        for id in ids.iter().filter(|id| !found.contains(*id)) {
            let title = self.reading.title(&asked.kind.name, id)?;
            self.denied.push(DeniedView {
                id: id.clone(),
                title: title.unwrap_or_else(|| id.clone()),
                row: None,
                detail: "It is not in this view any more.".to_owned(),
            });
        }
        Ok(())
    }

    fn take(&mut self, section: &Section, row: &Row) -> Result<(), Error> {
        if self.allowed.len() >= usize::try_from(self.bulk.cap).unwrap_or(usize::MAX) {
            self.beyond = self.beyond.saturating_add(1);
            return Ok(());
        }
        match self.denial(section, row)? {
            None => self.allowed.push(SelectedView {
                id: row.id.clone(),
                revision: row.revision,
                title: row.title.clone(),
            }),
            Some((rule, detail)) => self.denied.push(DeniedView {
                id: row.id.clone(),
                title: row.title.clone(),
                row: rule,
                detail,
            }),
        }
        Ok(())
    }

    /// Why a record does not take part: row and sentence. Parameters that are still to be filled in
    /// are no reason.
    fn denial(
        &mut self,
        section: &Section,
        row: &Row,
    ) -> Result<Option<(Option<String>, String)>, Error> {
        let reading = self.reading;
        let lane = format!("{}/{}", row.kind, row.id);
        if let Some(detail) = in_the_way(reading.lane(&lane)?.iter(), &self.action.name, None) {
            return Ok(Some((None, detail.to_owned())));
        }
        if self.wrong.contains(&row.id) {
            let sample = self.bulk.sample.as_ref();
            let detail = "It did not look right: decide on it by itself.".to_owned();
            return Ok(Some((sample.map(|sample| sample.row.clone()), detail)));
        }
        // Where nothing of ours is open, what a section shows is what is decided on.
        let now = match reading.is_at_rest() && section.id != ON_THE_WAY {
            true => None,
            false => reading.record(&row.kind, &row.id)?,
        };
        let case = Case::new(
            reading,
            self.pack,
            self.asked.kind,
            now.as_ref().unwrap_or(row),
        )?;
        let situation = case.situation(reading, &self.params);
        if let Some(left_out) = takes_no_part(&situation, self.action) {
            return Ok(Some(left_out));
        }
        let decision = decide(&situation, &self.action.name);
        if let Outcome::Deny { code, row, detail } = &decision.outcome
            && code != "params.invalid"
        {
            return Ok(Some((row.clone(), detail.clone())));
        }
        if lapses_unsent(reading, self.pack, &situation.kind.name, &decision) {
            let detail = "It may lapse before the platform can be reached again.".to_owned();
            return Ok(Some((Some(self.action.def.row.clone()), detail)));
        }
        let mails = match self.allowed.is_empty() {
            true => mail_views(&situation, &self.action.name),
            false => Vec::new(),
        };
        self.takes_part(decision, mails);
        Ok(None)
    }

    /// What is said of all that take part, with one more.
    fn takes_part(&mut self, decision: Decision, mails: Vec<MailView>) {
        if self.allowed.is_empty() {
            self.mails = mails;
        }
        if self.will.is_empty() {
            self.will = decision.will;
        }
        let limits = [self.not_after, decision.not_after];
        self.not_after = limits.into_iter().flatten().min();
        if !decision.asks.is_empty() {
            self.asking = self.asking.saturating_add(1);
        }
        let pack = self.pack;
        for ask in &decision.asks {
            let view = || ask_view(pack, ask);
            self.asks.entry(ask.row.clone()).or_insert_with(view);
        }
    }

    fn answer(self) -> Result<SelectionView, Error> {
        let def = &self.action.def;
        let typed = def.confirm == Confirm::Typed;
        let kind = self.asked.kind;
        let sample = sample::view(
            self.reading,
            self.pack,
            (&kind.name, self.action),
            &self.allowed,
        )?;
        Ok(SelectionView {
            kind: kind.name.clone(),
            action: self.action.name.clone(),
            label: def.label.clone(),
            row: self.bulk.row.clone(),
            asks: self.asks.into_values().collect(),
            asking: self.asking,
            mails: self.mails,
            not_after: self.not_after.map(|at| self.reading.wall(at)),
            beyond: self.beyond,
            cap: self.bulk.cap,
            confirm: def.confirm,
            typed: typed.then(|| self.allowed.len().to_string()),
            nature: def.nature,
            will: self.will,
            params: params_view(self.action, &self.pack.currency),
            undo: undo_view(kind, self.action),
            sample,
            allowed: self.allowed,
            denied: self.denied,
        })
    }
}
