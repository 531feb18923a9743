//! `watchkeeper-platform`: the reference platform, with its demo world or on a folder of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use watchkeeper_pack::{Bundle, Signed};
use watchkeeper_platform::bring::bring;
use watchkeeper_platform::demo::{self, DemoOptions};
use watchkeeper_platform::{Grant, Options, Platform, Server};
use watchkeeper_wire::session::Tenant;

/// The reference platform of Watchkeeper.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Serve the demo world.
    #[arg(long)]
    demo: bool,
    /// Folder of packs, for the demo.
    #[arg(long, default_value = "packs")]
    packs: PathBuf,
    /// Address to listen at; port 0 picks one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Folder of everything that is kept; in the demo a temporary one where absent.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Seed of a new demo world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the clock of a new demo world begins (RFC 3339); now where absent.
    #[arg(long)]
    start: Option<DateTime<Utc>>,
    /// The demo stands still: nothing arrives.
    #[arg(long)]
    still: bool,
    /// The demo has the worlds of all packs, each a tenant of its own.
    #[arg(long)]
    all: bool,
    /// Another day of the demo, in the worlds that have one of this name.
    #[arg(long)]
    scenario: Option<String>,
    /// Where to write address and tokens once the demo serves.
    #[arg(long)]
    ready_file: Option<PathBuf>,
    /// Bytes of documents that each tenant may keep.
    #[arg(long)]
    blob_quota: Option<u64>,
    #[command(subcommand)]
    task: Option<Task>,
}

/// What can be done to a folder, whether or not a platform serves it, and to a platform that runs.
#[derive(Subcommand)]
enum Task {
    /// Makes a tenant, or gives it a newer pack.
    Tenant {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// IANA zone of its day.
        zone: String,
        /// Its pack: a bundle as `watchkeeper-pack sign` writes it, with its signature beside it.
        #[arg(long, requires = "publisher")]
        pack: Option<PathBuf>,
        /// Public key of whoever signed the pack.
        #[arg(long)]
        publisher: Option<String>,
    },
    /// Makes a token and prints it, once.
    Token {
        /// The tenant.
        tenant: String,
        /// Id of the operator, who is made when needed.
        operator: String,
        /// Name of the operator.
        name: String,
        /// A role; may be given several times.
        #[arg(long = "role")]
        roles: Vec<String>,
        /// A region; may be given several times. None means all.
        #[arg(long = "region")]
        regions: Vec<String>,
    },
    /// Revokes a token, read from standard input.
    Revoke,
    /// Brings records out of a CSV file to a platform that runs: shows what it would do, and with
    /// `--load` does it.
    Ingest {
        /// The file.
        file: PathBuf,
        /// Kind of its records.
        #[arg(long)]
        kind: String,
        /// Address of the platform.
        #[arg(long)]
        to: reqwest::Url,
        /// File with the token of a system.
        #[arg(long)]
        token_file: PathBuf,
        /// Load it, where nothing is wrong with it.
        #[arg(long)]
        load: bool,
    },
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "info,tower_http=warn,refinery_core=warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    if arguments.demo {
        return run_demo(arguments).await;
    }
    let task = match arguments.task {
        Some(Task::Ingest {
            file,
            kind,
            to,
            token_file,
            load,
        }) => {
            let bytes = std::fs::read(&file);
            let bytes = bytes.with_context(|| format!("cannot read {}", file.display()))?;
            let token = std::fs::read_to_string(&token_file).context("the token")?;
            let said = bring(&to, token.trim(), (&kind, bytes), load).await?;
            return say(said.trim_end());
        }
        other => other,
    };
    let data = arguments
        .data
        .context("--data says where the platform keeps what it has (or --demo)")?;
    let mut options = Options::new(data);
    if let Some(task) = task {
        let platform = Platform::open(&options).await?;
        return carry_out(&platform, task).await;
    }
    options.listen = arguments.listen;
    options.blob_quota = arguments.blob_quota.unwrap_or(options.blob_quota);
    let server = Server::bind(options).await?;
    until_asked_to_stop().await?;
    server.stop().await;
    Ok(())
}

async fn run_demo(arguments: Arguments) -> anyhow::Result<()> {
    let temporary = match arguments.data {
        Some(_) => None,
        None => Some(tempfile::tempdir()?),
    };
    let data = match (&arguments.data, &temporary) {
        (Some(data), _) => data.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => anyhow::bail!("no data folder"),
    };
    let (server, ready) = demo::serve(&DemoOptions {
        packs: arguments.packs,
        data,
        listen: arguments.listen,
        seed: arguments.seed,
        start: arguments.start,
        lives: !arguments.still,
        all: arguments.all,
        scenario: arguments.scenario,
    })
    .await?;
    match &arguments.ready_file {
        Some(file) => demo::write_private(file, &ready)
            .with_context(|| format!("cannot write {}", file.display()))?,
        None => say(&serde_json::to_string_pretty(&ready)?)?,
    }
    until_asked_to_stop().await?;
    server.stop().await;
    Ok(())
}

async fn carry_out(platform: &Platform, task: Task) -> anyhow::Result<()> {
    let failed = |error| anyhow::anyhow!("{error:?}");
    match task {
        Task::Tenant {
            id,
            name,
            zone,
            pack,
            publisher,
        } => {
            let signed = match pack.zip(publisher) {
                Some((file, publisher)) => Some(signed_pack(&file, publisher)?),
                None => None,
            };
            let tenant = Tenant { id, name, zone };
            let founded = platform.found(&tenant, signed.as_ref()).await;
            founded.map_err(failed)
        }
        Task::Token {
            tenant,
            operator,
            name,
            roles,
            regions,
        } => {
            let grant = Grant {
                operator,
                name,
                roles,
                regions,
            };
            let token = platform.issue(&tenant, &grant).await.map_err(failed)?;
            say(&token)
        }
        Task::Revoke => {
            let token = std::io::read_to_string(std::io::stdin())?;
            let revoked = platform.revoke(token.trim()).await.map_err(failed)?;
            anyhow::ensure!(revoked, "no such token holds");
            Ok(())
        }
        Task::Ingest { .. } => anyhow::bail!("a file is brought to a platform that runs"),
    }
}

/// What was asked for goes to standard output; everything else is logging.
fn say(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

async fn until_asked_to_stop() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            ended = tokio::signal::ctrl_c() => ended?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// A bundle with the signature that lies beside it.
fn signed_pack(file: &Path, publisher: String) -> anyhow::Result<Signed> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".minisig");
    let bundle = Bundle::read(&std::fs::read(file)?)?;
    let signature = std::fs::read_to_string(beside).context("the pack's signature")?;
    Ok(Signed::new(bundle, signature, publisher)?)
}
