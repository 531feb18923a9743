//! An operation that may have been sent to an earlier history of the platform, and that policy does not
//! let through now: its calls are looked for at their providers, and never made (fault 7).

use chrono::{DateTime, Utc};
use watchkeeper_model::{Call, Situation};
use watchkeeper_pack::pack::Effect;
use watchkeeper_wire::operation::{Operation, Reason, Verdict, VerdictWord};

use super::effects::{basis, unmade};
use super::{actor, reason, snapshot};
use crate::Platform;
use crate::problem::ApiError;
use crate::store::{Access, Basis, Facts, Follows, Kept, NewCall, OperationRow};

/// Said while the providers are asked.
pub(super) fn asking() -> Reason {
    let detail = "The platform was restored from a backup; it asks the provider whether this was done \
                  before.";
    reason("provider.ambiguous", None, detail)
}

/// What becomes of an operation that had waited for agreement and ends without it, or is not carried out
/// though everybody has agreed. Where it may have been carried out before, its providers are asked first.
pub(super) async fn ended_without(
    platform: &Platform,
    asker: &Access,
    known: &OperationRow,
    facts: &Facts,
    (word, why): (VerdictWord, Reason),
    (sent_before, now): (bool, DateTime<Utc>),
) -> Result<Follows, ApiError> {
    let ends = |word, why, calls| Follows {
        verdict: Verdict {
            word,
            reason: Some(why),
            record: None,
            decided_at: now,
            ..known.verdict.clone()
        },
        calls,
    };
    if !sent_before {
        return Ok(ends(word, why, Vec::new()));
    }
    let no = (word, Some(why.clone()));
    let asked = (&known.request, known.kept.as_ref());
    Ok(
        match asked_first(platform, asker, asked, facts, no, now).await? {
            Some(calls) if calls.is_empty() => ends(word, why, calls),
            Some(calls) => ends(VerdictWord::Unknown, asking(), calls),
            None => ends(word, not_asked(why), Vec::new()),
        },
    )
}

/// The calls of an action that policy does not let through, only to be looked for: those that were kept for it,
/// or else those that it would make of the record as it is now. `no` is the answer where they are not found.
/// None where it may have called a provider that cannot be asked.
pub(super) async fn asked_first(
    platform: &Platform,
    access: &Access,
    (operation, kept): (&Operation, Option<&Kept>),
    facts: &Facts,
    no: (VerdictWord, Option<Reason>),
    now: DateTime<Utc>,
) -> Result<Option<Vec<NewCall>>, ApiError> {
    let found = match kept {
        Some(kept) => Some(kept.clone()),
        None => worked_out(platform, access, operation, facts, now).await?,
    };
    let Some(Kept { calls, basis }) = found else {
        return Ok(None);
    };
    if calls.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let (word, Some(why)) = no else {
        return Ok(None);
    };
    let basis = Basis {
        otherwise: Some((word, why)),
        ..basis
    };
    let reachable = |call: &Call| platform.connectors.contains_key(&call.connector);
    if !calls.iter().all(reachable) {
        return Ok(None);
    }
    let calls = calls.into_iter().map(|call| NewCall {
        call,
        basis: basis.clone(),
        not_after: None,
        sent_before: true,
    });
    Ok(Some(calls.collect()))
}

/// The calls of an action as they are worked out now, whether or not it is allowed. None where they cannot be.
async fn worked_out(
    platform: &Platform,
    access: &Access,
    operation: &Operation,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Result<Option<Kept>, ApiError> {
    let pack = platform.packs.active(&facts.tenant).await?;
    let kind = pack.as_ref().and_then(|pack| pack.kind(&operation.kind));
    let action = kind.and_then(|kind| kind.actions.get(&operation.action));
    let (Some(pack), Some(kind), Some(action)) = (&pack, kind, action) else {
        return Ok(None);
    };
    let calls = |effect: &Effect| matches!(effect, Effect::Call(_));
    let none = !action.effects.iter().any(calls);
    let new = none.then(|| unmade(&operation.kind, &operation.record, now));
    let Some(record) = facts.record.as_ref().or(new.as_ref()) else {
        return Ok(None);
    };
    let snapshot = snapshot(record, &facts.refs);
    let situation = Situation {
        pack,
        kind,
        record: &snapshot,
        params: &operation.params,
        actor: &actor(&access.operator.id, &access.roles, &access.regions),
        now,
        settings: &pack.settings_in_force(&facts.tenant.settings),
        controls: &pack.controls_in_force(&facts.tenant.controls),
        lookups: &facts.lookups,
    };
    let calls = watchkeeper_model::plan::calls(&situation, action);
    Ok(calls.map(|calls| Kept {
        calls,
        basis: basis(access, facts, record, &pack.hash),
    }))
}

/// A no to an operation that a provider may have carried out before the platform was restored, where
/// it cannot be asked: the record that says of what is gone, or the pack does not have the action now.
pub(super) fn not_asked(why: Reason) -> Reason {
    let detail = format!(
        "{} Whether the provider had done it before the platform was restored cannot be asked from \
         here: look there.",
        why.detail
    );
    Reason {
        code: "provider.not_asked".into(),
        detail,
        ..why
    }
}
