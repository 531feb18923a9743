//! What the window may ask: each command takes its arguments, calls the core and passes its answer on.

pub(crate) mod controls;
pub(crate) mod demo;
pub(crate) mod documents;
pub(crate) mod history;
pub(crate) mod journal;
pub(crate) mod log;
pub(crate) mod queues;
pub(crate) mod reference;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod sync;
pub(crate) mod tenant;
pub(crate) mod watch;
