//! One action on many records: an operation each.
//!
//! Each is decided by itself, as if it were the only one: what the others of the same transaction
//! are about to change is not seen here, and the platform decides again in order. They are
//! committed [`AT_ONCE`] at a time, and what could not be queued is said record by record. What takes more
//! than one transaction is kept until the last of them, so that it can be stopped, and gone on with by
//! whoever comes after an app that ended in between ([`super::batch`]). Going on asks for nothing again
//! that was said of these records as they were; one that has changed since is told and left as it is.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};
use watchkeeper_model::audit::Event;
use watchkeeper_pack::format::Confirm;

use super::act::{Decided, Taken, decided, parse};
use super::batch::Run;
use super::enqueue::{Entry, enqueue};
use super::queries::batch;
use super::sample;
use super::telling::Telling;
use super::view::{ActManyAnswer, ActManyRequest, ActRequest, FailedView, SelectedView};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::{Reading, read};
use crate::outbox::queue::{self, Room};

/// Operations of one transaction.
const AT_ONCE: usize = 100;

/// Decides each by policy and queues what is allowed.
///
/// # Errors
/// [`Code::NotNow`] where there are more records than the action may be taken on at once,
/// [`Code::ConfirmationMissing`] where their number had to be typed and was not,
/// [`Code::NotSampled`] where some of them have to be looked at before. Nothing is queued then.
pub async fn act_many(engine: &Engine, request: ActManyRequest) -> Result<ActManyAnswer, Error> {
    let batch = parse(&request.batch)?;
    if batch.get_version_num() != 7 {
        return Err(Error::with(Code::Internal, "not the id of a batch"));
    }
    let label = allowed(engine, &request)?;
    looked_at(engine, &request).await?;
    let run = Run::begin(engine, batch);
    if is_kept(&request) {
        let (author, now) = (engine.pinned().operator.id.clone(), engine.clock().now().at);
        let (state, asked) = (&engine.stores().state, request.clone());
        state
            .write(move |state| {
                batch::keep(state, batch, (author.as_str(), label.as_str()), &asked, now)
            })
            .await?;
    }
    go_on(engine, (&run, Begun::Now), &request, (0, Vec::new())).await
}

/// Goes on with a batch that was cut off, from where it was: what is queued is not queued again.
///
/// # Errors
/// [`Code::NotFound`] where it is over or was left, [`Code::NotNow`] where it goes on already.
pub async fn resume_batch(engine: &Engine, batch: &str) -> Result<ActManyAnswer, Error> {
    let id = parse(batch)?;
    if let Some(newer) = engine.link().newer_pack() {
        return Err(newer.clone());
    }
    let run = Run::alone(engine, id).ok_or(Error::with(Code::NotNow, "It goes on already."))?;
    let (state, author) = (&engine.stores().state, engine.pinned().operator.id.clone());
    let kept = state
        .read(move |state| batch::kept(state, id, &author))
        .await?;
    let kept = kept.ok_or(Error::new(Code::NotFound))?;
    let so_far = (kept.done, kept.failed);
    go_on(engine, (&run, Begun::Before), &kept.request, so_far).await
}

/// When a batch was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begun {
    /// With what is being queued now.
    Now,
    /// It was cut off: the operator may have taken the action otherwise since.
    Before,
}

/// It takes more than one transaction: there is something to stop, and to go on with.
fn is_kept(request: &ActManyRequest) -> bool {
    request.records.len() > AT_ONCE
}

/// Queues what is left of a batch: so many of its records are decided, and on these nothing was queued.
async fn go_on(
    engine: &Engine,
    (run, begun): (&Run<'_>, Begun),
    request: &ActManyRequest,
    (mut done, failed): (usize, Vec<FailedView>),
) -> Result<ActManyAnswer, Error> {
    let mut answer = ActManyAnswer {
        queued: small(done.saturating_sub(failed.len())),
        failed,
        left: 0,
    };
    let mut stopped: Option<Error> = None;
    let mut telling = Telling::of(engine, &request.kind, &request.action);
    let left = request.records.get(done..).unwrap_or_default();
    for records in left.chunks(AT_ONCE) {
        done += records.len();
        match &stopped {
            None => {
                let part = (run.batch(), begun, done);
                match chunk(&mut telling, part, request, records, &mut answer).await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => stopped = Some(error),
                }
            }
            Some(error) => answer.fail(records, error),
        }
    }
    let said = small(answer.failed.len()).saturating_add(answer.queued);
    answer.left = small(request.records.len()).saturating_sub(said);
    Ok(answer)
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The action is one for many, and the operator has confirmed how many. Answers it as shown.
fn allowed(engine: &Engine, request: &ActManyRequest) -> Result<String, Error> {
    let pack = engine.pack().ok_or(Error::new(Code::NoPack))?;
    let kind = pack.kind(&request.kind);
    let action = kind
        .and_then(|kind| kind.actions.get(&request.action))
        .ok_or(Error::new(Code::NotFound))?;
    let cap = action.def.bulk.as_ref().map_or(0, |bulk| bulk.cap);
    let count = request.records.len();
    if u32::try_from(count).unwrap_or(u32::MAX) > cap {
        let detail = format!("{} is possible on at most {cap} at once.", action.def.label);
        return Err(Error::with(Code::NotNow, detail));
    }
    let typed = request.typed.as_deref().map(str::trim);
    if action.def.confirm == Confirm::Typed && typed != Some(count.to_string().as_str()) {
        return Err(Error::new(Code::ConfirmationMissing));
    }
    Ok(action.def.label.clone())
}

/// Those that were drawn from them look right. That they do not yet is audited as a refusal, of the
/// first of them.
async fn looked_at(engine: &Engine, request: &ActManyRequest) -> Result<(), Error> {
    let (kind, action) = (request.kind.clone(), request.action.clone());
    let records = request.records.clone();
    let refused = read(engine, move |reading| {
        let pack = reading.pack()?;
        let of_kind = pack.kind(&kind);
        let action = of_kind
            .and_then(|of_kind| of_kind.actions.get(&action))
            .ok_or(Error::new(Code::NotFound))?;
        sample::refusal(reading, pack, (&kind, action), &records)
    })
    .await?;
    let Some((record, error)) = refused else {
        return Ok(());
    };
    let event = Event::Denied {
        kind: request.kind.clone(),
        record,
        action: request.action.clone(),
        code: "bulk.not_sampled".into(),
        row: error.row.clone(),
    };
    engine.enter(event).await?;
    Err(error)
}

/// The same action was not taken on the record otherwise since the batch was begun. Where it does not go by a
/// revision, nothing else would keep it from being done twice.
fn not_since(
    reading: &Reading<'_>,
    (batch, id): (Uuid, Uuid),
    request: &ActRequest,
) -> Result<(), Error> {
    let lane = format!("{}/{}", request.kind, request.id);
    match batch::taken_since(reading.state, batch, id, (&lane, &request.action))? {
        true => Err(Error::with(
            Code::NotNow,
            "This was taken on it otherwise since: it is left as it is.",
        )),
        false => Ok(()),
    }
}

impl ActManyAnswer {
    fn fail<'a>(&mut self, records: impl IntoIterator<Item = &'a SelectedView>, error: &Error) {
        let failed = records.into_iter().map(|record| failed(record, error));
        self.failed.extend(failed);
    }
}

fn failed(record: &SelectedView, error: &Error) -> FailedView {
    FailedView {
        id: record.id.clone(),
        title: record.title.clone(),
        error: error.clone(),
    }
}

/// Decides these, with which so many of the batch are, and writes what came of it in one transaction.
/// False where the batch was stopped: nothing more of it is written then. An error is one that the next
/// transaction would meet as well; these records are in the answer then.
async fn chunk(
    telling: &mut Telling<'_>,
    (batch, begun, done): (Uuid, Begun, usize),
    request: &ActManyRequest,
    records: &[SelectedView],
    answer: &mut ActManyAnswer,
) -> Result<bool, Error> {
    let engine = telling.engine;
    let device = engine.pinned().device;
    let requests = records
        .iter()
        .map(|record| one(batch, request, record))
        .collect::<Result<Vec<_>, _>>()?;
    let looked = read(engine, move |reading| {
        Ok(requests
            .iter()
            .map(|(id, request)| {
                let found = decided(reading, *id, None, device, request, Taken::AmongMany)?;
                if begun == Begun::Before && matches!(found, Decided::Queue(_)) {
                    not_since(reading, (batch, *id), request)?;
                }
                Ok::<_, Error>(found)
            })
            .collect::<Vec<_>>())
    })
    .await;
    let looked = match looked {
        Ok(looked) => looked,
        Err(error) => {
            answer.fail(records, &error);
            return Err(error);
        }
    };
    let mut part = Part {
        batch,
        kept: is_kept(request),
        done,
        is_last: done >= request.records.len(),
        entries: Vec::new(),
        denials: Vec::new(),
        failed: answer.failed.clone(),
    };
    for (record, outcome) in records.iter().zip(looked) {
        match outcome {
            Ok(Decided::Known(_)) => answer.queued += 1,
            Ok(Decided::Queue(entry)) => part.entries.push((record.clone(), *entry)),
            Ok(Decided::Denied { event, error }) => {
                part.denials.push(event);
                part.failed.push(failed(record, &error));
            }
            Err(error) => part.failed.push(failed(record, &error)),
        }
    }
    let queued: Vec<SelectedView> = part.entries.iter().map(|(one, _)| one.clone()).collect();
    let mut told = part.failed.clone();
    match write(telling, part).await {
        Ok(Written::Queued { count, failed }) => {
            answer.queued = answer.queued.saturating_add(count);
            answer.failed = failed;
            Ok(true)
        }
        Ok(Written::Stopped { queued }) => {
            answer.queued = answer.queued.saturating_add(queued);
            Ok(false)
        }
        Err(error) => {
            told.extend(queued.iter().map(|record| failed(record, &error)));
            answer.failed = told;
            Err(error)
        }
    }
}

/// What one transaction writes of a batch.
struct Part {
    batch: Uuid,
    /// The batch stands in `state.db` until it is over.
    kept: bool,
    /// How many of its records are decided with these.
    done: usize,
    is_last: bool,
    entries: Vec<(SelectedView, Entry)>,
    denials: Vec<Event>,
    /// All of the batch so far on which nothing is queued.
    failed: Vec<FailedView>,
}

/// What came of a part.
enum Written {
    /// So many of it are queued; on these of the whole batch nothing is.
    Queued { count: u32, failed: Vec<FailedView> },
    /// The batch is over: so many of the part had been queued by the same batch elsewhere.
    Stopped { queued: u32 },
}

/// The request on one record, under an id that follows from batch and record.
fn one(
    batch: Uuid,
    request: &ActManyRequest,
    record: &SelectedView,
) -> Result<(Uuid, ActRequest), Error> {
    let id = derived(batch, &request.kind, &record.id)?;
    let one = ActRequest {
        operation: id.to_string(),
        kind: request.kind.clone(),
        id: record.id.clone(),
        action: request.action.clone(),
        params: request.params.clone(),
        typed: None,
        seen_revision: record.revision,
        amends: None,
    };
    Ok((id, one))
}

/// A UUIDv7 of the batch's instant; what is chance in another is the hash of batch and record here.
fn derived(batch: Uuid, kind: &str, record: &str) -> Result<Uuid, Error> {
    if batch.get_version_num() != 7 {
        return Err(Error::with(Code::Internal, "not the id of a batch"));
    }
    let mut hash = Sha256::new();
    hash.update(batch.as_bytes());
    hash.update(kind.as_bytes());
    hash.update([0]);
    hash.update(record.as_bytes());
    let chance: [u8; 10] = hash.finalize().first_chunk().copied().unwrap_or_default();
    let milliseconds = u64::try_from(batch.as_u128() >> 80).unwrap_or_default();
    Ok(Builder::from_unix_timestamp_millis(milliseconds, &chance).into_uuid())
}

/// One transaction with all of a part.
async fn write(telling: &mut Telling<'_>, part: Part) -> Result<Written, Error> {
    let engine = telling.engine;
    if !part.kept && part.entries.is_empty() && part.denials.is_empty() {
        return Ok(Written::Queued {
            count: 0,
            failed: part.failed,
        });
    }
    let (scribe, now) = (engine.scribe(), engine.clock().moment());
    let written = engine
        .stores()
        .state
        .write(move |state| {
            if part.kept && !batch::goes_on(state, part.batch)? {
                let mut queued = 0;
                for (_, entry) in &part.entries {
                    queued += u32::from(queue::place(state, entry.request.id)?.is_some());
                }
                return Ok(Written::Stopped { queued });
            }
            let (mut pen, mut room) = (scribe.pen(state)?, Room::of(state)?);
            for event in part.denials {
                pen.append(state, now.now.at, event)?;
            }
            let (mut count, mut all_failed) = (0, part.failed);
            for (record, entry) in &part.entries {
                match enqueue(state, &mut pen, &now, entry, &mut room) {
                    // Nothing of it was written.
                    Err(error) if matches!(error.code, Code::NotNow | Code::OutboxFull) => {
                        all_failed.push(failed(record, &error));
                    }
                    other => {
                        other?;
                        count += 1;
                    }
                }
            }
            match (part.kept, part.is_last) {
                (true, true) => batch::forget(state, part.batch)?,
                (true, false) => batch::advance(state, part.batch, part.done, &all_failed)?,
                (false, _) => {}
            }
            Ok::<_, Error>(Written::Queued {
                count,
                failed: all_failed,
            })
        })
        .await?;
    telling.wrote();
    Ok(written)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn ids_follow_from_batch_and_record_and_are_of_the_batchs_time() {
        let batch = Uuid::parse_str("01939a5c-2b40-7abc-8def-0123456789ab").unwrap();
        let other = Uuid::parse_str("01939a5c-2b40-7abc-8def-0123456789ac").unwrap();
        let one = derived(batch, "review", "r-1").unwrap();
        assert_eq!(one, derived(batch, "review", "r-1").unwrap());
        for another in [
            derived(batch, "review", "r-2").unwrap(),
            derived(batch, "revie", "wr-1").unwrap(),
            derived(other, "review", "r-1").unwrap(),
        ] {
            assert_ne!(one, another);
        }
        assert_eq!(one.get_version_num(), 7);
        assert_eq!(one.as_u128() >> 80, batch.as_u128() >> 80);
        assert!(derived(Uuid::new_v4(), "review", "r-1").is_err());
    }
}
