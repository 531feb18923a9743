//! Tests that need more than one crate: see the folders beside `src`.
