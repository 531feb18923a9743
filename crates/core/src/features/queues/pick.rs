//! Records of a kind to choose from, where a field refers to them.

use super::queries;
use super::view::OptionView;
use crate::engine::Engine;
use crate::error::Error;
use crate::features::search::fts_query;

/// Records of a kind in which these words occur, by id and title; the first ones where no word is
/// given. At most 20.
///
/// # Errors
/// The local database failed.
pub async fn pick(engine: &Engine, kind: &str, query: &str) -> Result<Vec<OptionView>, Error> {
    let (kind, question) = (kind.to_owned(), fts_query(query));
    engine
        .stores()
        .cache
        .read(move |cache| Ok::<_, Error>(queries::pick::found(cache, &kind, question)?))
        .await
}
