//! Filling the store with a world: for a new tenant, and for one whose world was chosen anew.

use std::collections::BTreeMap;

use watchkeeper_model::{approval, saved_view, setting};
use watchkeeper_pack::Pack;
use watchkeeper_wire::ingest::Ingest;

use super::place::{Form, Made, Place};
use super::state::{Choice, State};
use super::world::OperatorDef;
use super::{DemoError, ReadyTenant, files, operations};
use crate::decide::approvals;
use crate::problem::ApiError;
use crate::store::{Question, Write};
use crate::{Grant, Platform, StartError, controls, intake};

/// Most records that are taken away in one transaction.
const AT_ONCE: usize = 5_000;

/// A tenant with its world: new, or where it was.
pub(super) async fn settle(
    platform: &Platform,
    place: &Place,
    state: &mut State,
    scenario: Option<&str>,
) -> Result<(), DemoError> {
    let tenant = place.tenant();
    let signed = state.sign(&place.folder)?;
    let is_there = match &place.form {
        Form::Drawn(_) => state.filled,
        Form::Rows(_) => state.others.contains_key(&place.name),
    };
    if is_there {
        if let Err(error) = platform.publish(&tenant.id, &signed).await {
            tracing::warn!(?error, name = %place.name, "the world keeps the pack that it has");
        }
        return Ok(());
    }
    let misfit = |problem: String| DemoError::Pack(format!("{}: {problem}", place.name));
    let bundle = signed.bundle();
    let (bytes, hash) = (bundle.bytes().to_vec(), bundle.hash().to_owned());
    let opened = platform.packs.opened(bytes, hash).await?;
    let pack = opened.map_err(|error| misfit(error.to_string()))?;
    platform.packs.keep(&tenant.id, &pack);
    let choice = Choice {
        scenario: scenario
            .filter(|name| place.has(name))
            .map(ToOwned::to_owned),
        start: state.start,
    };
    let begun = (state.seed, choice.start);
    let mut made = place
        .made(&pack, begun, choice.scenario.as_deref())
        .map_err(misfit)?;
    let was_begun = is_known(platform, &tenant.id).await?;
    platform.found(&tenant, Some(&signed)).await?;
    if was_begun {
        // A kill cut the filling off. Under the controls of its day, which may be in force already, what was
        // done before would be refused, at this start and at each after it.
        clear(platform, &tenant.id, &pack).await?;
    }
    let next = made.next.take();
    lay(platform, place, made).await?;
    let (operator, admin) = place.operator_and_admin();
    let token = platform.issue(&tenant.id, &grant(operator)).await?;
    let admin = platform.issue(&tenant.id, &grant(admin)).await?;
    match &place.form {
        Form::Drawn(_) => {
            (state.token, state.admin, state.filled) = (token, admin, true);
        }
        Form::Rows(world) => {
            let mut people = BTreeMap::new();
            for person in &world.others {
                let token = platform.issue(&tenant.id, &grant(person)).await?;
                people.insert(person.name.clone(), token);
            }
            let told = ReadyTenant {
                tenant: tenant.name,
                token,
                admin,
                people,
            };
            state.others.insert(place.name.clone(), told);
        }
    }
    if let Some(next) = next {
        state.next = next;
    }
    state.chosen.insert(tenant.id, choice);
    Ok(())
}

async fn is_known(platform: &Platform, tenant: &str) -> Result<bool, ApiError> {
    Ok(platform.store.tenant(tenant).await?.is_some())
}

/// Says and brings all that a world is made of.
pub(super) async fn lay(platform: &Platform, place: &Place, made: Made) -> Result<(), DemoError> {
    let tenant = place.tenant().id;
    take_back(platform, &tenant).await?;
    if !made.settings.is_empty() {
        platform.say_settings(&tenant, &made.settings).await?;
    }
    if let Some(stand_ins) = &platform.stand_ins {
        let ledger = &stand_ins.ledger;
        // Whatever was given back of them belongs to the world before.
        ledger.forget(&made.charges).map_err(StartError::from)?;
        ledger.charge(&made.charges).map_err(StartError::from)?;
        ledger.refund(&made.refunds).map_err(StartError::from)?;
        let disputed = stand_ins.paypal.begin_with(&made.disputes);
        disputed.map_err(StartError::from)?;
        let paged = stand_ins.pagerduty.begin_with(&made.pages);
        paged.map_err(StartError::from)?;
    }
    files::keep(platform, &tenant, made.files).await?;
    for records in made.records.chunks(made.at_once) {
        let brought = Ingest {
            records: records.to_vec(),
            removed: Vec::new(),
        };
        let answer = intake::take(platform, &tenant, &brought).await?;
        if let Some(first) = answer.rejected.first() {
            let (kind, id, problem) = (&first.kind, &first.id, &first.problem);
            let problem = format!("{}: {kind}/{id}: {problem}", place.name);
            return Err(DemoError::Pack(problem));
        }
    }
    // As the controls stand by now, some of it would have been refused.
    operations::carry_out(platform, &tenant, &made.steps).await?;
    for named in &made.named {
        controls::set(platform, &tenant, &named.control, Some(&named.who)).await?;
    }
    platform.set_controls(&tenant, &made.controls).await?;
    Ok(())
}

/// A filling that a kill cut off left approvals and saved views, which are made again under ids of their own.
async fn take_back(platform: &Platform, tenant: &str) -> Result<(), ApiError> {
    approvals::end_all(platform, tenant, platform.clock.now()).await?;
    for kind in [approval::KIND, saved_view::KIND] {
        remove_all(platform, tenant, kind).await?;
    }
    Ok(())
}

async fn remove_all(platform: &Platform, tenant: &str, kind: &str) -> Result<(), ApiError> {
    let all = Question {
        text: "1".to_owned(),
        params: Vec::new(),
    };
    let rows = platform.store.records(tenant, kind, &all).await?;
    let writes: Vec<Write> = rows
        .into_iter()
        .map(|row| Write {
            kind: row.kind,
            id: row.id,
            put: None,
            version: None,
        })
        .collect();
    for some in writes.chunks(AT_ONCE) {
        intake::write(platform, tenant, some).await?;
    }
    Ok(())
}

/// Takes away every record of a tenant but its settings, which are said anew. Operations and their
/// verdicts stay: their ids are honoured for ever, and a record that comes back goes on with its
/// revisions. What waits for somebody's agreement ends first, and controls begin as the pack has them.
pub(super) async fn clear(platform: &Platform, tenant: &str, pack: &Pack) -> Result<(), ApiError> {
    approvals::end_all(platform, tenant, platform.clock.now()).await?;
    let kinds = pack.kinds.keys();
    for kind in kinds.filter(|kind| kind.as_str() != setting::KIND) {
        remove_all(platform, tenant, kind).await?;
    }
    controls::of_pack(platform, tenant, pack).await
}

fn grant(operator: &OperatorDef) -> Grant {
    Grant {
        operator: operator.id.clone(),
        name: operator.name.clone(),
        roles: operator.roles.clone(),
        regions: operator.regions.clone(),
    }
}
