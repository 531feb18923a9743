//! The decision on one operation: whether it may be, and what it would do.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use watchkeeper_model::approval::Agreed;
use watchkeeper_model::{Call, Outcome, Plan, already, approval, decide};
use watchkeeper_pack::Kind;
use watchkeeper_pack::format::Nature;
use watchkeeper_pack::pack::Effect;
use watchkeeper_wire::operation::{Operation, Reason, VerdictWord};

use super::approvals::{self, Asks};
use super::effects::{basis, creates, unmade};
use super::{actor, erase, in_sight, reason, snapshot};
use crate::Platform;
use crate::problem::ApiError;
use crate::store::{Access, Beside, Facts, Kept};

/// Code of a reason: a provider has not said yet how the same ends.
const UNDER_WAY: &str = "operation.under_way";

/// An action that policy lets through.
pub(super) struct Allowed {
    pub plan: Plan,
    pub not_after: Option<DateTime<Utc>>,
    /// Somebody has to agree before it is carried out.
    pub asks: Option<Asks>,
    /// By which rows somebody has, and who could.
    pub agreed: BTreeSet<Agreed>,
    /// Lines of "this will …"; none where nothing is left to do.
    pub will: Option<Vec<String>>,
    /// What others may have done of its record in a history that is lost, to be looked for before its calls.
    pub besides: Vec<Beside>,
}

impl Allowed {
    /// It asks for agreement to calls: the answer where these were perhaps made already.
    pub fn lost(&self) -> Option<Reason> {
        let asks = self.asks.as_ref().filter(|_| !self.plan.calls.is_empty());
        asks.map(Asks::lost)
    }

    /// What it will call, where somebody has to agree first.
    pub fn kept(&self, access: &Access, facts: &Facts) -> Option<Kept> {
        let (asks, record) = (self.asks.as_ref()?, facts.record.as_ref()?);
        Some(Kept {
            calls: self.plan.calls.clone(),
            basis: basis(access, facts, record, &asks.pack.hash),
        })
    }

    /// Would it call otherwise than was kept? What is said in a call may differ by the hour, and goes as kept.
    pub fn calls_otherwise(&self, kept: &Kept) -> bool {
        let named = |call: &Call| (call.effect, call.connector, call.operation.clone());
        let (now, then) = (self.plan.calls.iter(), kept.calls.iter());
        !now.map(named).eq(then.map(named))
    }
}

/// The word, why, and what is allowed.
pub(super) type Judged = (VerdictWord, Option<Reason>, Option<Allowed>);

/// Said to whoever has what they asked for because somebody was faster, while no provider has said that it is
/// done: the record may yet go back. What is under way on it and has not brought it where it stands is another
/// matter.
async fn under_way(
    platform: &Platform,
    facts: &Facts,
    kind: &Kind,
    operation: &Operation,
) -> Result<Option<Reason>, ApiError> {
    let brings = |effect: &Effect| matches!(effect, Effect::Set(set) if set.contains_key("state"));
    let moves = |name: &String| {
        let other = kind.actions.get(name);
        *name == operation.action || other.is_some_and(|other| other.effects.iter().any(brings))
    };
    let Some((_, by)) = facts.calling.iter().find(|(name, _)| moves(name)) else {
        return Ok(None);
    };
    let by = who(platform, &facts.tenant.tenant.id, by, operation).await?;
    let detail = format!(
        "{by} came first, and how it ends is not known yet: the record will say. Nothing more was done for \
         this."
    );
    Ok(Some(reason(UNDER_WAY, None, &detail)))
}

/// Who was first, in words that are right for whoever reads them: a verdict is not read by its author alone.
pub(super) async fn who(
    platform: &Platform,
    tenant: &str,
    by: &str,
    operation: &Operation,
) -> Result<String, ApiError> {
    match by == operation.author {
        true => Ok("The same person".to_owned()),
        false => Ok(platform.store.operator_name(tenant, by).await?),
    }
}

/// Decides; `agreed` is by which rows somebody has agreed to it.
pub(super) async fn judge(
    platform: &Platform,
    access: &Access,
    operation: &Operation,
    facts: &Facts,
    agreed: &BTreeSet<Agreed>,
    now: DateTime<Utc>,
) -> Result<Judged, ApiError> {
    let no = |word, reason| Ok((word, Some(reason), None));
    let sight = platform.packs.sight_in(&facts.tenant, access).await?;
    let visible = facts
        .record
        .as_ref()
        .filter(|record| in_sight(access, &sight, record));
    let creates = creates(platform, operation, facts).await?;
    if creates && facts.record.is_some() {
        let there = reason("record.exists", None, "There is one of this id already.");
        return no(VerdictWord::Conflict, there);
    }
    let new = creates.then(|| unmade(&operation.kind, &operation.record, now));
    let Some(record) = visible.or(new.as_ref()) else {
        let gone = reason("record.gone", None, "The record is not there any more.");
        return no(VerdictWord::Conflict, gone);
    };
    let Some(pack) = platform.packs.active(&facts.tenant).await? else {
        let none = reason("pack.missing", None, "This tenant has no pack.");
        return no(VerdictWord::Refused, none);
    };
    let Some(kind) = pack.kind(&operation.kind) else {
        let unknown = reason("kind.unknown", None, "The pack does not know this kind.");
        return no(VerdictWord::Refused, unknown);
    };
    let snapshot = snapshot(record, &facts.refs);
    let situation = watchkeeper_model::Situation {
        pack: &pack,
        kind,
        record: &snapshot,
        params: &operation.params,
        actor: &actor(&access.operator.id, &access.roles, &access.regions),
        now,
        settings: &pack.settings_in_force(&facts.tenant.settings),
        controls: &pack.controls_in_force(&facts.tenant.controls),
        lookups: &facts.lookups,
    };
    // Somebody has done the same before: whoever comes second has what they asked for, however late
    // and whatever revision they saw.
    if already(&situation, &operation.action) {
        let nothing = Allowed {
            plan: Plan::default(),
            not_after: None,
            asks: None,
            agreed: BTreeSet::new(),
            will: None,
            besides: Vec::new(),
        };
        return Ok((
            VerdictWord::Confirmed,
            under_way(platform, facts, kind, operation).await?,
            Some(nothing),
        ));
    }
    let decision = decide(&situation, &operation.action).agreed(agreed);
    if operation.not_after.is_some_and(|at| now > at) {
        let row = match &decision.outcome {
            Outcome::Deny { row, .. } => row.clone(),
            Outcome::Allow | Outcome::Ask => None,
        };
        let late = reason("operation.lapsed", row, "It came after its time.");
        return no(VerdictWord::Lapsed, late);
    }
    if operation
        .base_revision
        .is_some_and(|seen| seen != record.revision)
    {
        let changed = reason(
            "record.changed",
            None,
            "The record is not what the operator saw.",
        );
        return no(VerdictWord::Conflict, changed);
    }
    let asks = decision.outcome == Outcome::Ask;
    let plan = match (decision.outcome, decision.plan) {
        (Outcome::Deny { code, row, detail }, _) => {
            let word = if code == "operation.lapsed" {
                VerdictWord::Lapsed
            } else {
                VerdictWord::Refused
            };
            return no(word, Reason { code, row, detail });
        }
        (Outcome::Allow | Outcome::Ask, plan) => plan.unwrap_or_default(),
    };
    // What a lost history may have paid is not paid once more before the provider has said so. What was agreed
    // to is not refused for that: what others may have done is looked for before it is sent.
    let mut besides = Vec::new();
    if decision.nature == Nature::Money
        && !plan.calls.is_empty()
        && let Some(perhaps) =
            approvals::paid_perhaps(platform, &access.tenant, operation, kind, facts).await?
    {
        match perhaps.besides {
            Some(found) if !agreed.is_empty() => besides = found,
            _ => return no(VerdictWord::Refused, perhaps.why),
        }
    }
    if let Some(why) = erase::refused(platform, &access.tenant, &pack, operation, &plan).await? {
        return no(VerdictWord::Refused, why);
    }
    // Until its end is known the record may look as before: whoever comes second would have it done twice.
    if decision.nature != Nature::Change
        && !plan.calls.is_empty()
        && besides.is_empty()
        && let Some(by) = facts.calling.get(&operation.action)
    {
        let by = who(platform, &access.tenant, by, operation).await?;
        let detail = format!("{by} has done this already; how it ends is not known yet.");
        return no(VerdictWord::Refused, reason(UNDER_WAY, None, &detail));
    }
    if let Some(call) = plan
        .calls
        .iter()
        .find(|call| !platform.connectors.contains_key(&call.connector))
    {
        let detail = format!("This platform has no connector {:?}.", call.connector);
        let none = reason("provider.missing", None, &detail);
        return no(VerdictWord::Refused, none);
    }
    let word = if plan.calls.is_empty() && !asks {
        VerdictWord::Confirmed
    } else {
        VerdictWord::Accepted
    };
    let not_after = [operation.not_after, decision.not_after]
        .into_iter()
        .flatten()
        .min();
    if asks && let Some(why) = approvals::asked_already(platform, &access.tenant, operation).await?
    {
        return no(VerdictWord::Refused, why);
    }
    let asks = asks.then(|| Asks {
        pack: std::sync::Arc::clone(&pack),
        until: approval::lapses_at(&decision.asks, not_after, now),
        needed: decision.asks,
        will: decision.will.clone(),
    });
    let allowed = Allowed {
        plan,
        not_after,
        agreed: agreed.clone(),
        asks,
        will: Some(decision.will),
        besides,
    };
    let why = allowed.asks.as_ref().map(Asks::waits);
    Ok((word, why, Some(allowed)))
}
