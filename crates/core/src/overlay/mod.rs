//! Our unconfirmed operations, drawn over the mirror.
//!
//! An overlay row belongs to one operation and one record. It keeps the record **as seen** when
//! the operator acted, and the record with the operation **applied**; what differs between the two
//! is what the operation sets. Decisions and lookups read `record_now`: the mirror with the sets of
//! all operations that are on their way laid over it, in lane order. Screens read `record_shown`,
//! with only those over it of which the platform has said that they are done: nothing is shown as
//! done before, and a queued operation is told by its word.
//!
//! - Once the platform named the revision that an operation gave the record, readers ignore its
//!   row as soon as the mirror is at least that far: never both, never neither.
//! - A held operation, and whatever waits behind it, is not drawn: nothing shows as done that
//!   stopped.
//! - Where the mirror does not have the record (an empty cache), it shows as seen.
//! - A record that an operation makes beside its own was never seen: its row has nothing as seen, at revision 0,
//!   and is drawn until the mirror has the record, at whatever revision, or has none though it would by then.
//! - Deleting rows is cleanup ([`clean`]) and changes nothing that is shown.

pub mod clean;
mod draw;
pub mod rows;

pub use draw::Overlay;
pub use rows::{Applied, OverlayRow, Seen};
