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
