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
    watchkeeper_core::crash::keep_quiet();
}
