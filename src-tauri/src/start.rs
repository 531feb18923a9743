//! From arguments to a running app.

use std::sync::Arc;
use std::time::Duration;

use tauri::{AppHandle, Manager, RunEvent};
use tokio::sync::SetOnce;
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_core::features::session;
use watchkeeper_core::secrets::OsKeyring;
use watchkeeper_core::{App, Config, Engine, Error};

use crate::args::Args;
use crate::{bindings, changes, instance, journal, notifier, places, tray, window};

/// What the commands share. The core starts beside the window, which takes longer; commands that
/// arrive before it wait for it.
pub(crate) struct Shell {
    started: SetOnce<Result<Arc<App>, Error>>,
    clock: Arc<dyn Clock>,
}

impl Shell {
    /// The core; the error with which it could not start otherwise.
    pub(crate) async fn app(&self) -> Result<Arc<App>, Error> {
        self.started.wait().await.clone()
    }

    /// An open profile. Every command names the one that it is meant for, so that nothing that was asked
    /// for one is answered or done by another that came to be shown meanwhile.
    pub(crate) async fn engine(&self, profile: &str) -> Result<Arc<Engine>, Error> {
        self.app().await?.engine_of(profile)
    }

    /// The machine's clocks.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}

/// Runs the app until its window is closed; asks the one that runs on the same data to come forward
/// and ends, where there is one.
///
/// # Errors
/// Where the arguments do not hold or no window can be made. A core that cannot start is told in the
/// window instead.
pub fn run(args: Args) -> anyhow::Result<()> {
    journal::start();
    let data = args.data_folder()?;
    let demo = args.demo()?;
    if instance::brought_forward(&data) {
        return Ok(());
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let bindings = bindings::builder();
    let tag = instance::folder_tag(&data);

    let builder = tauri::Builder::default();
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(tauri_plugin_notification::init());
    builder
        .plugin(instance::plugin(&data))
        .plugin(window::state_plugin(&tag))
        .invoke_handler(bindings.invoke_handler())
        .manage(Shell {
            started: SetOnce::new(),
            clock: Arc::clone(&clock),
        })
        .setup(move |app| {
            bindings.mount_events(app);
            let notifier = notifier::of(app.handle());
            tauri::async_runtime::spawn(places::follow(notifier.signals(), app.handle().clone()));
            let config = Config {
                data: data.clone(),
                demo,
                clock,
                secrets: Arc::new(OsKeyring),
                notifier,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            };
            tauri::async_runtime::spawn(start_core(config, app.handle().clone()));
            window::open(app, &data)?;
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if matches!(event, RunEvent::Exit) {
                tauri::async_runtime::block_on(stop_core(app));
            }
        });
    Ok(())
}

/// How long after the start the profiles that are not shown are opened: the first screen has the
/// machine for itself until then.
const OTHERS_AFTER: Duration = Duration::from_secs(2);

async fn start_core(config: Config, handle: AppHandle) {
    let started = App::start(config).await.map(Arc::new);
    // Before the tray, which waits for the main thread: that one may be ending the app.
    let _ = handle.state::<Shell>().started.set(started.clone());
    match &started {
        Ok(app) => {
            let others = Arc::clone(app);
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(OTHERS_AFTER).await;
                session::open_others(&others).await;
            });
            tauri::async_runtime::spawn(changes::pass_on(app.changes(), handle.clone()));
            match tray::make(&handle) {
                Ok(tray) => {
                    let kept = tray::keep(tray, Arc::clone(app), handle.clone());
                    tauri::async_runtime::spawn(kept);
                }
                Err(error) => tracing::warn!(%error, "there is no tray"),
            }
        }
        Err(error) => tracing::error!(code = ?error.code, "the core did not start"),
    }
}

/// How long the end of the app waits for a core that is only starting: its databases are not to be worked on
/// while the process ends, and it may be the keyring that it waits for.
const START_MOST: Duration = Duration::from_secs(5);

async fn stop_core(handle: &AppHandle) {
    let shell = handle.state::<Shell>();
    if let Ok(Ok(app)) = tokio::time::timeout(START_MOST, shell.started.wait()).await {
        app.stop().await;
    }
}
