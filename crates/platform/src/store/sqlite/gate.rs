//! For tests of crashes and full disks: a gate that every write passes. Nothing opens one in
//! production.

use crate::store::Result;

/// A point of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Before its transaction begins.
    Begin,
    /// Its statements are done and nothing is committed.
    Commit,
    /// It is committed and nobody knows.
    Committed,
}

/// Lets a write go on, or ends it with an error.
pub trait WriteGate: Send + Sync + 'static {
    /// A write passes a point.
    fn pass(&self, point: Point) -> Result<()>;
}
