//! Files of the demo world among the blobs of its tenant.

use axum::body::Body;

use super::DemoError;
use super::documents::Stored;
use crate::Platform;

/// Stores each file under the hash that its record states.
///
/// Where the record states another than the file has, that one holds the same bytes, as on a disk
/// on which a document has changed since it was added. No other way leads there: what comes in
/// over the API gets its name only when its bytes hash to it.
pub async fn keep(platform: &Platform, tenant: &str, files: Vec<Stored>) -> Result<(), DemoError> {
    for file in files {
        let path = platform.blobs.path(tenant, &file.sha256);
        let problem = |error: String| DemoError::File {
            path: path.display().to_string(),
            error,
        };
        let bytes = Body::from(file.bytes).into_data_stream();
        let put = platform.blobs.put(tenant, &file.sha256, 0, None, bytes);
        put.await.map_err(|error| problem(error.to_string()))?;
        if file.stated != file.sha256 {
            let stated = platform.blobs.path(tenant, &file.stated);
            let copied = tokio::fs::copy(&path, stated).await;
            copied.map_err(|error| problem(error.to_string()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::{Options, Server};

    fn hash(bytes: &[u8]) -> String {
        hex::encode(Sha256::digest(bytes))
    }

    #[tokio::test]
    async fn a_file_lies_under_the_hash_that_its_record_states() {
        let data = tempfile::tempdir().unwrap();
        let options = Options::new(data.path().to_owned());
        let server = Server::bind(options).await.unwrap();
        let platform = &server.platform;
        let (now, before) = (b"as it is now".to_vec(), hash(b"as it was added"));
        let files = [hash(&now), before.clone()].map(|stated| Stored {
            bytes: now.clone(),
            sha256: hash(&now),
            stated,
        });
        // A start that broke off keeps them again.
        keep(platform, "lsn", files.to_vec()).await.unwrap();
        keep(platform, "lsn", files.to_vec()).await.unwrap();
        for name in [hash(&now), before] {
            let lies = tokio::fs::read(platform.blobs.path("lsn", &name)).await;
            assert_eq!(lies.unwrap(), now, "{name}");
        }
    }
}
