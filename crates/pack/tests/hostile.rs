//! Packs that mean harm: each is refused with a code and a place, in bounded memory.
//!
//! Packs on disk are checked by `watchkeeper-pack` itself, which is given little memory: where a
//! pack makes it take more, it ends without a word about the pack, and the test fails.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

#[path = "hostile/bundle.rs"]
mod bundle;
#[path = "hostile/expressions.rs"]
mod expressions;
#[path = "hostile/folder.rs"]
mod folder;
#[path = "hostile/good.rs"]
mod good;
#[path = "hostile/rules.rs"]
mod rules;
#[path = "hostile/run.rs"]
mod run;
#[path = "hostile/sizes.rs"]
mod sizes;
#[path = "hostile/texts.rs"]
mod texts;
#[path = "hostile/yaml.rs"]
mod yaml;
