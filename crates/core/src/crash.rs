//! What a crash may tell: where, and nothing of whom (fault 71).
//!
//! A panic's message may quote what was at hand, so only its place is written. A core dump would hold
//! keys, tokens and records in clear, so there is none: neither by the limit that the kernel and the
//! services that collect dumps respect, nor, on Linux, for anybody who asks for this process's memory.

/// Keeps crashes of this process quiet from now on. Once, at the start of a program.
pub fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(
            place = place.as_deref().unwrap_or("unknown"),
            thread = std::thread::current().name().unwrap_or("unnamed"),
            "panic"
        );
    }));
    if let Err(error) = no_dumps() {
        tracing::warn!(%error, "core dumps are not switched off");
    }
}

#[cfg(unix)]
fn no_dumps() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

#[cfg(not(unix))]
fn no_dumps() -> std::io::Result<()> {
    Ok(())
}
