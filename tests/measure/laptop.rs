//! An engine on a folder, without background tasks: it moves when it is told to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use tokio::sync::broadcast;
use url::Url;
use uuid::Uuid;
use watchkeeper_core::Engine;
use watchkeeper_core::clock::{Corrected, SystemClock};
use watchkeeper_core::profile::open::{OpenProfile, Pinned};
use watchkeeper_core::secrets::Secret;
use watchkeeper_core::store::{DbKey, StoreError, Stores};
use watchkeeper_wire::session::Me;

/// A platform and the right to speak to it.
#[derive(Debug, Clone, Args)]
pub struct Line {
    /// Address of the platform.
    #[arg(long)]
    pub platform: Url,
    /// Token of the operator.
    #[arg(long)]
    pub token: String,
}

/// The key of what is measured; protects nothing.
pub fn key() -> DbKey {
    DbKey::new([7; 32])
}

/// Signs a laptop in: settles what its profile is pinned to.
pub async fn sign_in(folder: &Path, line: &Line) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let request = reqwest::Client::new().get(line.platform.join("v1/me")?);
    let answer = request.bearer_auth(&line.token).send().await?;
    let me: Me = answer.error_for_status()?.json().await?;
    let pinned = Pinned {
        platform: line.platform.clone(),
        operator: me.operator,
        tenant: me.tenant,
        device: Uuid::now_v7(),
        audit_key: me.audit_key,
        publisher: me.publisher.unwrap_or_default(),
    };
    std::fs::write(pinned_file(folder), serde_json::to_vec(&pinned)?)?;
    Ok(())
}

/// Opens a laptop that was signed in.
pub async fn open(folder: &Path, token: &str) -> Result<Arc<Engine>> {
    Ok(Engine::assemble(profile(folder, token)?).await?)
}

/// What an engine is started with.
pub fn profile(folder: &Path, token: &str) -> Result<OpenProfile> {
    let pinned = std::fs::read(pinned_file(folder)).context("this laptop is not signed in")?;
    Ok(OpenProfile {
        id: "bench".to_owned(),
        folder: folder.to_owned(),
        stores: Stores::open(folder, &key())?,
        token: Secret::new(token),
        pinned: serde_json::from_slice(&pinned)?,
        clock: Arc::new(Corrected::new(Arc::new(SystemClock::default()), None)),
        changes: broadcast::channel(64).0,
        notifier: Arc::new(watchkeeper_core::notify::Nowhere),
        version: "0.0.0-bench".to_owned(),
    })
}

/// Records in the mirror.
pub async fn records(engine: &Engine) -> Result<i64> {
    let count = engine.stores().cache.read(|cache| {
        let sql = "SELECT count(*) FROM record";
        Ok::<_, StoreError>(cache.query_row(sql, [], |row| row.get(0))?)
    });
    Ok(count.await?)
}

fn pinned_file(folder: &Path) -> PathBuf {
    folder.join("pinned.json")
}
