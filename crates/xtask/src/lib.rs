//! The chores of this repository, and the virtual desktop that `run` and the desktop tests share.

pub mod acceptance;
pub mod bench;
pub mod build;
pub mod children;
pub mod demo;
pub mod desktop;
pub mod generate;
pub mod progress;
pub mod root;
pub mod run;
pub mod setup;
pub mod soak;
pub mod test;
pub mod tidy;
