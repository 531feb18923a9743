//! Files that go with a call: read from the tenant's blobs, and compared with their names once more.

use super::{Connector, Sent};
use crate::Platform;
use crate::blobs::ReadError;
use crate::store::CallRow;

/// The bytes of each file that a call encloses, in its order; how the send ends where one of them cannot
/// go. Nothing was sent then.
pub(super) async fn enclosed(
    platform: &Platform,
    row: &CallRow,
    connector: &dyn Connector,
) -> Result<Vec<Vec<u8>>, Sent> {
    let wanted = connector.encloses(&row.call).map_err(Sent::Refused)?;
    let mut files = Vec::with_capacity(wanted.len());
    for file in wanted {
        let read = platform
            .blobs
            .read(&row.id.tenant, &file.sha256, file.most)
            .await;
        files.push(read.map_err(|error| ended(&file.name, &error))?);
    }
    Ok(files)
}

/// How a send ends for want of this file.
fn ended(name: &str, error: &ReadError) -> Sent {
    let why = match error {
        ReadError::Absent => "its bytes are not on the platform",
        ReadError::TooLarge => "it is larger than the provider takes",
        ReadError::Altered => "its bytes are not those that were added",
        ReadError::Io(error) => {
            tracing::error!(?error, "reading a file that a call encloses");
            return Sent::NotNow(None);
        }
    };
    Sent::Refused(format!("The file {name} cannot go: {why}."))
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_go_is_named_and_a_disk_that_fails_is_no_answer() {
        for error in [ReadError::Absent, ReadError::TooLarge, ReadError::Altered] {
            let Sent::Refused(why) = ended("proof.pdf", &error) else {
                panic!("{error}");
            };
            assert!(why.contains("proof.pdf"), "{why}");
        }
        let broken = ReadError::Io(std::io::Error::other("gone"));
        assert_eq!(ended("proof.pdf", &broken), Sent::NotNow(None));
    }
}
