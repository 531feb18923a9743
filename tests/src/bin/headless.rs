//! The app without a window: `headless DATA DEMO_FILE`. Reads one JSON request a line and answers
//! one JSON line each, `{"ok": …}` or `{"error": …}`. Keeps its key under a passphrase.
#![allow(clippy::print_stdout, reason = "its answers go to standard output")]

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, json};
use watchkeeper_core::clock::SystemClock;
use watchkeeper_core::features::queues::view::{ActRequest, ViewRequest};
use watchkeeper_core::features::{queues, search, session, sync};
use watchkeeper_core::secrets::{Secrets, SecretsError};
use watchkeeper_core::{App, Config, Error};

/// No test passes without it; protects nothing.
const PASSPHRASE: &str = "a passphrase for tests only";

/// A machine without a keyring.
struct NoKeyring;

impl Secrets for NoKeyring {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, SecretsError> {
        Err(SecretsError::Absent)
    }
    fn set(&self, _: &str, _: &[u8]) -> Result<(), SecretsError> {
        Err(SecretsError::Absent)
    }
    fn remove(&self, _: &str) -> Result<(), SecretsError> {
        Err(SecretsError::Absent)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let data = arguments.next().context("headless DATA DEMO_FILE")?;
    let demo_file = arguments.next().context("headless DATA DEMO_FILE")?;
    let app = App::start(Config {
        data,
        demo: Some(serde_json::from_slice(&std::fs::read(demo_file)?)?),
        clock: Arc::new(SystemClock::default()),
        secrets: Arc::new(NoKeyring),
        notifier: Arc::new(watchkeeper_core::notify::Nowhere),
        version: "0.0.0-test".to_owned(),
    })
    .await?;
    say(&opened(&app).await);
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        say(&answer(&app, &request).await);
    }
    app.stop().await;
    Ok(())
}

async fn opened(app: &App) -> Result<Value, Error> {
    match session::app_view(app).await?.profiles.first() {
        Some(profile) => session::unlock(app, &profile.id, PASSPHRASE)
            .await
            .map(|()| Value::Null),
        None => session::sign_in_demo(app, Some(PASSPHRASE.to_owned()))
            .await
            .map(|_| Value::Null),
    }
}

async fn answer(app: &App, request: &Value) -> Result<Value, Error> {
    let text = |name: &str| {
        request
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let engine = app.engine()?;
    match text("do") {
        "status" => json(sync::status(&engine).await?),
        "page" => json(
            queues::page(
                &engine,
                ViewRequest {
                    view: text("view").to_owned(),
                    sort: None,
                    search: text("search").to_owned(),
                    offset: 0,
                    limit: 500,
                },
            )
            .await?,
        ),
        "navigation" => json(queues::navigation(&engine).await?),
        "record" => json(queues::record(&engine, text("kind"), text("id")).await?),
        "act" => {
            let request: ActRequest =
                serde_json::from_value(request.clone()).map_err(unreadable)?;
            json(queues::act(&engine, request).await?)
        }
        "retry" => json(sync::retry(&engine, text("operation")).await?),
        "discard" => json(sync::discard(&engine, text("operation")).await?),
        "pull" => json(sync::pull_now(&engine).await?),
        "search" => json(search::search(&engine, text("query")).await?),
        other => Err(unreadable(format!("no such request: {other}"))),
    }
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::with(watchkeeper_core::Code::Internal, error.to_string())
}

fn json(value: impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(unreadable)
}

fn say(answer: &Result<Value, Error>) {
    let line = match answer {
        Ok(value) => json!({"ok": value}),
        Err(error) => json!({"error": error}),
    };
    println!("{line}");
    // A reader that is gone takes the process with it at the next read.
    let _ = std::io::stdout().flush();
}
