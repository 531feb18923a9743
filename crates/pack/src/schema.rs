//! JSON Schemas of a pack's files, generated from [`crate::format`], for editors.

use schemars::{JsonSchema, schema_for};

use crate::format::{
    AlertFile, EvidenceFile, HandoverFile, IncidentsFile, MetricFile, PackFile, PeopleFile,
    PlaybookFile, ReconciliationFile, RecordFile, ReportFile, RetentionFile, RoutineFile,
    RulingsFile, TemplateFile,
};

/// Name and text of each schema file.
pub fn all() -> [(&'static str, String); 15] {
    [
        ("alert.json", text::<AlertFile>()),
        ("evidence.json", text::<EvidenceFile>()),
        ("handover.json", text::<HandoverFile>()),
        ("incidents.json", text::<IncidentsFile>()),
        ("metric.json", text::<MetricFile>()),
        ("pack.json", text::<PackFile>()),
        ("people.json", text::<PeopleFile>()),
        ("playbook.json", text::<PlaybookFile>()),
        ("reconciliation.json", text::<ReconciliationFile>()),
        ("record.json", text::<RecordFile>()),
        ("report.json", text::<ReportFile>()),
        ("retention.json", text::<RetentionFile>()),
        ("routine.json", text::<RoutineFile>()),
        ("rulings.json", text::<RulingsFile>()),
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
