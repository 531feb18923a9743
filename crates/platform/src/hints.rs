//! Hints to open streams: something changed, pull sooner. Never the change itself; a lost hint
//! costs a poll interval and nothing else.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::store::Touched;

/// Streams that one token may have open; one more ends the oldest. A laptop needs one, and may not
/// have noticed yet that another has died.
pub const MAX_STREAMS: usize = 8;

/// What an open stream hears.
#[derive(Debug, Clone)]
pub enum Signal {
    /// Something changed in this tenant.
    Changed {
        /// The tenant.
        tenant: String,
        /// Kinds that changed; of them each reader is told what they may see. None where it concerns
        /// everybody: settings, controls or the pack.
        kinds: BTreeSet<String>,
    },
    /// This token gives other rights now, or none: its streams end.
    Ended {
        /// SHA-256 of the token, hex.
        token_hash: String,
    },
}

/// The one channel that all streams listen to.
#[derive(Debug, Clone)]
pub struct Hints {
    sender: broadcast::Sender<Signal>,
    open: Open,
}

/// Open streams by token, the oldest first.
type Open = Arc<Mutex<BTreeMap<String, VecDeque<(u64, CancellationToken)>>>>;

/// An open stream's place; dropping it gives it back.
#[derive(Debug)]
pub struct StreamPlace {
    /// Ends the stream.
    pub end: CancellationToken,
    open: Open,
    token_hash: String,
    number: u64,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        if let Some(mine) = open.get_mut(&self.token_hash) {
            mine.retain(|(number, _)| *number != self.number);
            if mine.is_empty() {
                open.remove(&self.token_hash);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Hints {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(256).0,
            open: Arc::default(),
        }
    }
}

impl Hints {
    /// Tells all streams of a tenant. Nobody listening is fine.
    pub fn changed(&self, tenant: &str, touched: &Touched) {
        let _nobody_listens = self.sender.send(Signal::Changed {
            tenant: tenant.to_owned(),
            kinds: touched.kinds.clone(),
        });
    }

    /// Takes a place for a stream of this token. Beyond [`MAX_STREAMS`] its oldest ends.
    pub fn open(&self, token_hash: &str) -> StreamPlace {
        let end = CancellationToken::new();
        let mut open = lock(&self.open);
        let mine = open.entry(token_hash.to_owned()).or_default();
        let number = mine.back().map_or(0, |(last, _)| last + 1);
        mine.push_back((number, end.clone()));
        while mine.len() > MAX_STREAMS {
            if let Some((_, oldest)) = mine.pop_front() {
                oldest.cancel();
            }
        }
        StreamPlace {
            end,
            open: Arc::clone(&self.open),
            token_hash: token_hash.to_owned(),
            number,
        }
    }

    /// Ends the streams of a token.
    pub fn end(&self, token_hash: &str) {
        let _nobody_listens = self.sender.send(Signal::Ended {
            token_hash: token_hash.to_owned(),
        });
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.sender.subscribe()
    }
}
