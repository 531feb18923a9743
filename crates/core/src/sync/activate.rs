//! Bringing a pack into force.
//!
//! When the platform names another pack: fetch, verify, check as a whole, keep it in `state.db`,
//! make the mirror's indexes, computed fields, titles and search words under it, and only then use
//! it. A pack that does not load, or an older one, changes nothing: the last good one stays in
//! force and the problem is shown. The making is done in batches and again from the beginning if
//! it was interrupted (`feed.pack` is written last).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use watchkeeper_pack::bundle::BundleError;
use watchkeeper_pack::difference::{Difference, differences};
use watchkeeper_pack::indexes::{indexes, of_reference};
use watchkeeper_pack::{Bundle, Pack, PublisherKey, Sight, value};
use watchkeeper_wire::session::PackRef;

use super::client::{Client, ClientError};
use super::plan::FORGOTTEN;
use super::{apply, page, pull, text};
use crate::documents::kept;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::outbox::send::SendError;
use crate::store::{StoreError, Stores, setting};

/// Rows made anew in one transaction.
const BATCH: i64 = 5_000;

/// Name in table `setting` of the problem with a pack that only a later version of the app reads.
const NEWER: &str = "pack_newer";

/// Loads the pack in force from `state.db`, as somebody with these roles has it. One that does not
/// load any more is a problem, not an end: the platform will be asked for it again. So is that there is
/// one for a later version of the app.
pub async fn active(
    stores: &Stores,
    roles: &BTreeSet<String>,
) -> Result<(Option<Arc<Pack>>, Option<Error>), Error> {
    let (kept, newer): (Option<(String, Vec<u8>)>, Option<Error>) = stores
        .state
        .read(|state| {
            let kept = state
                .query_row(
                    "SELECT hash, bundle FROM pack WHERE active = 1",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            Ok::<_, StoreError>((kept, setting::get(state, NEWER)?))
        })
        .await?;
    let Some((hash, bundle)) = kept else {
        return Ok((None, newer));
    };
    Ok(match open(hash, bundle).await {
        Ok(pack) => (Some(Arc::new(pack.narrowed(roles))), newer),
        Err(problem) => (None, Some(problem)),
    })
}

/// Opens a bundle that the platform names. It is signed by this publisher, and of the version that it
/// is named.
pub(crate) async fn open_named(
    named: &PackRef,
    publisher: &str,
    bundle: Vec<u8>,
) -> Result<Pack, Error> {
    // First, so that nothing of anybody else's is ever read.
    PublisherKey::parse(publisher)
        .and_then(|publisher| publisher.verify(&bundle, &named.signature))
        .map_err(|error| Error::with(Code::PackInvalid, error.to_string()))?;
    let pack = open(named.hash.clone(), bundle).await?;
    if pack.version == named.version {
        return Ok(pack);
    }
    let (named, version) = (named.version, pack.version);
    let detail = format!("the pack is version {version}, the platform names it {named}");
    Err(Error::with(Code::PackInvalid, detail))
}

/// Opens a bundle off the async threads.
async fn open(hash: String, bundle: Vec<u8>) -> Result<Pack, Error> {
    tokio::task::spawn_blocking(move || Bundle::open(&bundle, &hash))
        .await
        .map_err(|_| Error::new(Code::Internal))?
        .map_err(|error| match error {
            BundleError::NewerFormat(_) => Error::with(Code::PackNewer, error.to_string()),
            _ => Error::with(Code::PackInvalid, first_problem(&error)),
        })
}

fn first_problem(error: &BundleError) -> String {
    match error {
        BundleError::Problems(problems) => problems.first().map_or_else(
            || error.to_string(),
            |first| {
                format!(
                    "{}:{}:{}: {}",
                    first.file, first.line, first.column, first.message
                )
            },
        ),
        _ => error.to_string(),
    }
}

/// Makes the mirror under the pack in force where that was interrupted, or where the mirror is new.
/// Needs no line.
pub async fn resume(engine: &Engine) -> Result<(), StoreError> {
    match engine.pack() {
        Some(pack) => remake(engine, &pack).await,
        None => Ok(()),
    }
}

/// Follows the operator's roles: other roles may see another part of the pack in force, and of the
/// records. What is not seen any more is gone from the mirror before the platform is asked for it.
pub async fn follow_roles(engine: &Engine) -> Result<(), SendError> {
    let Some(current) = engine.pack() else {
        return Ok(());
    };
    let rights = engine.rights();
    if current.is_for(&rights.actor.roles) {
        return Ok(());
    }
    let loaded = active(&engine.stores, &rights.actor.roles).await;
    // What loaded at the start loads again; where it does not, nothing more is pulled under the
    // pack of other roles.
    let loaded = loaded.map_err(|error| ClientError::Protocol(error.to_string()))?;
    let (Some(pack), _) = loaded else {
        let problem = "the pack in force does not load";
        return Err(ClientError::Protocol(problem.into()).into());
    };
    remake(engine, &pack).await?;
    engine.put_pack(pack);
    Ok(())
}

/// Follows the pack that the platform names.
pub async fn follow(
    engine: &Engine,
    client: &Client,
    named: Option<&PackRef>,
) -> Result<(), SendError> {
    let current = engine.pack();
    let Some(named) = named else {
        let problem = current.is_none().then(pull::no_pack);
        engine.update_link(|link| link.pack_problem = problem);
        return Ok(());
    };
    let pack = match current {
        Some(pack) if pack.hash == named.hash => pack,
        _ if engine.memory.lock().await.refused_pack.as_ref() == Some(&named.hash) => {
            return Ok(());
        }
        other => match fetch(client, named, &engine.pinned().publisher, other.as_deref()).await? {
            Err(Refused { problem, for_good }) => {
                tracing::error!(%problem, hash = named.hash, "the new pack was not taken");
                let newer = problem.code == Code::PackNewer;
                if newer {
                    remember_newer(&engine.stores, &problem).await?;
                }
                if for_good {
                    engine.memory.lock().await.refused_pack = Some(named.hash.clone());
                }
                engine.update_link(|link| {
                    if newer {
                        link.newer = Some(problem);
                    } else {
                        link.pack_problem = Some(problem);
                    }
                });
                return Ok(());
            }
            Ok((pack, bundle)) => {
                let at = engine.clock().now().at;
                keep(&engine.stores, named.clone(), bundle, at).await?;
                Arc::new(pack.narrowed(&engine.rights().actor.roles))
            }
        },
    };
    remake(engine, &pack).await?;
    if engine.pack().is_none_or(|old| old.hash != pack.hash) {
        engine.put_pack(pack);
    }
    if engine.link().newer.is_some() {
        let state = &engine.stores.state;
        state.write(|state| setting::remove(state, NEWER)).await?;
    }
    engine.update_link(|link| {
        link.newer = None;
        link.pack_problem = None;
    });
    Ok(())
}

/// Why a pack is not taken.
struct Refused {
    problem: Error,
    /// These bytes will never load, so they are not fetched again.
    for_good: bool,
}

/// Fetches and checks. The inner error is the pack's fault, the outer one the line's.
async fn fetch(
    client: &Client,
    named: &PackRef,
    publisher: &str,
    current: Option<&Pack>,
) -> Result<Result<(Pack, Vec<u8>), Refused>, SendError> {
    let refused = |detail: String| {
        Ok(Err(Refused {
            problem: Error::with(Code::PackInvalid, detail),
            for_good: false,
        }))
    };
    if current.is_some_and(|current| named.version <= current.version) {
        let detail = "the platform names a pack that is no newer than the one in force";
        return refused(detail.into());
    }
    let bundle = match client.pack(&named.hash).await {
        Ok(bundle) => bundle.to_vec(),
        // The platform does not hand out what it names: the rest goes on without it.
        Err(
            error @ (ClientError::Rejected(_)
            | ClientError::Protocol(_)
            | ClientError::TooLarge(_)
            | ClientError::NotAPlatform(_)),
        ) => return refused(error.to_string()),
        Err(error) => return Err(error.into()),
    };
    Ok(match open_named(named, publisher, bundle.clone()).await {
        // The same publisher may sign for others; a tenant's operation does not become another.
        Ok(pack) if current.is_some_and(|current| current.id != pack.id) => {
            let detail = format!("this is another operation's pack: {}", pack.id);
            Err(Refused {
                problem: Error::with(Code::PackInvalid, detail),
                for_good: true,
            })
        }
        Ok(pack) => Ok((pack, bundle)),
        Err(problem) => Err(Refused {
            problem,
            for_good: true,
        }),
    })
}

/// Remembers over a restart that the tenant's pack is one for a later version of the app.
async fn remember_newer(stores: &Stores, problem: &Error) -> Result<(), StoreError> {
    let problem = problem.clone();
    stores
        .state
        .write(move |state| setting::put(state, NEWER, &problem))
        .await
}

async fn keep(
    stores: &Stores,
    named: PackRef,
    bundle: Vec<u8>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    stores
        .state
        .write(move |state| {
            let old = in_force(state)?;
            put_active(state, &named, &bundle)?;
            if let Some((from, old)) = old {
                let changes = PackChanges {
                    from,
                    to: named.version,
                    at,
                    differences: differences(&files(&old), &files(&bundle)),
                };
                setting::put(state, PackChanges::SETTING, &changes)?;
            }
            // Kept: the one in force, and each that an open operation names.
            state.execute(
                "DELETE FROM pack WHERE active = 0 AND hash NOT IN
                     (SELECT json_extract(request, '$.pack') FROM operation
                      WHERE status NOT IN ('confirmed', 'discarded'))",
                [],
            )?;
            Ok(())
        })
        .await
}

/// Version and bundle of the pack in force.
fn in_force(state: &Connection) -> Result<Option<(u32, Vec<u8>)>, StoreError> {
    Ok(state
        .prepare_cached("SELECT version, bundle FROM pack WHERE active = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The files of a bundle that was opened before.
fn files(bundle: &[u8]) -> BTreeMap<String, String> {
    Bundle::read(bundle)
        .map(|bundle| bundle.files().clone())
        .unwrap_or_default()
}

/// What the last new version of the pack changed, kept in `state.db` for the operator to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PackChanges {
    /// The version before.
    pub from: u32,
    /// The version now.
    pub to: u32,
    /// Since when, UTC.
    pub at: DateTime<Utc>,
    /// What differs.
    pub differences: Vec<Difference>,
}

impl PackChanges {
    /// Name in table `setting`.
    pub const SETTING: &'static str = "pack_changes";
}

/// Version of the pack in force, where there is one.
pub(crate) fn active_version(state: &Connection) -> Result<Option<u32>, StoreError> {
    Ok(state
        .prepare_cached("SELECT version FROM pack WHERE active = 1")?
        .query_row([], |row| row.get(0))
        .optional()?)
}

/// Keeps a pack as the one in force.
pub(crate) fn put_active(
    state: &Connection,
    named: &PackRef,
    bundle: &[u8],
) -> Result<(), StoreError> {
    setting::remove(state, NEWER)?;
    state.execute("UPDATE pack SET active = 0", [])?;
    state.execute(
        "INSERT INTO pack (hash, version, active, bundle) VALUES (?1, ?2, 1, ?3)
         ON CONFLICT (hash) DO UPDATE SET active = 1",
        params![named.hash, named.version, bundle],
    )?;
    Ok(())
}

/// Makes the mirror's indexes, computed fields, titles and words under a pack, unless they are.
async fn remake(engine: &Engine, pack: &Arc<Pack>) -> Result<(), StoreError> {
    let cache = &engine.stores.cache;
    let position = cache.read(|cache| apply::position(cache)).await?;
    if position.pack.as_ref() == Some(&pack.made_under()) {
        return Ok(());
    }
    let new = pack.clone();
    cache.write(move |cache| make_indexes(cache, &new)).await?;
    for pass in [Pass::Computed, Pass::Text] {
        let mut after = Some(0);
        while let Some(rowid) = after {
            let new = pack.clone();
            after = cache
                .write(move |cache| make_rows(cache, &new, pass, rowid))
                .await?;
        }
    }
    let new = pack.clone();
    cache
        .write(move |cache| {
            read_quarantine(cache, &new)?;
            forget_aside(cache, &new.sight)?;
            kept::follow(cache, &new)?;
            cache.execute("UPDATE feed SET pack = ?1", [new.made_under()])?;
            Ok::<_, StoreError>(())
        })
        .await
}

/// Partial indexes: those that fields and views want, and one for each reference that titles follow.
fn make_indexes(cache: &Connection, pack: &Pack) -> Result<(), StoreError> {
    let old: Vec<String> = cache
        .prepare(
            "SELECT name FROM sqlite_schema
             WHERE type = 'index' AND tbl_name = 'record' AND sql IS NOT NULL",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in old {
        cache.execute_batch(&format!("DROP INDEX {}", text::identifier(&name)))?;
    }
    for kind in pack.kinds.values() {
        let mut wanted = indexes(kind);
        for (field, _) in text::references(kind) {
            if let Some(index) = of_reference(kind, field)
                && !wanted
                    .iter()
                    .any(|known| known.columns.first() == index.columns.first())
            {
                wanted.push(index);
            }
        }
        for index in wanted {
            cache.execute_batch(&format!(
                "CREATE INDEX {} ON record ({}) WHERE kind = {}",
                text::identifier(&index.name),
                index.columns.join(", "),
                text::literal(&kind.name)
            ))?;
        }
    }
    Ok(())
}

/// Titles mention computed fields of other records, so these are all made first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Computed,
    Text,
}

struct Row {
    rowid: i64,
    kind: String,
    id: String,
    body: Map<String, Value>,
    computed: Map<String, Value>,
}

/// Makes a batch of rows after this one. Answers the last of them, or none at the end.
fn make_rows(
    cache: &Connection,
    pack: &Pack,
    pass: Pass,
    after: i64,
) -> Result<Option<i64>, StoreError> {
    let mut statement = cache.prepare_cached(
        "SELECT rowid, kind, id, body, computed FROM record
         WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
    )?;
    let mut rows = statement.query([after, BATCH])?;
    let mut batch = Vec::new();
    while let Some(row) = rows.next()? {
        batch.push(Row {
            rowid: row.get(0)?,
            kind: row.get(1)?,
            id: row.get(2)?,
            body: serde_json::from_str(&row.get::<_, String>(3)?)?,
            computed: serde_json::from_str(&row.get::<_, String>(4)?)?,
        });
    }
    for row in &batch {
        match pass {
            Pass::Computed => make_computed(cache, pack, row)?,
            Pass::Text => make_text(cache, pack, row)?,
        }
    }
    Ok(batch.last().map(|row| row.rowid))
}

fn make_computed(cache: &Connection, pack: &Pack, row: &Row) -> Result<(), StoreError> {
    if !pack.sight.sees_record(&row.kind, &row.body) {
        cache
            .prepare_cached("DELETE FROM record WHERE rowid = ?1")?
            .execute([row.rowid])?;
        return text::remove_words(cache, row.rowid);
    }
    let mut seen = row.body.clone();
    if pack.sight.strip(&row.kind, &mut seen) {
        // What the platform says of it next may be said at the same place.
        cache
            .prepare_cached("UPDATE record SET seq = ?2 WHERE rowid = ?1")?
            .execute([row.rowid, FORGOTTEN])?;
    }
    let (body, computed) = match pack.kind(&row.kind) {
        None => (seen, Map::new()),
        Some(kind) => {
            // What does not fit the new pack stays as it came: the platform will send it again.
            let body = value::normalise(kind, seen.clone()).unwrap_or(seen);
            let computed = value::compute(kind, &body);
            (body, computed)
        }
    };
    if body != row.body || computed != row.computed {
        cache
            .prepare_cached("UPDATE record SET body = ?2, computed = ?3 WHERE rowid = ?1")?
            .execute(params![
                row.rowid,
                serde_json::to_string(&body)?,
                serde_json::to_string(&computed)?
            ])?;
    }
    Ok(())
}

fn make_text(cache: &Connection, pack: &Pack, row: &Row) -> Result<(), StoreError> {
    let key = (row.kind.as_str(), row.id.as_str());
    let text = text::text(cache, Some(pack), key, &row.body, &row.computed)?;
    cache
        .prepare_cached("UPDATE record SET title = ?2 WHERE rowid = ?1 AND title <> ?2")?
        .execute(params![row.rowid, text.title])?;
    text::write_words(cache, row.rowid, &text.words)
}

/// A line that was set aside is kept as it came: none of what the reader does not see is kept so. One
/// may have come before the roles were known under which it reads, so that all is asked for again.
fn forget_aside(cache: &Connection, sight: &Sight) -> Result<(), StoreError> {
    if sight.is_all() {
        return Ok(());
    }
    let kinds: Vec<(String, Option<String>)> = cache
        .prepare("SELECT key, kind FROM quarantine")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut forgotten = false;
    for (key, kind) in kinds {
        let keeps = |kind: &String| sight.sees_kind(kind) && !sight.looks_into(kind);
        if !kind.as_ref().is_some_and(keeps) {
            cache.execute("DELETE FROM quarantine WHERE key = ?1", [key])?;
            forgotten = true;
        }
    }
    if forgotten {
        apply::restart(cache, true)?;
    }
    Ok(())
}

/// Records set aside under the old pack may fit the new one.
fn read_quarantine(cache: &Connection, pack: &Pack) -> Result<(), StoreError> {
    use super::client::RawLine;
    use super::parse::parse;
    use watchkeeper_wire::feed::Line;

    let mut statement = cache.prepare("SELECT raw FROM quarantine WHERE bytes = length(raw)")?;
    let kept: Vec<Vec<u8>> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for raw in kept {
        let Ok(Line::Upsert { seq, mut record }) = parse(&RawLine::Whole(raw)) else {
            continue;
        };
        if !pack.sight.sees_record(&record.kind, &record.body) {
            continue;
        }
        pack.sight.strip(&record.kind, &mut record.body);
        if let Ok(record) = page::prepare(Some(pack), record) {
            apply::take_in(cache, pack, seq, &record)?;
        }
    }
    Ok(())
}
