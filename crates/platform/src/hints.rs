//! Hints to open streams: something changed, pull sooner. Never the change itself; a lost hint
//! costs a poll interval and nothing else.

use tokio::sync::broadcast;
use watchkeeper_wire::feed::Hint;

use crate::store::Touched;

/// What an open stream hears.
#[derive(Debug, Clone)]
pub enum Signal {
    /// Something changed in this tenant.
    Changed {
        /// The tenant.
        tenant: String,
        /// What a client is told.
        hint: Hint,
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
}

impl Default for Hints {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(256).0,
        }
    }
}

impl Hints {
    /// Tells all streams of a tenant. Nobody listening is fine.
    pub fn changed(&self, tenant: &str, touched: &Touched) {
        let _nobody_listens = self.sender.send(Signal::Changed {
            tenant: tenant.to_owned(),
            hint: Hint {
                seq: touched.head,
                kinds: touched.kinds.clone(),
            },
        });
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
