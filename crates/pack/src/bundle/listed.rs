//! The files in a bundle's JSON, refused as soon as one of them breaks a limit: eight megabytes of
//! small entries would take many times that as a map. Whether each is in its place is judged later:
//! a later format may have places of its own.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{BundleError, sized};

/// Path → text.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, String>, BundleError> {
    let mut listed = Listed::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = json.deserialize_map(&mut listed).and_then(|()| json.end());
    match (listed.refused, read) {
        (Some(refused), _) => Err(refused),
        (None, Err(error)) => Err(BundleError::Malformed(error.to_string())),
        (None, Ok(())) => Ok(listed.files),
    }
}

#[derive(Default)]
struct Listed {
    files: BTreeMap<String, String>,
    total: usize,
    /// The limit that was broken; the error of JSON that comes with it only stops the reading.
    refused: Option<BundleError>,
}

impl<'de> Visitor<'de> for &mut Listed {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of path and text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((path, text)) = map.next_entry::<String, String>()? {
            self.total += text.len();
            let count = self.files.len() + 1;
            if let Err(error) = sized(&path, text.len(), count, self.total) {
                self.refused = Some(error);
                return Err(Error::custom("too much"));
            }
            if self.files.insert(path, text).is_some() {
                return Err(Error::custom("a path stands twice"));
            }
        }
        Ok(())
    }
}
