//! Records whose words match, best first, at most 50.

use super::view::SearchHit;
use crate::engine::Engine;
use crate::error::{Code, Error};

/// Records whose words match, best first, at most 50.
pub async fn search(_engine: &Engine, _query: &str) -> Result<Vec<SearchHit>, Error> {
    Err(Error::new(Code::Internal))
}
