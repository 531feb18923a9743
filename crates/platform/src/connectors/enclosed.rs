//! Files that go with a call: read from the tenant's blobs, and compared with their names once more.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Connector, Sent};
use crate::Platform;
use crate::blobs::ReadError;
use crate::store::CallRow;

/// Bytes of memory that a unit of room stands for.
const UNIT: u64 = 1 << 10;
/// All room: 256 MiB.
const UNITS: u32 = 256 << 10;
/// A file is held as it was read, and once more in the request that is made of it.
const HELD_TWICE: u64 = 2;

/// Room in memory for the files of the calls under way.
#[derive(Debug)]
pub struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(UNITS as usize))
    }
}

impl Room {
    /// Room for a call with so many bytes of files, given back when what is answered is dropped. None while
    /// others have it: nobody waits here, since what was read before would grow old. What needs more than
    /// there is goes alone.
    pub fn take(&self, bytes: u64) -> Option<SemaphorePermit<'_>> {
        let units = bytes.saturating_mul(HELD_TWICE).div_ceil(UNIT);
        let units = u32::try_from(units).unwrap_or(UNITS).min(UNITS);
        self.0.try_acquire_many(units).ok()
    }
}

/// The bytes of each file that a call encloses, in its order, with the room that they have; how the send
/// ends where one of them cannot go, or there is no room for them now. Nothing was sent then.
pub(super) async fn enclosed<'a>(
    platform: &'a Platform,
    row: &CallRow,
    connector: &dyn Connector,
) -> Result<(Vec<Vec<u8>>, SemaphorePermit<'a>), Sent> {
    let wanted = connector.encloses(&row.call).map_err(Sent::Refused)?;
    let bytes = wanted
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
    let room = platform.room.take(bytes).ok_or(Sent::NotNow(None))?;
    let mut files = Vec::with_capacity(wanted.len());
    for file in wanted {
        let read = platform
            .blobs
            .read(&row.id.tenant, &file.sha256, file.bytes)
            .await;
        files.push(read.map_err(|error| ended(&file.name, &error))?);
    }
    Ok((files, room))
}

/// How a send ends for want of this file.
fn ended(name: &str, error: &ReadError) -> Sent {
    let why = match error {
        ReadError::Absent => "its bytes are not on the platform",
        ReadError::TooLarge => "it has more bytes than were added",
        ReadError::Altered => "its bytes are not those that were added",
        ReadError::Io(error) => {
            tracing::error!(?error, "reading a file that a call encloses");
            return Sent::NotNow(None);
        }
    };
    Sent::Refused(format!("The file {name} cannot go: {why}."))
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn two_of_the_largest_have_room_and_the_next_waits_until_one_has_gone() {
        let (room, largest) = (Room::default(), 50_000_000);
        let first = room.take(largest).unwrap();
        let second = room.take(largest).unwrap();
        assert!(room.take(largest).is_none());
        assert!(room.take(0).is_some(), "who has no files needs no room");
        drop(first);
        let third = room.take(largest).unwrap();
        assert!(room.take(u64::MAX).is_none());
        drop((second, third));
        let alone = room.take(u64::MAX).unwrap();
        assert!(room.take(1).is_none());
        drop(alone);
        assert!(room.take(1).is_some());
    }

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
