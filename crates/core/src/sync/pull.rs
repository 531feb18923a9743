//! Pulling: page after page from the cursor to the head of the feed.
//!
//! A page and its cursor are one transaction of `cache.db`. The verdicts of a page go to `state.db`
//! first: if the app ends in between, the page comes again and its verdicts change nothing twice. So does what
//! it says of people who were erased.
//!
//! | the feed …                                  | then                                          |
//! |---------------------------------------------|-----------------------------------------------|
//! | breaks off within a page, or is too large   | after two failures, smaller pages (fault 21)  |
//! | does not know the cursor, or another epoch  | a new snapshot, which is believed whatever    |
//! |                                             | the mirror has; the outbox stays (7, 27, 28)  |
//! | says two things at one place                | asked again once, then a new snapshot in which|
//! |                                             | the first that was said stands (fault 25)     |
//! | goes round in a circle                      | stop after three, back off (fault 29)         |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use watchkeeper_wire::session::Me;

use super::activate;
use super::apply::{self, Applied};
use super::client::{Client, ClientError};
use super::compare::Compared;
use super::missed;
use super::page::{self, Page};
use super::plan::Item;
use super::restored;
use crate::changes::{Source, Tag};
use crate::engine::{Engine, rights};
use crate::error::{Code, Error};
use crate::outbox::queue::Status;
use crate::outbox::send::SendError;
use crate::outbox::{answers, erased, frozen};
use crate::overlay::clean;
use crate::store::StoreError;

/// Records asked for in one page.
const PAGE: u32 = 5_000;
/// The smallest page that is asked for.
const SMALLEST_PAGE: u32 = 20;
/// How often one cursor may come in one pull.
const ROUNDS: u32 = 3;

/// What one pull remembers for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// Records to ask for in one page.
    limit: u32,
    /// Pages that broke since the last good one.
    broken: u32,
    /// How far a contradiction was followed: 0 not at all, 1 asked again, 2 a new snapshot.
    suspicion: u8,
    /// Hash of a pack that does not load: not fetched again.
    pub(super) refused_pack: Option<String>,
    /// When the mirror was last held against the platform; none since the start.
    pub(super) compared: Option<Compared>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            limit: PAGE,
            broken: 0,
            suspicion: 0,
            refused_pack: None,
            compared: None,
        }
    }
}

impl Memory {
    /// A page broke: after the second time smaller ones are asked for.
    fn broke(&mut self) {
        self.broken += 1;
        if self.broken >= 2 {
            self.limit = (self.limit / 4).max(SMALLEST_PAGE);
        }
    }

    /// A page came whole: larger ones may be tried again.
    fn whole(&mut self) {
        self.broken = 0;
        self.limit = self.limit.saturating_mul(2).min(PAGE);
    }
}

/// Asks who is signed in: pack, settings, controls and roles follow from that.
pub async fn who_am_i(engine: &Engine, client: &Client) -> Result<Me, SendError> {
    let sent = engine.clock.boot();
    let me = client.me().await?;
    engine.observe(me.server_time, sent);
    if me.operator.id != engine.pinned.operator.id || me.tenant.id != engine.pinned.tenant.id {
        return Err(ClientError::SignedOut.into());
    }
    let before = engine.rights();
    if let Some(now) = rights::keep(&engine.stores, &engine.pinned, &before, &me).await? {
        let switched = frozen::changed(&before, &now);
        engine.put_rights(now);
        // Before anything goes out in this turn.
        frozen::hold(engine, switched).await?;
    }
    if let Some(history) = &me.history {
        restored::follow(engine, client, history).await?;
    }
    activate::follow_roles(engine).await?;
    activate::follow(engine, client, me.pack.as_ref()).await?;
    Ok(me)
}

/// Pulls to the head of the feed, then reads back what has no final verdict, cleans up, and
/// delivers the audit chain.
pub async fn pull(engine: &Engine, client: &Client) -> Result<(), SendError> {
    let done_with = engine
        .stores
        .state
        .read(|state| clean::candidates(state))
        .await?;
    feed(engine, client).await?;
    if !done_with.is_empty() {
        engine
            .stores
            .state
            .write(move |state| clean::remove(state, &done_with))
            .await?;
    }
    answers::read_back(engine, client, &[Status::Accepted, Status::Unknown]).await?;
    missed::read_back(engine, client).await?;
    match super::deliver::deliver(engine, client).await {
        // Records and operations go on without it; the Sync screen shows how far it got.
        Err(SendError::Client(error @ (ClientError::Rejected(_) | ClientError::Protocol(_)))) => {
            tracing::error!(%error, "the audit chain was not countersigned");
            Ok(())
        }
        other => other,
    }
}

async fn feed(engine: &Engine, client: &Client) -> Result<(), SendError> {
    let mut seen: BTreeMap<Option<String>, u32> = BTreeMap::new();
    let (mut restarted, mut clean) = (false, true);
    // The next page is fetched while this one is written.
    let mut ahead = None;
    loop {
        let position = engine
            .stores
            .cache
            .read(|cache| apply::position(cache))
            .await?;
        if position.cursor.is_none() {
            missed::note(engine).await?;
        }
        let rounds = seen.entry(position.cursor.clone()).or_default();
        *rounds += 1;
        if *rounds > ROUNDS {
            return Err(ClientError::Protocol("the feed goes round in a circle".into()).into());
        }
        let limit = engine.memory.lock().await.limit;
        let fetched = match ahead.take() {
            Some(fetched) => fetched,
            None => page::fetch(engine, client, position.cursor.as_deref(), limit).await,
        };
        let page = match fetched {
            Ok(page) => page,
            Err(ClientError::Gone) if !restarted => {
                restarted = true;
                // A restored platform begins behind the mirror, whose places mean nothing then.
                restart(engine, true).await?;
                continue;
            }
            Err(error) => {
                if matches!(error, ClientError::Transient(_) | ClientError::TooLarge(_)) {
                    engine.memory.lock().await.broke();
                }
                return Err(error.into());
            }
        };
        let more = page.end.more;
        verdicts(engine, &page).await?;
        people_erased(engine, &page).await?;
        let cursor = page.end.cursor.clone();
        // Never the one that was asked before: a feed that goes round is counted above (fault 29).
        let goes_on = more && !seen.contains_key(&Some(cursor.clone()));
        let next = async {
            match goes_on {
                true => Some(page::fetch(engine, client, Some(&cursor), limit).await),
                false => None,
            }
        };
        let (applied, next) = tokio::join!(write(engine, page), next);
        match applied? {
            Applied::Done {
                kinds,
                contradictions,
            } => {
                engine.memory.lock().await.whole();
                if let Some(problem) = contradictions.first() {
                    clean = false;
                    engine.update_link(|link| link.contradicted(problem));
                }
                tell(engine, kinds);
                if !more {
                    settled(engine, clean).await?;
                    return Ok(());
                }
                ahead = next;
            }
            Applied::OtherEpoch if !restarted => {
                restarted = true;
                restart(engine, false).await?;
            }
            Applied::OtherEpoch => {
                let problem = "the feed changes its epoch within a snapshot";
                return Err(ClientError::Protocol(problem.into()).into());
            }
            Applied::Contradicts(problems) => suspect(engine, &problems).await?,
        }
    }
}

/// The feed said two things: ask again, then start anew.
async fn suspect(engine: &Engine, problems: &[String]) -> Result<(), StoreError> {
    let problem = problems.first().map_or("", String::as_str);
    tracing::error!(
        problem,
        count = problems.len(),
        "the feed contradicts itself"
    );
    engine.update_link(|link| link.contradicted(problem));
    let mut memory = engine.memory.lock().await;
    memory.suspicion += 1;
    if memory.suspicion >= 2 {
        restart(engine, true).await?;
    }
    Ok(())
}

pub(super) async fn restart(engine: &Engine, distrust: bool) -> Result<(), StoreError> {
    tracing::info!(distrust, "starting again with a snapshot");
    engine
        .stores
        .cache
        .write(move |cache| apply::restart(cache, distrust))
        .await
}

async fn verdicts(engine: &Engine, page: &Page) -> Result<(), StoreError> {
    let verdicts: Vec<_> = page
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Verdict { verdict, .. } => Some((**verdict).clone()),
            _ => None,
        })
        .collect();
    if verdicts.is_empty() {
        return Ok(());
    }
    answers::settle(engine, verdicts).await
}

/// After the verdicts: what was asked about somebody who was erased is over by then.
async fn people_erased(engine: &Engine, page: &Page) -> Result<(), StoreError> {
    let gone = erased::of(&page.items);
    if gone.is_empty() {
        return Ok(());
    }
    let (pack, gone) = (engine.pack(), Arc::new(gone));
    let (known, these) = (pack.clone(), Arc::clone(&gone));
    let referring = engine
        .stores
        .read_both(move |state, cache| {
            let lanes = erased::without_beside(state)?;
            erased::referring(cache, known.as_deref(), &these, &lanes)
        })
        .await?;
    let state = &engine.stores.state;
    state
        .write(move |state| erased::follow(state, pack.as_deref(), &gone, &referring))
        .await
}

async fn write(engine: &Engine, page: Page) -> Result<Applied, StoreError> {
    let insist = engine.memory.lock().await.suspicion >= 2;
    let (pack, now) = (engine.pack(), engine.clock.now().at);
    engine
        .stores
        .cache
        .write(move |cache| {
            let Page { head, items, end } = page;
            apply::apply(cache, pack.as_deref(), (&head, items, &end), insist, now)
        })
        .await
}

fn tell(engine: &Engine, kinds: BTreeSet<String>) {
    let mut tags: BTreeSet<Tag> = kinds.into_iter().map(Tag::Kind).collect();
    if !tags.is_empty() {
        tags.insert(Tag::Navigation);
    }
    tags.insert(Tag::Sync);
    engine.changed(tags, Source::Sync);
}

/// The head of the feed is reached.
async fn settled(engine: &Engine, clean: bool) -> Result<(), StoreError> {
    if clean {
        engine.memory.lock().await.suspicion = 0;
    }
    let position = engine
        .stores
        .cache
        .read(|cache| apply::position(cache))
        .await?;
    engine.update_link(|link| {
        link.filled = position.filled;
        if clean {
            link.feed_problem = None;
        }
    });
    Ok(())
}

/// The tenant has no pack: said once, where nothing else is wrong.
pub(super) fn no_pack() -> Error {
    Error::with(
        Code::NoPack,
        "nobody has published a pack for this tenant yet",
    )
}
