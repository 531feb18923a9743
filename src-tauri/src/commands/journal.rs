//! What goes wrong in the window, for the journal.

use watchkeeper_core::Error;

/// Writes a fault of the window to the journal: its class, such as `TypeError`. What follows the
/// colon is left out, because a message may quote data.
#[tauri::command]
#[specta::specta]
pub(crate) fn report_ui_error(message: String) -> Result<(), Error> {
    tracing::error!(class = class(&message), "fault in the window");
    Ok(())
}

/// The class of an error as it begins its own text.
fn class(message: &str) -> &str {
    let class = message.split(':').next().unwrap_or_default();
    let plain = class.len() <= 40 && class.chars().all(|c| c.is_ascii_alphanumeric());
    if plain { class } else { "unnamed" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_class_of_a_fault_is_written() {
        assert_eq!(class("TypeError: Jane Doe is not a function"), "TypeError");
        assert_eq!(class("Jane Doe paid 22 dollars"), "unnamed");
        assert_eq!(class("one\ntwo"), "unnamed");
        assert_eq!(class(&"x".repeat(5_000)), "unnamed");
    }
}
