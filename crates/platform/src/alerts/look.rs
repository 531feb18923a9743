//! A look at a rule that is watched for each record of a kind.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_model::alert::{self, Found};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::filter::Filter;
use watchkeeper_pack::pack::Lookup;
use watchkeeper_pack::{Alert, Kind};

use super::watched::{Sight, Which};
use crate::problem::ApiError;
use crate::store::{LookupAsked, Question, RecordRow};

/// So many records are looked up about at once.
const AT_ONCE: usize = 2_000;
/// So many records are asked for by id rather than all of them.
const BY_ID: usize = 50;

/// What was found for one thing that a rule is watched for.
pub struct Look {
    /// Id of the record, or what tells it from others of its rule; empty for a metric.
    pub id: String,
    /// Kind of the record; none where it is about none.
    pub kind: Option<String>,
    /// Region of the record.
    pub region: Option<String>,
    /// Whether it holds.
    pub found: Found,
    /// What exactly; only where there is something to say.
    pub detail: Option<String>,
    /// Value of the metric.
    pub value: Option<f64>,
    /// The answer changes then by itself.
    pub changes_at: Option<DateTime<Utc>>,
}

/// Looks at the records that pass. Those that do not are not answered: nothing holds for them.
pub async fn each(
    sight: &Sight<'_>,
    rule: &Alert,
    kind: &str,
    filter: &Filter,
    which: &Which,
) -> Result<Vec<Look>, ApiError> {
    let Some(kind) = sight.pack.kind(kind) else {
        return Ok(Vec::new());
    };
    let records = records(sight, kind, filter, which).await?;
    let needed: BTreeMap<&String, &Lookup> = kind
        .lookups
        .iter()
        .filter(|(_, lookup)| rule.lookups(sight.pack).any(|l| std::ptr::eq(l, *lookup)))
        .collect();
    let mut looks = Vec::with_capacity(records.len());
    for some in records.chunks(AT_ONCE) {
        let lookups = look_up(sight, kind, &needed, some).await?;
        for (record, lookups) in some.iter().zip(lookups) {
            let mut scope = scope(sight, kind, record);
            scope.lookups = lookups;
            let looked = alert::look(rule, &scope, sight.now);
            if let Some(why) = &looked.why_unknown {
                tracing::debug!(rule = %rule.def.id, record = %record.id, %why, "not known");
            }
            let detail = match looked.found {
                Found::Quiet => None,
                Found::Holds(_) | Found::Unknown => {
                    scope.refs = refs(sight, rule, kind, record).await?;
                    Some(alert::detail(rule, &scope))
                }
            };
            looks.push(Look {
                id: record.id.clone(),
                kind: Some(kind.name.clone()),
                region: record.region.clone(),
                found: looked.found,
                detail,
                value: None,
                changes_at: looked.changes_at,
            });
        }
    }
    Ok(looks)
}

async fn records(
    sight: &Sight<'_>,
    kind: &Kind,
    filter: &Filter,
    which: &Which,
) -> Result<Vec<RecordRow>, ApiError> {
    let standing = Scope {
        settings: sight.settings.clone(),
        controls: sight.controls.clone(),
        ..Scope::default()
    };
    let mut sql = filter.sql(kind, &standing).map_err(|error| {
        tracing::error!(%error, kind = %kind.name, "the filter of a rule");
        ApiError::from(watchkeeper_wire::problem::Code::Internal)
    })?;
    let (store, tenant) = (&sight.platform.store, sight.tenant);
    if let Which::These(ids) = which
        && ids.len() <= BY_ID
    {
        let marks = vec!["?"; ids.len()].join(", ");
        sql.text = format!("id IN ({marks}) AND ({})", sql.text);
        let ids = ids.iter().map(|id| Value::from(id.as_str()));
        sql.params = ids.chain(sql.params).collect();
    }
    let question = Question {
        text: sql.text,
        params: sql.params,
    };
    let mut records = store.records(tenant, &kind.name, &question).await?;
    if let Which::These(ids) = which {
        records.retain(|record| ids.contains(&record.id));
    }
    Ok(records)
}

fn scope<'a>(sight: &Sight<'_>, kind: &'a Kind, record: &RecordRow) -> Scope<'a> {
    let mut fields = record.body.clone();
    fields.extend(record.computed.clone());
    Scope {
        kind: Some(kind),
        record: fields,
        settings: sight.settings.clone(),
        controls: sight.controls.clone(),
        now: Some(sight.now),
        zone: Some(sight.zone()),
        ..Scope::default()
    }
}

/// The answers of each record's lookups. One that cannot be asked is left out: what reads it is
/// unknown then.
async fn look_up(
    sight: &Sight<'_>,
    kind: &Kind,
    needed: &BTreeMap<&String, &Lookup>,
    records: &[RecordRow],
) -> Result<Vec<Map<String, Value>>, ApiError> {
    let mut answers = vec![Map::new(); records.len()];
    if needed.is_empty() {
        return Ok(answers);
    }
    let (mut asked, mut places) = (Vec::new(), Vec::new());
    for (place, record) in records.iter().enumerate() {
        let mut scope = scope(sight, kind, record);
        scope.actor = platform_itself();
        for (name, lookup) in needed {
            let Some(target) = sight.pack.kind(&lookup.def.kind) else {
                continue;
            };
            let Ok((filter, answer)) = lookup.sql(target, &scope) else {
                continue;
            };
            asked.push(LookupAsked {
                kind: target.name.clone(),
                filter: Question {
                    text: filter.text,
                    params: filter.params,
                },
                answer,
                list: lookup.is_list(),
            });
            places.push((place, *name));
        }
    }
    let values = sight.platform.store.look_up(sight.tenant, &asked).await?;
    for ((place, name), value) in places.into_iter().zip(values) {
        if let Some(answers) = answers.get_mut(place) {
            answers.insert(name.clone(), value);
        }
    }
    Ok(answers)
}

/// Nobody asks but the platform, which sees everything.
fn platform_itself() -> Map<String, Value> {
    let empty = || Value::Array(Vec::new());
    [
        ("id".to_owned(), Value::from("platform")),
        ("roles".to_owned(), empty()),
        ("regions".to_owned(), empty()),
    ]
    .into_iter()
    .collect()
}

/// Fields of the records that the rule's words speak of.
async fn refs(
    sight: &Sight<'_>,
    rule: &Alert,
    kind: &Kind,
    record: &RecordRow,
) -> Result<Map<String, Value>, ApiError> {
    let mut refs = Map::new();
    for (field, target) in crate::decide::refs_of(kind) {
        if !rule.detail.reads_field("refs", &field) {
            continue;
        }
        let Some(id) = record.body.get(&field).and_then(Value::as_str) else {
            continue;
        };
        let row = sight
            .platform
            .store
            .record(sight.tenant, &target, id)
            .await?;
        if let Some(row) = row {
            let mut fields = row.body;
            fields.extend(row.computed);
            refs.insert(field, Value::Object(fields));
        }
    }
    Ok(refs)
}
