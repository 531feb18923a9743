//! What the app writes to standard error: no token, no key, no personal value.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts writing. `WATCHKEEPER_LOG` takes the usual filter, such as `watchkeeper_core=debug`.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("WATCHKEEPER_LOG").unwrap_or_else(|_| "info".into());
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
    // A panic's message may quote data, so only its place is written.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(
            place = place.as_deref().unwrap_or("unknown"),
            thread = std::thread::current().name().unwrap_or("unnamed"),
            "panic"
        );
    }));
}
