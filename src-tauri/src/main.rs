//! Watchkeeper, the desktop app.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use clap::Parser;

fn main() -> anyhow::Result<()> {
    watchkeeper::run(watchkeeper::Args::parse())
}
