//! The app without a window: `headless DATA DEMO_FILE [--keyring FILE] [--tenant NAME] [--forgetful]`.
//! Reads one JSON request a line and answers one JSON line each, `{"ok": …}` or `{"error": …}`. Keeps its key under
//! a passphrase, or in a keyring that is a file. A forgetful one loses what it has queued: a negative
//! control, by which the kill tests show that they would notice.
#![allow(clippy::print_stdout, reason = "its answers go to standard output")]

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, json};
use watchkeeper_core::clock::SystemClock;
use watchkeeper_core::features::log::view::LogRequest;
use watchkeeper_core::features::queues::view::{
    ActManyRequest, ActRequest, JudgeRequest, SelectRequest, ViewRequest,
};
use watchkeeper_core::features::{controls, log, queues, search, session, settings, sync, watch};
use watchkeeper_core::secrets::{Secrets, SecretsError};
use watchkeeper_core::{App, Config, Error};
use watchkeeper_tests::inside;
use watchkeeper_tests::keyring::FileKeyring;

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
    watchkeeper_core::crash::keep_quiet();
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let data = arguments.next().context("headless DATA DEMO_FILE")?;
    let demo_file = arguments.next().context("headless DATA DEMO_FILE")?;
    let (mut keyring, mut tenant, mut forgetful) = (None, None, false);
    while let Some(word) = arguments.next() {
        match word.to_str() {
            Some("--keyring") => keyring = Some(arguments.next().context("--keyring FILE")?),
            Some("--tenant") => {
                let name = arguments.next().context("--tenant NAME")?;
                tenant = Some(name.to_str().context("a name")?.to_owned());
            }
            Some("--forgetful") => forgetful = true,
            _ => anyhow::bail!(
                "headless DATA DEMO_FILE [--keyring FILE] [--tenant NAME] [--forgetful]"
            ),
        }
    }
    let passphrase = keyring.is_none().then(|| PASSPHRASE.to_owned());
    let secrets: Arc<dyn Secrets> = match keyring {
        Some(file) => Arc::new(FileKeyring::at(file)),
        None => Arc::new(NoKeyring),
    };
    let app = App::start(Config {
        data,
        demo: Some(serde_json::from_slice(&std::fs::read(demo_file)?)?),
        clock: Arc::new(SystemClock::default()),
        secrets,
        notifier: Arc::new(watchkeeper_core::notify::Nowhere),
        version: "0.0.0-test".to_owned(),
    })
    .await?;
    say(&opened(&app, tenant, passphrase).await);
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let mut answered = answer(&app, &request).await;
        if forgetful && answered.is_ok() && request.get("do") == Some(&json!("act")) {
            answered = forget(&app, &request).await.and(answered);
        }
        say(&answered);
    }
    app.stop().await;
    Ok(())
}

/// Signs in where there is no profile yet, else sees that the one there is is open.
async fn opened(
    app: &App,
    tenant: Option<String>,
    passphrase: Option<String>,
) -> Result<Value, Error> {
    let view = session::app_view(app).await?;
    match (view.profiles.first(), passphrase) {
        (None, passphrase) => session::sign_in_demo(app, tenant, passphrase)
            .await
            .map(drop)?,
        (Some(profile), Some(passphrase)) => {
            session::unlock(app, &profile.id, &passphrase).await?;
        }
        // The keyring's key has opened it at the start.
        (Some(profile), None) if app.engine().is_err() => {
            session::open(app, &profile.id).await?;
        }
        (Some(_), None) => {}
    }
    Ok(Value::Null)
}

async fn forget(app: &App, request: &Value) -> Result<Value, Error> {
    let operation = request.get("operation").and_then(Value::as_str);
    inside::forget(&*app.engine()?, operation.unwrap_or_default()).await
}

async fn answer(app: &App, request: &Value) -> Result<Value, Error> {
    let text = |name: &str| {
        request
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if text("do") == "app" {
        return json(session::app_view(app).await?);
    }
    let engine = app.engine()?;
    match text("do") {
        "panic" => {
            let said = text("saying").to_owned();
            let fallen = tokio::spawn(async move { fall_over(&said) }).await;
            json(fallen.is_err())
        }
        "chain" => {
            let checked = engine.check_chain().await?;
            let (entries, broken) = (checked.entries, checked.broken.map(|broken| broken.seq));
            json(json!({"entries": entries, "device": engine.pinned().device, "broken": broken}))
        }
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
                    ..ViewRequest::default()
                },
            )
            .await?,
        ),
        "export" => {
            let asked = request.get("request").cloned().unwrap_or_default();
            let asked: ViewRequest = serde_json::from_value(asked).map_err(unreadable)?;
            json(queues::export(&engine, asked, PathBuf::from(text("folder"))).await?)
        }
        "navigation" => json(queues::navigation(&engine).await?),
        "record" => json(queues::record(&engine, text("kind"), text("id")).await?),
        "act" => {
            let request: ActRequest =
                serde_json::from_value(request.clone()).map_err(unreadable)?;
            json(queues::act(&engine, request).await?)
        }
        "select" => {
            let request: SelectRequest =
                serde_json::from_value(request.clone()).map_err(unreadable)?;
            json(queues::select(&engine, request).await?)
        }
        "act_many" => {
            let request: ActManyRequest =
                serde_json::from_value(request.clone()).map_err(unreadable)?;
            json(queues::act_many(&engine, request).await?)
        }
        "resume_batch" => json(queues::resume_batch(&engine, text("batch")).await?),
        "leave_batch" => json(queues::leave_batch(&engine, text("batch")).await?),
        "judge" => {
            let request: JudgeRequest =
                serde_json::from_value(request.clone()).map_err(unreadable)?;
            json(queues::judge(&engine, request).await?)
        }
        "controls" => json(controls::controls(&engine).await?),
        "watch" => json(watch::watch(&engine).await?),
        "touch" => json(watch::touch(&engine).await?),
        "acknowledge" => json(watch::acknowledge(&engine, text("id")).await?),
        "log" => {
            let request: LogRequest =
                serde_json::from_value(request.clone()).map_err(unreadable)?;
            json(log::page(&engine, request).await?)
        }
        "verify" => json(log::verify(&engine).await?),
        "settings" => json(settings::settings(app, engine.profile()).await?),
        "set_notifications" => {
            let wanted = request.get("wanted").cloned().unwrap_or_default();
            let wanted = serde_json::from_value(wanted).map_err(unreadable)?;
            json(settings::set_notifications(&engine, wanted).await?)
        }
        "retry" => json(sync::retry(&engine, text("operation")).await?),
        "discard" => json(sync::discard(&engine, text("operation")).await?),
        "take_back" => {
            let operations = request.get("operations").cloned().unwrap_or_default();
            let operations: Vec<String> = serde_json::from_value(operations).map_err(unreadable)?;
            json(sync::take_back(&engine, &operations).await?)
        }
        "pull" => json(sync::pull_now(&engine).await?),
        "operations" => inside::operations(&engine).await,
        "mirror" => inside::mirror(&engine).await,
        "check" => inside::check(&engine).await,
        "search" => json(search::search(&engine, text("query")).await?),
        other => Err(unreadable(format!("no such request: {other}"))),
    }
}

/// A fault of the app, of which the message quotes what was at hand.
#[allow(clippy::panic, reason = "what a panic tells is what a test looks at")]
fn fall_over(said: &str) {
    panic!("{said}");
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
