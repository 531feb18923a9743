#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

//! Sessions over real databases, a keyring in memory and a platform that answers what it is told.

mod elsewhere;
mod keys;
mod opening;
mod platform;
mod several;
mod signing_in;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use self::platform::Platform;
use super::view::{AppView, SignInRequest, SignedIn};
use super::*;
use crate::app::{App, Config};
use crate::clock::SystemClock;
use crate::error::{Code, Error};
use crate::secrets::{MemoryKeyring, Mood};
use crate::store::StoreError;

const PASSPHRASE: &str = "correct horse battery";

/// A data folder and the keyring of the machine that it is on; apps come and go.
struct Machine {
    folder: TempDir,
    keyring: Arc<MemoryKeyring>,
}

impl Machine {
    fn new(mood: Mood) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            keyring: Arc::new(MemoryKeyring::new(mood)),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn app(&self) -> App {
        self.try_app().await.unwrap()
    }

    async fn try_app(&self) -> Result<App, Error> {
        App::start(Config {
            data: self.data(),
            demo: None,
            clock: Arc::new(SystemClock::new()),
            secrets: self.keyring.clone(),
            notifier: Arc::new(crate::notify::Nowhere),
            version: "0.0.0".into(),
        })
        .await
    }

    fn profile(&self, id: &str) -> PathBuf {
        self.data().join("profiles").join(id)
    }

    /// Every file under the data folder.
    fn files(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, into);
                } else {
                    into.push(path);
                }
            }
        }
        let mut files = Vec::new();
        walk(&self.data(), &mut files);
        files
    }
}

fn request(platform: &Platform, passphrase: Option<&str>) -> SignInRequest {
    SignInRequest {
        platform: platform.address(),
        token: platform::TOKEN.into(),
        passphrase: passphrase.map(str::to_owned),
    }
}

async fn signed_in(app: &App, platform: &Platform, passphrase: Option<&str>) -> SignedIn {
    sign_in(app, request(platform, passphrase)).await.unwrap()
}

async fn view(app: &App) -> AppView {
    app_view(app).await.unwrap()
}

/// An operation that waits; it is what must never be lost.
async fn leave_work(app: &App) {
    let stores = app.live().unwrap().profile.stores;
    stores
        .state
        .write(|state| {
            Ok::<_, StoreError>(state.execute(
                "INSERT INTO operation (id, lane, author, request, fingerprint, title, action, status, hold, made_at)
                 VALUES ('0190', 'ticket/1', 'nobody', '{}', '', 'Ticket', 'Close', 'held', 'refused', 0)",
                [],
            )?)
        })
        .await
        .unwrap();
}

async fn work_left(app: &App) -> u32 {
    let stores = app.live().unwrap().profile.stores;
    stores
        .state
        .read(|state| {
            Ok::<_, StoreError>(
                state.query_row("SELECT count(*) FROM operation", [], |row| row.get(0))?,
            )
        })
        .await
        .unwrap()
}

fn code<T>(result: Result<T, Error>) -> Code {
    match result {
        Ok(_) => panic!("it went through"),
        Err(error) => error.code,
    }
}
