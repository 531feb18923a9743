//! The tray: how many red alerts fire, without the window. A desktop without a tray shows nothing,
//! and misses nothing that the window does not have.

use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use watchkeeper_core::App;
use watchkeeper_core::changes::{ChangeSet, Tag};
use watchkeeper_core::features::watch::{self, RedAlert};

use crate::places::{self, Place};

/// Alerts that the menu lists.
const LISTED: usize = 5;
const OPEN: &str = "open";
const QUIT: &str = "quit";
/// Before a profile's id and an alert's.
const ALERT: &str = "alert:";

/// A red alert of one of the open profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    profile: String,
    alert: RedAlert,
}

/// Makes the tray. It says nothing until a profile is open.
pub(crate) fn make(app: &AppHandle) -> tauri::Result<TrayIcon> {
    let mut builder = TrayIconBuilder::with_id("watchkeeper")
        .menu(&menu(app, &[])?)
        .tooltip("Watchkeeper")
        .on_menu_event(|app, event| match event.id().as_ref() {
            OPEN => places::show(app, None, Place::Watch { alert: None }),
            QUIT => app.exit(0),
            id => {
                let named = id.strip_prefix(ALERT).and_then(|id| id.split_once(':'));
                let (profile, alert) = named.unzip();
                let alert = alert.map(str::to_owned);
                places::show(app, profile.map(str::to_owned), Place::Watch { alert });
            }
        });
    if let Some(icon) = app.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    builder.build(app)
}

/// Keeps the tray in step with what fires, until the core ends.
pub(crate) async fn keep(tray: TrayIcon, core: std::sync::Arc<App>, app: AppHandle) {
    let mut changes = core.changes();
    let mut said = None;
    loop {
        let red = red(&core).await;
        if said.as_ref() != Some(&red) {
            if let Err(error) = say(&tray, &app, &red) {
                tracing::warn!(%error, "the tray");
            }
            said = Some(red);
        }
        if !next(&mut changes).await {
            return;
        }
    }
}

/// The red alerts of all open profiles, with the tenant's name before each where there are several.
async fn red(core: &App) -> Vec<Listed> {
    let engines = core.engines();
    let mut all = Vec::new();
    for engine in &engines {
        let red = watch::red(engine).await.unwrap_or_default();
        all.extend(red.into_iter().map(|alert| Listed {
            profile: engine.profile().to_owned(),
            alert: RedAlert {
                label: match engines.len() {
                    1 => alert.label,
                    _ => format!("{}: {}", engine.pinned().tenant.name, alert.label),
                },
                id: alert.id,
            },
        }));
    }
    all
}

/// Waits for a change that concerns the tray; false at the end.
async fn next(changes: &mut Receiver<ChangeSet>) -> bool {
    loop {
        match changes.recv().await {
            Ok(change) => {
                let concerns = |tag: &Tag| match tag {
                    Tag::Kind(kind) => kind == "alert",
                    Tag::App | Tag::Pack => true,
                    _ => false,
                };
                if change.tags.iter().any(concerns) {
                    return true;
                }
            }
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}

fn say(tray: &TrayIcon, app: &AppHandle, red: &[Listed]) -> tauri::Result<()> {
    let words = match red.len() {
        0 => "Watchkeeper".to_owned(),
        1 => "Watchkeeper: 1 red alert".to_owned(),
        many => format!("Watchkeeper: {many} red alerts"),
    };
    tray.set_tooltip(Some(&words))?;
    // Where the desktop shows words beside the icon.
    let title = (!red.is_empty()).then(|| red.len().to_string());
    tray.set_title(title.as_deref())?;
    if let Some(icon) = app.default_window_icon() {
        let icon = if red.is_empty() {
            icon.clone()
        } else {
            marked(icon)
        };
        tray.set_icon(Some(icon))?;
    }
    tray.set_menu(Some(menu(app, red)?))
}

fn menu(app: &AppHandle, red: &[Listed]) -> tauri::Result<Menu<Wry>> {
    let menu = Menu::new(app)?;
    for Listed { profile, alert } in red.iter().take(LISTED) {
        let id = format!("{ALERT}{profile}:{}", alert.id);
        menu.append(&MenuItem::with_id(
            app,
            id,
            &alert.label,
            true,
            None::<&str>,
        )?)?;
    }
    if red.len() > LISTED {
        let more = format!("and {} more", red.len() - LISTED);
        menu.append(&MenuItem::with_id(app, OPEN, more, true, None::<&str>)?)?;
    }
    if !red.is_empty() {
        menu.append(&PredefinedMenuItem::separator(app)?)?;
    }
    menu.append(&MenuItem::with_id(
        app,
        OPEN,
        "Open Watchkeeper",
        true,
        None::<&str>,
    )?)?;
    menu.append(&MenuItem::with_id(app, QUIT, "Quit", true, None::<&str>)?)?;
    Ok(menu)
}

/// The icon with a red disc, ringed in white, in its lower right corner.
fn marked(icon: &Image<'_>) -> Image<'static> {
    let (width, height) = (icon.width(), icon.height());
    let mut pixels = icon.rgba().to_vec();
    let radius = f64::from(width.min(height)) * 0.28;
    let (x0, y0) = (f64::from(width) - radius, f64::from(height) - radius);
    for (place, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let (x, y) = (place % width.max(1), place / width.max(1));
        let away = (f64::from(x) + 0.5 - x0).hypot(f64::from(y) + 0.5 - y0);
        if away <= radius * 0.8 {
            pixel.copy_from_slice(&[0xb3, 0x26, 0x1e, 0xff]);
        } else if away <= radius {
            pixel.copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        }
    }
    Image::new_owned(pixels, width, height)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn the_mark_is_red_and_leaves_the_rest_alone() {
        let plain = Image::new_owned(vec![0; 32 * 32 * 4], 32, 32);
        let marked = marked(&plain);
        let pixel = |x: usize, y: usize| marked.rgba()[(y * 32 + x) * 4..][..4].to_vec();
        assert_eq!(pixel(23, 23), [0xb3, 0x26, 0x1e, 0xff]);
        assert_eq!(pixel(0, 0), [0, 0, 0, 0]);
    }
}
