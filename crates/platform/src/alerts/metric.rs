//! Metrics: read from the store, and looked at by rules.

use chrono::{DateTime, Utc};
use watchkeeper_model::alert;
use watchkeeper_model::metric::{self, Reading};
use watchkeeper_pack::expr::{EvalError, Scope};
use watchkeeper_pack::pack::Metric;
use watchkeeper_pack::{Alert, value};
use watchkeeper_wire::problem::Code;

use super::look::Look;
use super::watched::Sight;
use crate::Platform;
use crate::problem::ApiError;

/// A metric of a tenant at one instant; none where its pack has no such metric.
pub async fn reading(
    platform: &Platform,
    tenant: &str,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Option<Reading>, ApiError> {
    let state = platform.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
    let Some(pack) = platform.packs.active(&state).await? else {
        return Ok(None);
    };
    let sight = Sight {
        platform,
        tenant,
        pack: &pack,
        settings: pack.settings_in_force(&state.settings),
        controls: pack.controls_in_force(&state.controls),
        now,
    };
    match pack.metrics.get(id) {
        Some(metric) => Ok(Some(read(&sight, metric).await?)),
        None => Ok(None),
    }
}

async fn read(sight: &Sight<'_>, metric: &Metric) -> Result<Reading, ApiError> {
    let frame = metric::frame(&metric.def, sight.zone(), sight.now);
    let questions = metric::questions(sight.pack, metric, &frame, &scope(sight));
    let questions = questions.map_err(|error| unasked(metric, &error))?;
    let store = &sight.platform.store;
    let answers = store.measure(sight.tenant, &questions.asked).await?;
    Ok(metric::read(metric, &frame, &questions, answers))
}

fn scope(sight: &Sight<'_>) -> Scope<'static> {
    Scope {
        settings: sight.settings.clone(),
        controls: sight.controls.clone(),
        zone: Some(sight.zone()),
        ..Scope::default()
    }
}

fn unasked(metric: &Metric, error: &EvalError) -> ApiError {
    tracing::error!(%error, metric = %metric.def.id, "a metric cannot be asked");
    Code::Internal.into()
}

/// Looks at a rule that is watched for a metric.
pub async fn look(sight: &Sight<'_>, rule: &Alert, id: &str) -> Result<Vec<Look>, ApiError> {
    let Some(metric) = sight.pack.metrics.get(id) else {
        return Ok(Vec::new());
    };
    let reading = read(sight, metric).await?;
    let mut scope = scope(sight);
    scope.values = reading.for_rule();
    let looked = alert::look(rule, &scope, sight.now);
    Ok(vec![Look {
        id: String::new(),
        kind: None,
        region: None,
        found: looked.found,
        detail: Some(alert::detail(rule, &scope)),
        value: reading.value,
        changes_at: changes_at(sight, metric).await?,
    }])
}

/// When the metric may change though nothing else does: its window turns, or something enters or
/// leaves it.
async fn changes_at(sight: &Sight<'_>, metric: &Metric) -> Result<Option<DateTime<Utc>>, ApiError> {
    let frame = metric::frame(&metric.def, sight.zone(), sight.now);
    let later = metric::later(sight.pack, metric, &frame, &scope(sight), sight.now);
    let ahead = later.map_err(|error| unasked(metric, &error))?;
    let asked: Vec<_> = ahead.asked.iter().map(|(_, asked)| asked.clone()).collect();
    let found = sight.platform.store.instants(sight.tenant, &asked).await?;
    let found = ahead
        .asked
        .iter()
        .zip(found)
        .filter_map(|((later, _), text)| {
            let at = value::instant(text.as_deref()?)?;
            Some(later.instant(at))
        });
    Ok(found
        .chain(ahead.turns_at)
        .filter(|at| *at > sight.now)
        .min())
}
