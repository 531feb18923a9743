//! What the pack in force says and an operator looks up: regions, promises, contacts, texts,
//! procedures, rulings. All of it is local, so it is there without a network.

mod contacts;
mod library;
mod rules;
mod screen;
mod texts;
pub mod view;

#[cfg(test)]
mod tests;

pub(crate) use contacts::reached;
pub use screen::{of_pack, reference};
