//! Red alerts that fire and that nobody has acknowledged, for what has no room for more.

use watchkeeper_pack::format::Severity;

use crate::engine::Engine;
use crate::error::Error;
use crate::features::reading::read;
use crate::notify::firing::firing;

/// A red alert that fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedAlert {
    /// Its record.
    pub id: String,
    /// What is wrong, in the pack's fixed words.
    pub label: String,
}

/// All of them, the longest first.
pub async fn red(engine: &Engine) -> Result<Vec<RedAlert>, Error> {
    let firing = read(engine, firing).await?;
    Ok(firing
        .into_iter()
        .filter(|alert| alert.severity == Severity::Red)
        .map(|alert| RedAlert {
            id: alert.id,
            label: alert.label,
        })
        .collect())
}
