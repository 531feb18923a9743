//! One action on many records: an operation each.
//!
//! Each is decided by itself, as if it were the only one: what the others of the same transaction
//! are about to change is not seen here, and the platform decides again in order. They are
//! committed [`AT_ONCE`] at a time, and what could not be queued is said record by record.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};
use watchkeeper_model::audit::Event;
use watchkeeper_pack::format::Confirm;

use super::act::{Decided, Entry, Taken, decided, enqueue, parse};
use super::sample;
use super::view::{ActManyAnswer, ActManyRequest, ActRequest, FailedView, SelectedView};
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::reading::read;
use crate::outbox::queue::Room;

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
    allowed(engine, &request)?;
    looked_at(engine, &request).await?;
    let mut answer = ActManyAnswer {
        queued: 0,
        failed: Vec::new(),
    };
    let mut stopped: Option<Error> = None;
    for records in request.records.chunks(AT_ONCE) {
        match &stopped {
            None => {
                let done = chunk(engine, batch, &request, records, &mut answer).await;
                stopped = done.err();
            }
            Some(error) => answer.fail(records, error),
        }
    }
    Ok(answer)
}

/// The action is one for many, and the operator has confirmed how many.
fn allowed(engine: &Engine, request: &ActManyRequest) -> Result<(), Error> {
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
    Ok(())
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
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    engine
        .stores()
        .state
        .write(move |state| scribe.append(state, now, event))
        .await?;
    engine.changed([Tag::Audit], Source::Operator);
    Err(error)
}

impl ActManyAnswer {
    fn fail<'a>(&mut self, records: impl IntoIterator<Item = &'a SelectedView>, error: &Error) {
        self.failed
            .extend(records.into_iter().map(|record| FailedView {
                id: record.id.clone(),
                title: record.title.clone(),
                error: error.clone(),
            }));
    }
}

/// Decides these and writes what came of it in one transaction. An error is one that the next
/// transaction would meet as well; these records are in the answer then.
async fn chunk(
    engine: &Engine,
    batch: Uuid,
    request: &ActManyRequest,
    records: &[SelectedView],
    answer: &mut ActManyAnswer,
) -> Result<(), Error> {
    let device = engine.pinned().device;
    let requests = records
        .iter()
        .map(|record| one(batch, request, record))
        .collect::<Result<Vec<_>, _>>()?;
    let looked = read(engine, move |reading| {
        Ok(requests
            .iter()
            .map(|(id, request)| decided(reading, *id, None, device, request, Taken::AmongMany))
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
    let (mut entries, mut denials) = (Vec::new(), Vec::new());
    for (record, outcome) in records.iter().zip(looked) {
        match outcome {
            Ok(Decided::Known(_)) => answer.queued += 1,
            Ok(Decided::Queue(entry)) => entries.push((record, *entry)),
            Ok(Decided::Denied { event, error }) => {
                denials.push(event);
                answer.fail([record], &error);
            }
            Err(error) => answer.fail([record], &error),
        }
    }
    let (queued, entries): (Vec<&SelectedView>, Vec<Entry>) = entries.into_iter().unzip();
    match write(engine, &request.kind, entries, denials).await {
        Ok(outcomes) => {
            for (record, outcome) in queued.into_iter().zip(outcomes) {
                match outcome {
                    Ok(()) => answer.queued += 1,
                    Err(error) => answer.fail([record], &error),
                }
            }
            Ok(())
        }
        Err(error) => {
            answer.fail(queued, &error);
            Err(error)
        }
    }
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

/// One transaction with all of them; answers what came of each.
async fn write(
    engine: &Engine,
    kind: &str,
    entries: Vec<Entry>,
    denials: Vec<Event>,
) -> Result<Vec<Result<(), Error>>, Error> {
    if entries.is_empty() && denials.is_empty() {
        return Ok(Vec::new());
    }
    let (scribe, now) = (engine.scribe(), engine.clock().moment());
    let outcomes = engine
        .stores()
        .state
        .write(move |state| {
            for event in denials {
                scribe.append(state, now.now.at, event)?;
            }
            let mut room = Room::of(state)?;
            let mut outcomes = Vec::with_capacity(entries.len());
            for entry in &entries {
                match enqueue(state, &scribe, &now, entry, &mut room) {
                    // Nothing of it was written.
                    Err(error) if matches!(error.code, Code::NotNow | Code::OutboxFull) => {
                        outcomes.push(Err(error));
                    }
                    other => {
                        other?;
                        outcomes.push(Ok(()));
                    }
                }
            }
            Ok::<_, Error>(outcomes)
        })
        .await?;
    let tags = [
        Tag::Kind(kind.to_owned()),
        Tag::Navigation,
        Tag::Sync,
        Tag::Audit,
    ];
    engine.changed(tags, Source::Operator);
    engine.wake_push();
    Ok(outcomes)
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
