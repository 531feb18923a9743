//! Of many records some are drawn and looked at one by one before an action is taken on all of them
//!
//!
//! What is drawn follows from operator, action and records, so that nobody picks, and the answer to a
//! request is checked against it, whatever a window believes. What was said of a record counts for its
//! revision and in the session in which it was said.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use watchkeeper_model::audit::Event;
use watchkeeper_model::decision::bulk::{
    self, Drawing, Judgement, Sampled, counted, draw, sample_size, sampled,
};
use watchkeeper_pack::format::SampleDef;
use watchkeeper_pack::{Action, Pack};

use super::queries;
use super::view::{JudgeRequest, SampleView, SampledView, SelectedView};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::{Reading, read};
use crate::features::watch::sessions::{self, Session};
use crate::store::StoreError;

/// Keeps what the operator says of a record that was drawn, and answers how far they are.
///
/// # Errors
/// [`Code::NotFound`] where nothing is to be looked at, or not this record; [`Code::Stale`] where it
/// has changed since it was drawn. Nothing is kept then.
pub async fn judge(engine: &Engine, request: JudgeRequest) -> Result<SampleView, Error> {
    let asked = request.clone();
    let (def, drawn) = read(engine, move |reading| drawn_for(reading, &asked)).await?;
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    let said = request.clone();
    engine
        .stores()
        .state
        .write(move |state| {
            if let Some(event) = say(state, &said, (&def, &drawn), now)? {
                scribe.append(state, now, event)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    engine.changed([Tag::Audit], Source::Operator);
    read(engine, move |reading| {
        let pack = reading.pack()?;
        let action = action(pack, &request.kind, &request.action)?;
        let shown = view(reading, pack, (&request.kind, action), &request.records)?;
        shown.ok_or(Error::new(Code::NotFound))
    })
    .await
}

fn action<'a>(pack: &'a Pack, kind: &str, action: &str) -> Result<&'a Action, Error> {
    let kind = pack.kind(kind);
    kind.and_then(|kind| kind.actions.get(action))
        .ok_or(Error::new(Code::NotFound))
}

fn sample_of(action: &Action) -> Option<&SampleDef> {
    action.def.bulk.as_ref()?.sample.as_ref()
}

/// What has been said of this action's records in the session that goes on, the oldest first.
fn said(
    state: &Connection,
    session: Option<Session>,
    kind: &str,
    action: &str,
) -> Result<Vec<Judgement>, StoreError> {
    let Some(session) = session else {
        return Ok(Vec::new());
    };
    queries::judgements::said(state, session, kind, action)
}

/// The same at this moment.
fn said_now(reading: &Reading<'_>, kind: &str, action: &str) -> Result<Vec<Judgement>, Error> {
    let now = reading.now.at;
    let session = sessions::last(reading.state)?.filter(|session| session.goes_on(now));
    Ok(said(reading.state, session, kind, action)?)
}

/// Records that did not look right in this session.
pub(super) fn wrong(
    reading: &Reading<'_>,
    kind: &str,
    action: &Action,
) -> Result<BTreeSet<String>, Error> {
    if sample_of(action).is_none() {
        return Ok(BTreeSet::new());
    }
    let said = said_now(reading, kind, &action.name)?;
    let wrong = bulk::wrong(&said).into_iter();
    Ok(wrong.map(ToOwned::to_owned).collect())
}

/// The records of a batch that are to be looked at; none where none has to be.
fn drawn<'a>(
    reading: &Reading<'_>,
    pack: &Pack,
    (kind, action): (&str, &Action),
    records: &'a [SelectedView],
) -> Option<BTreeMap<&'a str, u64>> {
    let settings = pack.settings_in_force(&reading.rights.settings);
    let of = sample_size(sample_of(action)?, &settings, records.len())?;
    let drawing = Drawing {
        operator: &reading.me,
        kind,
        action: &action.name,
    };
    let batch = records.iter().map(|one| (one.id.as_str(), one.revision));
    Some(draw(drawing, batch, of))
}

/// What of a batch has to be looked at, and how far that is; none where nothing has to be.
pub(super) fn view(
    reading: &Reading<'_>,
    pack: &Pack,
    (kind, action): (&str, &Action),
    records: &[SelectedView],
) -> Result<Option<SampleView>, Error> {
    let drawn = drawn(reading, pack, (kind, action), records);
    let (Some(def), Some(drawn)) = (sample_of(action), drawn) else {
        return Ok(None);
    };
    let said = said_now(reading, kind, &action.name)?;
    let right = counted(&said);
    let shown = records
        .iter()
        .filter(|one| drawn.contains_key(one.id.as_str()))
        .map(|one| SampledView {
            id: one.id.clone(),
            revision: one.revision,
            title: one.title.clone(),
            right: right.get(one.id.as_str()) == Some(&one.revision),
        });
    let shown: Vec<SampledView> = shown.collect();
    Ok(Some(SampleView {
        row: def.row.clone(),
        among: small(records.len()),
        left: small(shown.iter().filter(|one| !one.right).count()),
        records: shown,
    }))
}

/// Why an action is not taken on these records yet: the record about which it is, and the refusal.
pub(super) fn refusal(
    reading: &Reading<'_>,
    pack: &Pack,
    (kind, action): (&str, &Action),
    records: &[SelectedView],
) -> Result<Option<(String, Error)>, Error> {
    let Some(def) = sample_of(action) else {
        return Ok(None);
    };
    let drawn = drawn(reading, pack, (kind, action), records).unwrap_or_default();
    let said = said_now(reading, kind, &action.name)?;
    let ids = records.iter().map(|one| one.id.as_str());
    let (left, detail) = match sampled(ids, &drawn, &said) {
        Sampled::Right => return Ok(None),
        Sampled::Open(left) => {
            let detail = format!(
                "{} of {} have still to be looked at one by one.",
                left.len(),
                drawn.len()
            );
            (left, detail)
        }
        Sampled::Wrong(left) => {
            let detail = format!("{} of these did not look right.", left.len());
            (left, detail)
        }
    };
    let error = Error {
        code: Code::NotSampled,
        detail: Some(detail),
        row: Some(def.row.clone()),
    };
    Ok(left.into_iter().next().map(|record| (record, error)))
}

/// The sample that a judgement belongs to, once it is seen that the record is in it and is as it was
/// drawn.
fn drawn_for(
    reading: &Reading<'_>,
    request: &JudgeRequest,
) -> Result<(SampleDef, BTreeMap<String, u64>), Error> {
    let pack = reading.pack()?;
    let action = action(pack, &request.kind, &request.action)?;
    let cap = action.def.bulk.as_ref().map_or(0, |bulk| bulk.cap);
    if small(request.records.len()) > cap {
        return Err(Error::with(
            Code::NotNow,
            "These are more than may be taken at once.",
        ));
    }
    let drawn = drawn(reading, pack, (&request.kind, action), &request.records);
    let (Some(def), Some(drawn)) = (sample_of(action), drawn) else {
        return Err(Error::new(Code::NotFound));
    };
    let revision = drawn.get(request.id.as_str()).copied();
    let revision = revision.ok_or(Error::new(Code::NotFound))?;
    let row = reading
        .record(&request.kind, &request.id)?
        .ok_or(Error::new(Code::NotFound))?;
    if row.revision != revision {
        return Err(Error::new(Code::Stale));
    }
    let drawn = drawn
        .into_iter()
        .map(|(id, revision)| (id.to_owned(), revision));
    Ok((def.clone(), drawn.collect()))
}

/// Keeps a judgement, and answers what the audit chain has to have of it: the one that completes a
/// sample, and each that was not right. The same once more changes nothing.
fn say(
    state: &Connection,
    request: &JudgeRequest,
    (def, drawn): (&SampleDef, &BTreeMap<String, u64>),
    now: DateTime<Utc>,
) -> Result<Option<Event>, StoreError> {
    let session = sessions::touched(sessions::last(state)?, now);
    sessions::keep(state, session)?;
    let (kind, action, record) = (&request.kind, &request.action, request.id.as_str());
    let mut all = said(state, Some(session), kind, action)?;
    let revision = drawn.get(record).copied().unwrap_or_default();
    let known = match request.right {
        true => counted(&all).get(record) == Some(&revision),
        false => bulk::wrong(&all).contains(record),
    };
    if known {
        return Ok(None);
    }
    let drawn: BTreeMap<&str, u64> = drawn.iter().map(|(id, at)| (id.as_str(), *at)).collect();
    let looked_at = small(already(&drawn, &all) + 1);
    let judgement = Judgement {
        record: record.to_owned(),
        revision,
        right: request.right,
    };
    queries::judgements::keep(state, session, (kind, action), &judgement, now)?;
    all.push(judgement);
    let ids = request.records.iter().map(|one| one.id.as_str());
    let done = !request.right || sampled(ids, &drawn, &all) == Sampled::Right;
    Ok(done.then(|| Event::Sampled {
        kind: kind.clone(),
        action: action.clone(),
        row: def.row.clone(),
        record: (!request.right).then(|| record.to_owned()),
        looked_at,
        among: small(request.records.len()),
    }))
}

/// How many of those that were drawn have looked right so far.
fn already(drawn: &BTreeMap<&str, u64>, said: &[Judgement]) -> usize {
    let right = counted(said);
    let already = drawn
        .iter()
        .filter(|(id, revision)| right.get(*id) == Some(*revision));
    already.count()
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
