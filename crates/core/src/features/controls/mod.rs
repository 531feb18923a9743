//! Controls of the platform: what is in force, what was asked for and is not, what each freezes. A
//! control is a record of the engine's and is switched by operation, as everything changes.

mod screen;
pub mod view;

pub use screen::controls;
