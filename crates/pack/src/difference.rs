//! What differs between two versions of a pack, for whoever works under it: part by part, with what it
//! was and what it is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::loader;

/// Most differences that are told; whoever rewrote a whole pack reads the pack.
pub const MOST: usize = 500;
/// Most characters of what something was or is.
const LONGEST: usize = 240;

/// One part that differs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Difference {
    /// File of the pack.
    pub file: String,
    /// Where in it, from the outside in; empty where the whole file came or went.
    pub place: Vec<String>,
    /// What the smallest part around it that has a name is called.
    pub label: Option<String>,
    /// Row that the part comes from.
    pub row: Option<String>,
    /// What it was; none where it is new.
    pub was: Option<String>,
    /// What it is; none where it is gone.
    pub now: Option<String>,
}

/// What differs between the files of two versions. The version itself does, always, and is not told.
pub fn differences(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let mut found = Found::default();
    let files: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for file in files {
        let (was, now) = (old.get(file), new.get(file));
        if was == now {
            continue;
        }
        let [was, now] = [was, now].map(|text| text.and_then(|text| loader::value_of(file, text)));
        let at = At {
            file,
            place: Vec::new(),
            label: None,
            row: None,
        };
        found.compare(&at, was.as_ref(), now.as_ref());
    }
    found.list.truncate(MOST);
    found.list
}

/// Where the comparison is.
#[derive(Clone)]
struct At<'a> {
    file: &'a str,
    place: Vec<String>,
    label: Option<String>,
    row: Option<String>,
}

#[derive(Default)]
struct Found {
    list: Vec<Difference>,
}

impl Found {
    fn compare(&mut self, at: &At<'_>, was: Option<&Value>, now: Option<&Value>) {
        if was == now || self.list.len() > MOST {
            return;
        }
        let at = at.named(now.or(was));
        match (was, now) {
            (Some(Value::Object(was)), Some(Value::Object(now))) => self.maps(&at, was, now),
            (Some(Value::Array(old)), Some(Value::Array(new))) => match (by_id(old), by_id(new)) {
                (Some(was), Some(now)) => self.parts(&at, &was, &now),
                _ => self.tell(&at, was, now),
            },
            _ => self.tell(&at, was, now),
        }
    }

    fn maps(&mut self, at: &At<'_>, was: &Map<String, Value>, now: &Map<String, Value>) {
        let was = was.iter().map(|(name, value)| (name.clone(), value));
        let now = now.iter().map(|(name, value)| (name.clone(), value));
        self.parts(at, &was.collect(), &now.collect());
    }

    fn parts(
        &mut self,
        at: &At<'_>,
        was: &BTreeMap<String, &Value>,
        now: &BTreeMap<String, &Value>,
    ) {
        let names: BTreeSet<&String> = was.keys().chain(now.keys()).collect();
        for name in names {
            if at.place.is_empty() && at.file == "pack.yaml" && name == "version" {
                continue;
            }
            let mut inner = at.clone();
            inner.place.push(name.clone());
            self.compare(&inner, was.get(name).copied(), now.get(name).copied());
        }
    }

    fn tell(&mut self, at: &At<'_>, was: Option<&Value>, now: Option<&Value>) {
        let whole = at.place.is_empty();
        // Of a file that came or went its name says enough.
        let told = |value: &Value| if whole { String::new() } else { text(value) };
        self.list.push(Difference {
            file: at.file.to_owned(),
            place: at.place.clone(),
            label: at.label.clone(),
            row: at.row.clone(),
            was: was.map(told),
            now: now.map(told),
        });
    }
}

impl At<'_> {
    /// The same place, called as what stands there calls itself.
    fn named(&self, value: Option<&Value>) -> Self {
        let mut at = self.clone();
        let Some(Value::Object(map)) = value else {
            return at;
        };
        let said = |name: &str| match map.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Object(forms)) => forms.get("one").and_then(Value::as_str).map(Into::into),
            _ => None,
        };
        at.label = said("label").or_else(|| said("title")).or(at.label);
        at.row = said("row").or(at.row);
        at
    }
}

/// The items of a list by their ids; none where some have none, or share one.
fn by_id(list: &[Value]) -> Option<BTreeMap<String, &Value>> {
    let id = |item: &Value| {
        let id = item.get("id").or_else(|| item.get("field"))?;
        id.as_str().map(ToOwned::to_owned)
    };
    let items: Option<BTreeMap<String, &Value>> =
        list.iter().map(|item| Some((id(item)?, item))).collect();
    items.filter(|items| items.len() == list.len())
}

/// A value in few characters.
fn text(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        let files = files.iter();
        files
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    const REFUND: &str = "kind: refund\nlabel: {one: Refund, many: Refunds}\nactions:\n  approve:\n    \
                          label: Approve\n    row: S-1\n    policy:\n      - {id: S-2, title: Window, when: a}\n      \
                          - {id: S-3, title: Open, when: b}\n    from: [asked]\n";

    #[test]
    fn a_changed_rule_is_told_with_its_row_and_both_sides() {
        let changed = REFUND
            .replace("when: b", "when: c")
            .replace("from: [asked]", "from: [asked, late]");
        let old = files(&[
            ("pack.yaml", "id: s\nversion: 1\n"),
            ("records/refund.yaml", REFUND),
        ]);
        let new = files(&[
            ("pack.yaml", "id: s\nversion: 2\n"),
            ("records/refund.yaml", &changed),
        ]);
        let found = differences(&old, &new);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].place, ["actions", "approve", "from"]);
        assert_eq!(found[0].label.as_deref(), Some("Approve"));
        assert_eq!(found[0].row.as_deref(), Some("S-1"));
        assert_eq!(found[0].now.as_deref(), Some(r#"["asked","late"]"#));
        assert_eq!(
            found[1].place,
            ["actions", "approve", "policy", "S-3", "when"]
        );
        assert_eq!(found[1].label.as_deref(), Some("Open"));
        assert_eq!(
            (found[1].was.as_deref(), found[1].now.as_deref()),
            (Some("b"), Some("c"))
        );
    }

    #[test]
    fn files_that_come_and_go_are_told_as_a_whole() {
        let old = files(&[("alerts/a.yaml", "id: a\nlabel: First\nrow: S-1\n")]);
        let new = files(&[("alerts/b.yaml", "id: b\nlabel: Second\nrow: S-2\n")]);
        let found = differences(&old, &new);
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.label.as_deref(), one.was.is_some(), one.now.is_some()))
            .collect();
        assert_eq!(
            told,
            [(Some("First"), true, false), (Some("Second"), false, true)]
        );
        assert!(found.iter().all(|one| one.place.is_empty()));
    }

    #[test]
    fn words_around_what_stays_the_same_are_no_difference() {
        let old = files(&[("alerts/a.yaml", "id: a\nlabel: First\n")]);
        let new = files(&[("alerts/a.yaml", "# why\nlabel: First\nid: a\n")]);
        assert_eq!(differences(&old, &new), []);
    }

    #[test]
    fn much_is_cut() {
        let long = "x".repeat(LONGEST + 10);
        // No map of a pack has so many entries: several do.
        let many = |value: u8| -> String {
            let one = |n: usize| match n % 100 {
                0 => format!("g{n}:\n  k{n}: {value}\n"),
                _ => format!("  k{n}: {value}\n"),
            };
            (0..MOST + 10).map(one).collect()
        };
        let old = files(&[("a.yaml", "id: a\n"), ("b.yaml", &many(0))]);
        let new = files(&[("a.yaml", &format!("id: {long}\n")), ("b.yaml", &many(1))]);
        let found = differences(&old, &new);
        assert_eq!(found.len(), MOST);
        assert_eq!(found[0].now.as_ref().unwrap().chars().count(), LONGEST + 1);
    }
}
