//! Which files of a pack read which setting, so that whoever has to say one sees what waits for it.

use std::collections::{BTreeMap, BTreeSet};

/// Words before the name of a setting: in an expression or a text, and where a part names one.
const BEFORE: [&str; 2] = ["settings.", "setting: "];

/// Files by the setting that they read.
pub(crate) fn readers(files: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in files {
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
        {
            for before in BEFORE {
                for after in line.split(before).skip(1) {
                    let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                    let end = after.find(|c| !name(c)).unwrap_or(after.len());
                    let setting = after.get(..end).unwrap_or_default();
                    if !setting.is_empty() {
                        let files = found.entry(setting.to_owned()).or_default();
                        files.insert(file.clone());
                    }
                }
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn expressions_texts_and_contacts_read_settings() {
        let files = [
            (
                "alerts/a.yaml",
                "# settings.told only\nwhen: record.n > settings.most && settings.on",
            ),
            (
                "templates/b.yaml",
                "body: 'Write to {{ settings.most_of }}'",
            ),
            ("people.yaml", "lead: {row: S-1, setting: lead_at}"),
            (
                "records/c.yaml",
                "bulk: {row: S-1, cap: 9, sample: {row: S-1, of: {setting: sample}}}",
            ),
        ];
        let files = files.map(|(file, text)| (file.to_owned(), text.to_owned()));
        let found = readers(&files.into());
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["lead_at", "most", "most_of", "on", "sample"]);
        assert_eq!(found["most"], BTreeSet::from(["alerts/a.yaml".to_owned()]));
    }
}
