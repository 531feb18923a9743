//! From what a look found to what is written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Map;
use watchkeeper_model::alert::{
    self, About, Episode, Found, KIND, Step, Waits, episode_id, fingerprint,
};
use watchkeeper_pack::format::AlertFile;
use watchkeeper_pack::value;

use super::look::Look;
use super::watched::{Sight, Which};
use crate::problem::ApiError;
use crate::store::{Committed, Put, RecordRow, Seen, Write};

/// Most episodes of one transaction: others get their turn in between.
const AT_ONCE: usize = 1_000;
/// So many fingerprints are asked for one by one.
const BY_NAME: usize = 50;

/// What a look led to.
pub struct Settled {
    /// When to look again, by id.
    pub look_again: BTreeMap<String, DateTime<Utc>>,
}

/// Writes what becomes of the rule's episodes. None: somebody else wrote one of them in between;
/// look again.
pub async fn settle(
    sight: &Sight<'_>,
    rule: &AlertFile,
    which: &Which,
    looks: Vec<Look>,
) -> Result<Option<Settled>, ApiError> {
    let name = |kind: Option<&str>, id: &str| match kind {
        Some(kind) => fingerprint(sight.tenant, &rule.id, &[("kind", kind), ("id", id)]),
        None if id.is_empty() => fingerprint(sight.tenant, &rule.id, &[]),
        None => fingerprint(sight.tenant, &rule.id, &[("id", id)]),
    };
    let kind = rule.each.as_ref().map(|each| each.kind.as_str());
    let looked: BTreeMap<String, Look> = looks
        .into_iter()
        .map(|look| (name(look.kind.as_deref(), &look.id), look))
        .collect();
    // Those that were asked about and do not pass any more are quiet.
    let asked: Option<BTreeSet<String>> = match which {
        Which::All => None,
        Which::These(ids) => Some(ids.iter().map(|id| name(kind, id)).collect()),
    };
    let names: Option<Vec<String>> = asked
        .as_ref()
        .filter(|asked| asked.len() <= BY_NAME)
        .map(|asked| asked.iter().cloned().collect());
    let store = &sight.platform.store;
    let episodes = store
        .episodes(sight.tenant, &rule.id, names.as_deref())
        .await?;
    let mut open = BTreeMap::new();
    for row in episodes.open {
        let of = row.body.get("fingerprint").and_then(|f| f.as_str());
        let of = of.unwrap_or_default().to_owned();
        if asked.as_ref().is_none_or(|asked| asked.contains(&of)) {
            open.insert(of, row);
        }
    }
    let all: BTreeSet<&String> = looked.keys().chain(open.keys()).collect();
    let mut look_again = BTreeMap::new();
    let mut writes = Vec::new();
    for of in all {
        let (look, row) = (looked.get(of), open.get(of));
        let last = episodes.last.get(of).copied().unwrap_or(0);
        let (write, again) = one(sight, rule, of, look, row, last);
        writes.extend(write);
        let id = look.map(|look| look.id.clone()).or_else(|| {
            let subject = row?.body.get("subject")?.as_str()?;
            Some(subject.to_owned())
        });
        if let Some(at) = again {
            look_again.insert(id.unwrap_or_default(), at);
        }
    }
    for some in writes.chunks(AT_ONCE) {
        let written = store
            .write_unless_moved(sight.tenant, sight.now, some)
            .await?;
        match written {
            Committed::Done(touched) if touched.kinds.is_empty() => {}
            Committed::Done(touched) => sight.platform.hints.changed(sight.tenant, &touched),
            Committed::Moved | Committed::Known(_) => return Ok(None),
        }
    }
    Ok(Some(Settled { look_again }))
}

/// What becomes of one episode, and when to look again.
fn one(
    sight: &Sight<'_>,
    rule: &AlertFile,
    of: &str,
    look: Option<&Look>,
    row: Option<&RecordRow>,
    last: u64,
) -> (Option<Seen>, Option<DateTime<Utc>>) {
    let before = row.and_then(|row| alert::episode(&row.body));
    let found = look.map_or(Found::Quiet, |look| look.found);
    let Step {
        episode,
        look_again,
    } = alert::step(before.as_ref(), found, sight.now, Waits::from(rule));
    let changes_at = look.and_then(|look| look.changes_at);
    let again = look_again.into_iter().chain(changes_at).min();
    let write = match (episode, row) {
        (None, None) => return (None, again),
        (None, Some(row)) => Seen {
            write: Write {
                kind: KIND.to_owned(),
                id: row.id.clone(),
                put: None,
                version: None,
            },
            revision: Some(row.revision),
        },
        (Some(episode), row) => {
            let put = put(sight, rule, of, look, row, &episode);
            if row.is_some_and(|row| row.body == put.body) {
                return (None, again);
            }
            Seen {
                write: Write {
                    kind: KIND.to_owned(),
                    id: row.map_or_else(|| episode_id(of, last + 1), |row| row.id.clone()),
                    put: Some(put),
                    version: None,
                },
                revision: row.map(|row| row.revision),
            }
        }
    };
    (Some(write), again)
}

fn put(
    sight: &Sight<'_>,
    rule: &AlertFile,
    of: &str,
    look: Option<&Look>,
    row: Option<&RecordRow>,
    episode: &Episode,
) -> Put {
    let said = |name: &str| {
        let text = row.and_then(|row| row.body.get(name))?.as_str()?;
        Some(text.to_owned())
    };
    let subject = match look {
        Some(look) => look.kind.clone().map(|kind| (kind, look.id.clone())),
        None => said("subject_kind").zip(said("subject")),
    };
    // What is quiet says what it said while it held.
    let holds = look.filter(|look| look.found != Found::Quiet);
    let detail = holds.and_then(|look| look.detail.clone());
    let about = About {
        fingerprint: of.to_owned(),
        subject,
        region: match look {
            Some(look) => look.region.clone(),
            None => said("region"),
        },
        detail: detail.or_else(|| said("detail")).unwrap_or_default(),
        value: match holds {
            Some(look) => look.value,
            None => row.and_then(|row| row.body.get("value")?.as_f64()),
        },
    };
    let body = alert::write(row.map(|row| &row.body), episode, &about, rule);
    let kind = sight.pack.kind(KIND);
    let computed = kind.map_or_else(Map::new, |kind| value::compute(kind, &body));
    Put {
        title: rule.label.clone(),
        body,
        computed,
        ..Put::default()
    }
}
