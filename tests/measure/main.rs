//! What `cargo xtask bench` measures with: one thing a call, its figures as one line of JSON.
#![allow(clippy::print_stdout, reason = "its answers go to standard output")]

mod delta;
mod first_sync;
#[path = "../desktop/harness/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the window's harness is that of the tests"
)]
mod harness;
mod keys;
mod laptop;
mod notify;
mod numbers;
mod outbox;
mod packs;
mod reads;
mod screen;
mod seed;
mod sql;
mod window;
mod world;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::laptop::Line;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

/// What is measured.
#[derive(Subcommand)]
enum What {
    /// Brings orders to the platform.
    Seed {
        #[command(flatten)]
        line: Line,
        /// How many.
        #[arg(long)]
        count: u64,
    },
    /// The first sync of a new laptop.
    Sync {
        #[command(flatten)]
        line: Line,
        /// Where the laptop keeps what it has.
        #[arg(long)]
        folder: PathBuf,
    },
    /// The rows of a laptop inserted into a new database.
    Raw {
        /// A laptop that is in step.
        #[arg(long)]
        synced: PathBuf,
        /// Where the new database comes.
        #[arg(long)]
        folder: PathBuf,
    },
    /// Changes on the platform, and how long the laptop takes to have them.
    Delta {
        #[command(flatten)]
        line: Line,
        /// Token of the platform's own systems.
        #[arg(long)]
        system: String,
        /// The laptop.
        #[arg(long)]
        folder: PathBuf,
        /// Records changed at once.
        #[arg(long)]
        count: u64,
        /// How often.
        #[arg(long)]
        rounds: u64,
    },
    /// Questions of the screens.
    Reads {
        /// The laptop.
        #[arg(long)]
        folder: PathBuf,
        /// How often each is asked.
        #[arg(long)]
        times: u64,
        /// Only those with this word in their name.
        #[arg(long, default_value = "")]
        only: String,
    },
    /// Decisions, and their way to the platform.
    Outbox {
        #[command(flatten)]
        line: Line,
        /// The laptop.
        #[arg(long)]
        folder: PathBuf,
        /// How many.
        #[arg(long)]
        count: usize,
    },
    /// Keys, starts and memory of the real window.
    Window {
        #[command(flatten)]
        line: Line,
        /// Where desktop and app keep what they have.
        #[arg(long)]
        folder: PathBuf,
        /// Records that the platform has.
        #[arg(long)]
        records: u64,
        /// Keys of each sort.
        #[arg(long)]
        keys: u64,
        /// Starts.
        #[arg(long)]
        starts: u64,
    },
    /// From a firing alert to its notification.
    Notify {
        #[command(flatten)]
        line: Line,
        /// Token of the platform's own systems.
        #[arg(long)]
        system: String,
        /// Where desktop and app keep what they have.
        #[arg(long)]
        folder: PathBuf,
        /// How often.
        #[arg(long)]
        with_stream: u64,
        /// How often with the stream cut.
        #[arg(long)]
        without_stream: u64,
    },
    /// The plan of a query on the mirror, and how long it takes.
    Sql {
        /// The laptop.
        #[arg(long)]
        folder: PathBuf,
        /// The query.
        query: String,
    },
    /// Loading packs, deciding by one, and all their alert rules.
    Packs {
        /// Folder of the packs.
        #[arg(long)]
        packs: PathBuf,
        /// Where a store comes.
        #[arg(long)]
        folder: PathBuf,
        /// Records in all.
        #[arg(long)]
        records: usize,
        /// How often they are loaded.
        #[arg(long)]
        rounds: u64,
    },
    /// Opening what a laptop keeps.
    Open {
        /// The laptop.
        #[arg(long)]
        folder: PathBuf,
        /// How often.
        #[arg(long)]
        times: u64,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let figures = match Arguments::parse().what {
        What::Seed { line, count } => seed::bring(&line, 0..count, 0).await?,
        What::Sync { line, folder } => first_sync::sync(&folder, &line).await?,
        What::Raw { synced, folder } => first_sync::raw(&synced, &folder).await?,
        What::Delta {
            line,
            system,
            folder,
            count,
            rounds,
        } => {
            let system = Line {
                platform: line.platform.clone(),
                token: system,
            };
            delta::delta(&folder, &line, &system, (count, rounds)).await?
        }
        What::Reads {
            folder,
            times,
            only,
        } => reads::reads(&folder, times, &only).await?,
        What::Outbox {
            line,
            folder,
            count,
        } => outbox::outbox(&folder, &line, count).await?,
        What::Window {
            line,
            folder,
            records,
            keys,
            starts,
        } => window::window(&folder, &line, (records, keys, starts)).await?,
        What::Notify {
            line,
            system,
            folder,
            with_stream,
            without_stream,
        } => notify::notify(&folder, &line, &system, (with_stream, without_stream)).await?,
        What::Sql { folder, query } => sql::sql(&folder, query).await?,
        What::Packs {
            packs,
            folder,
            records,
            rounds,
        } => serde_json::json!({
            "load": packs::load(&packs, rounds)?,
            "decision": packs::decision(&packs, 20_000)?,
            "rules": packs::rules(&packs, folder, records).await?,
        }),
        What::Open { folder, times } => outbox::open(&folder, times).await?,
    };
    println!("{figures}");
    Ok(())
}
