//! `cargo xtask <chore>`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The chores of this repository")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Prepare what tests need of the machine, without root.
    Setup,
    /// Build user interface, platform and app.
    Build,
    /// Open the app on a demo platform.
    Run(xtask::run::Options),
    /// Run every check and test there is.
    Test(xtask::test::Options),
    /// Check layers, sizes, names and other rules of the house.
    Tidy,
    /// Write the TypeScript bindings of the app's commands.
    Bindings,
    /// Write the OpenAPI document of the platform.
    Openapi,
    /// Write the JSON Schema of the pack format.
    Schemas,
    /// Say which rows of the acceptance list a test claims, and which none.
    Acceptance {
        /// Set the marks of the list first.
        #[arg(long)]
        write: bool,
    },
    /// Measure the release build and write what it reached.
    Bench(xtask::bench::Options),
    /// Simulate, kill and feed with bad input for as long as you want; figures go to docs/soak.md.
    Soak(xtask::soak::Options),
    /// Take screenshots of the real window in both themes and two sizes.
    Shots,
}

#[allow(
    clippy::print_stderr,
    reason = "this is the terminal's part of the program"
)]
fn main() -> ExitCode {
    match chore() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore() -> anyhow::Result<()> {
    match Cli::parse().chore {
        Chore::Setup => xtask::setup::setup(),
        Chore::Build => xtask::build::everything(),
        Chore::Run(options) => xtask::run::run(&options),
        Chore::Test(options) => xtask::test::test(&options),
        Chore::Tidy => xtask::tidy::tidy(),
        Chore::Bindings => xtask::generate::bindings(),
        Chore::Openapi => xtask::generate::openapi(),
        Chore::Schemas => xtask::generate::schemas(),
        Chore::Acceptance { write } => xtask::acceptance::report(write),
        Chore::Bench(options) => xtask::bench::bench(&options),
        Chore::Soak(options) => xtask::soak::soak(&options),
        Chore::Shots => xtask::generate::shots(),
    }
}
