//! Which lines about a record are older than what is there, by the order of the system that brings them.

use serde_json::{Map, Value};
use watchkeeper_wire::ingest::Outcome;

use super::{Contents, Write};

/// What is there of a record while lines about it are taken one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Latest<'a> {
    contents: Contents<'a>,
    version: Option<u64>,
}

impl<'a> Latest<'a> {
    /// As it is, and the version of what a system said of it last, its end included.
    pub fn new(contents: Contents<'a>, version: Option<u64>) -> Self {
        Self { contents, version }
    }

    /// Version of what was said of it last; none where no line had one.
    pub fn version(&self) -> Option<u64> {
        self.version
    }

    /// What becomes of it by this line; one that is older leaves it as it is.
    pub fn take(&mut self, line: &'a Write) -> Outcome {
        if self.is_newer_than(line) {
            return Outcome::Older;
        }
        let outcome = match (self.contents, line.contents()) {
            (now, then) if now == then => Outcome::Same,
            (None, Some(_)) => Outcome::New,
            (_, Some(_)) => Outcome::Changed,
            (_, None) => Outcome::Removed,
        };
        self.contents = line.contents();
        self.version = line.version.or(self.version);
        outcome
    }

    /// Of two that say otherwise under one version nobody knows which is the later: the first stays. What is
    /// only computed otherwise is no other word of the system.
    fn is_newer_than(&self, line: &Write) -> bool {
        let (Some(known), Some(said)) = (self.version, line.version) else {
            return false;
        };
        said < known || said == known && fields(self.contents) != fields(line.contents())
    }
}

fn fields(contents: Contents<'_>) -> Option<&Map<String, Value>> {
    contents.map(|(body, _)| body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::Put;

    /// Its number, where it is no end, its computed number, and its version.
    fn line(n: Option<i64>, computed: i64, version: Option<u64>) -> Write {
        let one = |n: i64| Map::from_iter([("n".to_owned(), json!(n))]);
        Write {
            put: n.map(|n| Put {
                body: one(n),
                computed: one(computed),
                ..Put::default()
            }),
            kind: "k".into(),
            id: "a".into(),
            version,
        }
    }

    #[test]
    fn a_line_is_taken_unless_it_is_older_by_its_systems_own_order() {
        let now = line(Some(1), 0, None);
        for (known, said, n, computed, outcome) in [
            (None, None, Some(2), 0, Outcome::Changed),
            (None, Some(0), Some(2), 0, Outcome::Changed),
            (Some(7), None, Some(2), 0, Outcome::Changed),
            (Some(7), Some(8), Some(2), 0, Outcome::Changed),
            (Some(7), Some(8), Some(1), 0, Outcome::Same),
            (Some(7), Some(8), None, 0, Outcome::Removed),
            (Some(7), Some(7), Some(1), 0, Outcome::Same),
            // Another pack computes otherwise.
            (Some(7), Some(7), Some(1), 5, Outcome::Changed),
            (Some(7), Some(7), Some(2), 0, Outcome::Older),
            (Some(7), Some(7), None, 0, Outcome::Older),
            (Some(7), Some(6), Some(1), 0, Outcome::Older),
            (Some(7), Some(6), None, 0, Outcome::Older),
        ] {
            let line = line(n, computed, said);
            let mut latest = Latest::new(now.contents(), known);
            assert_eq!(latest.take(&line), outcome, "{known:?} {line:?}");
            let after = match outcome {
                Outcome::Older => known,
                _ => said.or(known),
            };
            assert_eq!(latest.version(), after, "{known:?} {line:?}");
        }
    }

    #[test]
    fn what_comes_late_does_not_make_again_what_is_gone() {
        let (late, later) = (line(Some(1), 0, Some(7)), line(Some(1), 0, Some(9)));
        let mut gone = Latest::new(None, Some(8));
        assert_eq!(gone.take(&late), Outcome::Older);
        assert_eq!(gone.take(&later), Outcome::New);
    }

    #[test]
    fn lines_of_one_request_come_one_after_the_other() {
        let (second, first) = (line(Some(2), 0, Some(2)), line(Some(1), 0, Some(1)));
        let mut latest = Latest::new(None, None);
        assert_eq!(latest.take(&second), Outcome::New);
        assert_eq!(latest.take(&first), Outcome::Older);
        let end = line(None, 0, Some(3));
        assert_eq!(latest.take(&end), Outcome::Removed);
        assert_eq!(latest.take(&second), Outcome::Older);
    }
}
