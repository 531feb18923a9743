//! JSON Schemas of a pack's files, generated from [`crate::format`], for editors.

use schemars::{JsonSchema, schema_for};

use crate::format::{AlertFile, MetricFile, PackFile, RecordFile, TemplateFile};

/// Name and text of each schema file.
pub fn all() -> [(&'static str, String); 5] {
    [
        ("alert.json", text::<AlertFile>()),
        ("metric.json", text::<MetricFile>()),
        ("pack.json", text::<PackFile>()),
        ("record.json", text::<RecordFile>()),
        ("template.json", text::<TemplateFile>()),
    ]
}

fn text<T: JsonSchema>() -> String {
    let schema = schema_for!(T);
    // A schema is plain JSON: this cannot fail, and an empty file would fail its test.
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
