//! An entry as the Log shows it.

use watchkeeper_model::audit::{Entry, Event};
use watchkeeper_pack::Pack;

use super::queries;
use super::sorts::sort_of;
use super::view::{LogEntry, LogLeft, LogRecord, LogSample, LogSort};
use crate::error::Error;
use crate::features::reading::{Reading, view_of};

/// Type of an entry that is no entry any more.
const UNREADABLE: &str = "unreadable";

/// What an entry is about, as far as the entry itself says.
#[derive(Default)]
struct About {
    event: &'static str,
    kind: Option<String>,
    record: Option<String>,
    action: Option<String>,
    word: Option<String>,
    code: Option<String>,
    rows: Vec<String>,
    operation: Option<String>,
    sampled: Option<LogSample>,
    left: Option<LogLeft>,
}

/// The entry with this number.
pub(super) fn shown(
    reading: &Reading<'_>,
    seq: i64,
    countersigned: u64,
) -> Result<LogEntry, Error> {
    let (hash, text) = queries::entry(reading.state, seq)?;
    let number = u32::try_from(seq).unwrap_or(u32::MAX);
    let countersigned = u64::from(number) <= countersigned;
    let Ok(entry) = serde_json::from_str::<Entry>(&text) else {
        return Ok(LogEntry {
            seq: number,
            at: String::new(),
            actor: String::new(),
            sort: LogSort::Other,
            event: UNREADABLE.to_owned(),
            action: None,
            record: None,
            word: None,
            code: None,
            rows: Vec::new(),
            operation: None,
            sampled: None,
            left: None,
            hash,
            prev: String::new(),
            countersigned,
        });
    };
    let about = about(entry.event, reading.pack.as_deref());
    let named = match &about.operation {
        Some(id) => operation(reading, id)?,
        None => None,
    };
    let action = named
        .as_ref()
        .map(|named| named.action.clone())
        .or_else(|| {
            Some(label(
                reading,
                about.kind.as_deref()?,
                about.action.as_ref()?,
            ))
        });
    Ok(LogEntry {
        seq: number,
        at: reading.wall(entry.at),
        actor: reading.rights.operator(&entry.actor).to_owned(),
        sort: sort_of(Some(about.event), about.word.as_deref()),
        event: about.event.to_owned(),
        action,
        record: record(reading, &about, named)?,
        word: about.word,
        code: about.code,
        rows: about.rows,
        operation: about.operation,
        sampled: about.sampled,
        left: about.left,
        hash,
        prev: entry.prev,
        countersigned,
    })
}

fn about(event: Event, pack: Option<&Pack>) -> About {
    match event {
        Event::SignedIn => About {
            event: "signed_in",
            ..About::default()
        },
        Event::Queued {
            operation,
            kind,
            record,
            action,
            fingerprint: _,
            rows,
        } => About {
            event: "queued",
            kind: Some(kind),
            record: Some(record),
            action: Some(action),
            rows,
            operation: Some(operation.to_string()),
            ..About::default()
        },
        Event::Denied {
            kind,
            record,
            action,
            code,
            row,
        } => About {
            event: "denied",
            kind: Some(kind),
            record: Some(record),
            action: Some(action),
            code: Some(code),
            rows: row.into_iter().collect(),
            ..About::default()
        },
        Event::Answered {
            operation,
            word,
            code,
            row,
        } => About {
            event: "answered",
            word: Some(word),
            code,
            rows: row.into_iter().collect(),
            operation: Some(operation.to_string()),
            ..About::default()
        },
        Event::Based {
            operation,
            revision: _,
            fingerprint: _,
        } => changed("based", operation),
        Event::Retried { operation } => changed("retried", operation),
        Event::Discarded { operation } => changed("discarded", operation),
        Event::Amended { operation, by: _ } => changed("amended", operation),
        Event::TakenBack { operation } => changed("taken_back", operation),
        Event::Left {
            batch: _,
            kind,
            action,
            left,
            among,
        } => About {
            event: "left",
            left: Some(LogLeft { left, among }),
            kind: Some(kind),
            action: Some(action),
            ..About::default()
        },
        Event::Sampled {
            kind,
            action,
            row,
            record,
            looked_at,
            among,
        } => About {
            event: "sampled",
            sampled: Some(LogSample {
                looked_at,
                among,
                right: record.is_none(),
            }),
            kind: Some(kind),
            record,
            action: Some(action),
            rows: vec![row],
            ..About::default()
        },
        Event::Exported {
            kind,
            view,
            rows,
            sha256: _,
        } => {
            let known = pack.and_then(|pack| pack.view(&view));
            let label = known.map_or(view.as_str(), |view| view.def.label.as_str());
            About {
                event: "exported",
                kind: Some(kind),
                action: Some(format!("Export of {rows} rows of “{label}”")),
                ..About::default()
            }
        }
        Event::Saved {
            kind,
            record,
            sha256: _,
        } => About {
            event: "saved",
            kind: Some(kind),
            record: Some(record),
            action: Some("Saved to a file".to_owned()),
            ..About::default()
        },
        Event::Diverged { kinds, refetched } => {
            let kinds = kinds_words(&kinds, pack);
            let said = match refetched {
                true => "differed from the platform's and was fetched anew",
                false => "was fetched anew and still differs from the platform's",
            };
            About {
                event: "diverged",
                action: Some(format!("The copy of {kinds} {said}")),
                ..About::default()
            }
        }
    }
}

/// Kinds by what they are called; how many others there are, of which only the platform has a name.
fn kinds_words(kinds: &[String], pack: Option<&Pack>) -> String {
    let label = |kind: &String| {
        let known = pack.and_then(|pack| pack.kind(kind))?;
        Some(format!("“{}”", known.label_many))
    };
    let mut words: Vec<String> = kinds.iter().filter_map(label).collect();
    match kinds.len() - words.len() {
        0 => {}
        1 => words.push("a kind that the pack does not name".to_owned()),
        others => words.push(format!("{others} kinds that the pack does not name")),
    }
    words.join(", ")
}

fn changed(event: &'static str, operation: uuid::Uuid) -> About {
    About {
        event,
        operation: Some(operation.to_string()),
        ..About::default()
    }
}

/// What the outbox still knows of an operation.
struct Named {
    kind: String,
    record: String,
    title: String,
    action: String,
}

fn operation(reading: &Reading<'_>, id: &str) -> Result<Option<Named>, Error> {
    let found = queries::operation(reading.state, id)?;
    Ok(found.and_then(|(lane, title, action)| {
        let (kind, record) = lane.split_once('/')?;
        Some(Named {
            kind: kind.to_owned(),
            record: record.to_owned(),
            title,
            action,
        })
    }))
}

fn record(
    reading: &Reading<'_>,
    about: &About,
    named: Option<Named>,
) -> Result<Option<LogRecord>, Error> {
    let seen = named.as_ref().map(|named| named.title.clone());
    let known = named.map(|named| (named.kind, named.record));
    let Some((kind, id)) = about.kind.clone().zip(about.record.clone()).or(known) else {
        return Ok(None);
    };
    let title = reading.title(&kind, &id)?.or(seen);
    let pack = reading.pack.as_deref();
    let view = pack
        .and_then(|pack| view_of(pack, &kind))
        .map(ToOwned::to_owned);
    Ok(Some(LogRecord {
        kind,
        id,
        title,
        view,
    }))
}

/// The action as the pack in force shows it.
fn label(reading: &Reading<'_>, kind: &str, action: &str) -> String {
    let kind = reading.kind(kind).ok();
    let found = kind.and_then(|kind| kind.actions.get(action));
    found.map_or_else(|| action.to_owned(), |action| action.def.label.clone())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_labels_and_others_are_counted() {
        let head = "format: 1\nid: small\nversion: 1\nname: Small\nzone: UTC\ncurrency: EUR\n\
                    language: en\nqueues: []\n";
        let shop = "kind: shop\nlabel: {one: Shop, many: Shops}\ntitle: '{{ record.name }}'\n\
                    fields:\n  name: {type: string, label: Name}\n";
        let files = [("pack.yaml", head), ("records/shop.yaml", shop)];
        let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        let pack = watchkeeper_pack::load_files(&files.into()).unwrap();
        let told = |kinds: &[&str]| {
            let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
            kinds_words(&kinds, Some(&pack))
        };
        assert_eq!(told(&["shop"]), "“Shops”");
        assert_eq!(
            told(&["raw_word", "shop"]),
            "“Shops”, a kind that the pack does not name"
        );
        assert_eq!(
            told(&["raw_word", "another"]),
            "2 kinds that the pack does not name"
        );
    }
}
