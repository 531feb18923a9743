//! A pack as one file named by its hash.

/// A pack as one file.
#[derive(Debug)]
pub struct Bundle {}
