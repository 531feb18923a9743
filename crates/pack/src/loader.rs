//! Loading and checking.

use crate::diagnostic::Diagnostic;
use crate::pack::Pack;

/// Loads and checks a pack's folder.
pub fn load_dir(_dir: &std::path::Path) -> Result<Pack, Vec<Diagnostic>> {
    Err(Vec::new())
}

/// Loads and checks a pack from its files, path → bytes.
pub fn load_files(
    _files: &std::collections::BTreeMap<String, Vec<u8>>,
) -> Result<Pack, Vec<Diagnostic>> {
    Err(Vec::new())
}
