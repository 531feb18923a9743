//! Opening a pack: whose it is, and what is wrong with it.

use watchkeeper_pack::bundle::BundleError;
use watchkeeper_pack::{Bundle, Pack, PublisherKey};
use watchkeeper_wire::session::PackRef;

use crate::error::{Code, Error};

/// Opens a bundle that the platform names. It is signed by this publisher, and of the version that it
/// is named.
pub(crate) async fn open_named(
    named: &PackRef,
    publisher: &str,
    bundle: Vec<u8>,
) -> Result<Pack, Error> {
    // First, so that nothing of anybody else's is ever read.
    PublisherKey::parse(publisher)
        .and_then(|publisher| publisher.verify(&bundle, &named.signature))
        .map_err(|error| Error::with(Code::PackInvalid, error.to_string()))?;
    let pack = open(named.hash.clone(), bundle).await?;
    if pack.version == named.version {
        return Ok(pack);
    }
    let (named, version) = (named.version, pack.version);
    let detail = format!("the pack is version {version}, the platform names it {named}");
    Err(Error::with(Code::PackInvalid, detail))
}

/// Opens a bundle off the async threads.
pub(super) async fn open(hash: String, bundle: Vec<u8>) -> Result<Pack, Error> {
    tokio::task::spawn_blocking(move || Bundle::open(&bundle, &hash))
        .await
        .map_err(|_| Error::new(Code::Internal))?
        .map_err(|error| match error {
            BundleError::NewerFormat(_) => Error::with(Code::PackNewer, error.to_string()),
            _ => Error::with(Code::PackInvalid, first_problem(&error)),
        })
}

fn first_problem(error: &BundleError) -> String {
    match error {
        BundleError::Problems(problems) => problems.first().map_or_else(
            || error.to_string(),
            |first| {
                format!(
                    "{}:{}:{}: {}",
                    first.file, first.line, first.column, first.message
                )
            },
        ),
        _ => error.to_string(),
    }
}
