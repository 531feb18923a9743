//! What people of a demo's tenant did, asked for and answered before its world begins.
//!
//! Each is an operation that goes through the platform's own decision, as one from a laptop does, but by the
//! clock of its instant. What waits for agreement waits; nothing is sent to a provider, for its call would be
//! made now. A refusal is a mistake in `demo.yaml`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};
use watchkeeper_model::approval::{self, APPROVE, REJECT};
use watchkeeper_model::control;
use watchkeeper_pack::format::{EffectDef, FieldType};
use watchkeeper_pack::{Action, Pack};
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};
use watchkeeper_wire::problem::Code;
use watchkeeper_wire::session::Operator;

use super::DemoError;
use super::place::Place;
use super::rows::before;
use super::world::OperatorDef;
use crate::Platform;
use crate::clock::ManualClock;
use crate::controls::Switched;
use crate::decide::{actor, apply_by, approvals};
use crate::problem::ApiError;
use crate::store::Access;

/// Most operations of a world, and answers to one of them.
const MOST: usize = 50;
/// Longest time before the start, in hours.
const LONGEST: f64 = 8_784.0;

/// What somebody did or asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationOf {
    /// Operator id of somebody who works there.
    pub by: String,
    /// Hours before the start.
    pub ago: f64,
    /// Kind of the record.
    pub kind: String,
    /// The record; absent where the action makes it.
    #[serde(default)]
    pub record: Option<String>,
    /// The action.
    pub action: String,
    /// What it asks for. A map for a parameter that is a text becomes its JSON.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// What was answered to it.
    #[serde(default)]
    pub answers: Vec<AnswerOf>,
}

/// What somebody answered who was asked to agree.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerOf {
    /// Operator id.
    pub by: String,
    /// Hours before the start.
    pub ago: f64,
    /// Agreed, or not.
    pub agrees: bool,
    /// In words.
    pub comment: String,
}

/// Who switched a control that stands as `controls` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchedOf {
    /// Its name.
    pub control: String,
    /// Region, where it has one for each.
    #[serde(default)]
    pub region: Option<String>,
    /// Operator id of somebody who may.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Hours before the start.
    pub ago: f64,
}

/// One thing that one person did, in the order of their instants.
pub(super) struct Step {
    at: DateTime<Utc>,
    who: OperatorDef,
    /// Place of the operation in the file.
    place: usize,
    what: What,
}

enum What {
    Does {
        kind: String,
        record: Option<String>,
        action: String,
        params: Map<String, Value>,
    },
    Answers {
        action: &'static str,
        comment: String,
    },
}

/// A control, and who switched it.
pub(super) struct Named {
    /// Name → value, or name → region → value.
    pub(super) control: Map<String, Value>,
    pub(super) who: Switched,
}

/// The steps of a world that begins then, oldest first.
///
/// # Errors
/// Says in words what the pack, or the people of the tenant, do not know.
pub(super) fn steps(place: &Place, pack: &Pack, start: DateTime<Utc>) -> Result<Vec<Step>, String> {
    let operations = place.operations();
    if operations.len() > MOST {
        return Err(format!("more than {MOST} operations"));
    }
    let mut steps = Vec::new();
    for (number, of) in operations.iter().enumerate() {
        let about = |problem: String| format!("{} of {}: {problem}", of.action, of.kind);
        let action = action(pack, of).map_err(about)?;
        steps.push(Step {
            at: at(start, of.ago).map_err(about)?,
            who: person(place, &of.by).map_err(about)?,
            place: number,
            what: What::Does {
                kind: of.kind.clone(),
                record: of.record.clone(),
                action: of.action.clone(),
                params: params(action, &of.params).map_err(about)?,
            },
        });
        if of.answers.len() > MOST {
            return Err(about(format!("more than {MOST} answers")));
        }
        for answer in &of.answers {
            if answer.ago >= of.ago {
                return Err(about("answered before it was asked".into()));
            }
            steps.push(Step {
                at: at(start, answer.ago).map_err(about)?,
                who: person(place, &answer.by).map_err(about)?,
                place: number,
                what: What::Answers {
                    action: if answer.agrees { APPROVE } else { REJECT },
                    comment: answer.comment.clone(),
                },
            });
        }
    }
    // Those of one instant stay in the order of the file.
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}

/// Who switched which of these controls.
///
/// # Errors
/// Says in words who may not.
pub(super) fn named(
    place: &Place,
    pack: &Pack,
    (start, controls): (DateTime<Utc>, &Map<String, Value>),
) -> Result<Vec<Named>, String> {
    let switched = place.switched();
    if switched.len() > MOST {
        return Err(format!("more than {MOST} controls are switched"));
    }
    let mut named = Vec::new();
    for of in switched {
        let about = |problem: String| format!("control {}: {problem}", of.control);
        let def = pack.controls.get(&of.control);
        let def = def.ok_or_else(|| about("the pack has none of this name".into()))?;
        let by = person(place, &of.by).map_err(about)?;
        control::may(pack, def, &actor(&by.id, &by.roles, &by.regions)).map_err(about)?;
        let at = at(start, of.ago).map_err(about)?;
        // On a day on which it is not switched nobody switched it.
        let value = controls.get(&of.control);
        let value = match &of.region {
            Some(region) => value.and_then(|regions| regions.get(region)),
            None => value,
        };
        let Some(value) = value else { continue };
        let value = match &of.region {
            Some(region) => Value::Object(Map::from_iter([(region.clone(), value.clone())])),
            None => value.clone(),
        };
        named.push(Named {
            control: Map::from_iter([(of.control.clone(), value)]),
            who: Switched {
                by: by.id,
                reason: of.reason.clone(),
                at,
            },
        });
    }
    Ok(named)
}

/// The action, if it is one that leaves nothing with a provider.
fn action<'a>(pack: &'a Pack, of: &OperationOf) -> Result<&'a Action, String> {
    let kind = pack.kind(&of.kind).ok_or("the pack has no such kind")?;
    let action = kind.actions.get(&of.action);
    let action = action.ok_or("the kind has no such action")?;
    if of.record.is_none() != action.def.creates {
        return Err("`record` is for what there is already, and only for that".into());
    }
    let calls = |effect: &EffectDef| matches!(effect, EffectDef::Call(_));
    let agreed = of.answers.iter().any(|answer| answer.agrees);
    if action.def.effects.iter().any(calls) && (action.def.approvals.is_empty() || agreed) {
        return Err("a provider would be asked now for what is over".into());
    }
    if !of.answers.is_empty() && action.def.approvals.is_empty() {
        return Err("nobody is asked to agree to it".into());
    }
    Ok(action)
}

fn params(action: &Action, given: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut params = Map::new();
    for (name, value) in given {
        let def = action.def.params.get(name);
        let def = def.ok_or_else(|| format!("no parameter {name}"))?;
        let is_text = matches!(def.type_, FieldType::Text);
        let value = match value {
            Value::Object(_) | Value::Array(_) if is_text => Value::from(value.to_string()),
            one => one.clone(),
        };
        params.insert(name.clone(), value);
    }
    Ok(params)
}

fn at(start: DateTime<Utc>, hours: f64) -> Result<DateTime<Utc>, String> {
    // Not a number is neither.
    if hours > 0.0 && hours <= LONGEST {
        return Ok(before(start, hours));
    }
    Err(format!("`ago` is between 0 and {LONGEST} hours"))
}

fn person(place: &Place, id: &str) -> Result<OperatorDef, String> {
    let found = place.people().find(|person| person.id == id);
    let found = found.ok_or_else(|| format!("nobody is called {id}"))?;
    Ok(found.clone())
}

/// Carries the steps out.
pub(super) async fn carry_out(
    platform: &Platform,
    tenant: &str,
    steps: &[Step],
) -> Result<(), DemoError> {
    let Some(first) = steps.first() else {
        return Ok(());
    };
    // The head rises with all that is written: whoever fills this tenant again has other ids.
    let head = head(platform, tenant).await?;
    let mut ids = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        let seed = format!("{tenant}/{head}/{number}");
        let access = access(tenant, &step.who);
        let carried = Carried {
            platform,
            access: &access,
            step,
            id: drawn(step.at, &seed),
        };
        let problem = match &step.what {
            What::Does { .. } => {
                ids.insert(step.place, carried.id);
                let new = drawn(step.at, &format!("{seed}/record"));
                carried.does(new).await?
            }
            What::Answers { action, comment } => {
                let asked = ids.get(&step.place).copied().unwrap_or_default();
                carried.answers(asked, (*action, comment.as_str())).await?
            }
        };
        if let Some(problem) = problem {
            let (who, place) = (&step.who.id, step.place + 1);
            let problem = format!("operation {place} of the world, {who}: {problem}");
            return Err(DemoError::Pack(problem));
        }
    }
    tracing::debug!(%tenant, since = %first.at, steps = steps.len(), "done before the world began");
    Ok(())
}

async fn head(platform: &Platform, tenant: &str) -> Result<u64, ApiError> {
    let state = platform.store.tenant(tenant).await?;
    Ok(state.ok_or(Code::NotFound)?.head)
}

fn access(tenant: &str, who: &OperatorDef) -> Access {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    Access {
        token_hash: String::new(),
        tenant: tenant.to_owned(),
        operator: Operator {
            id: who.id.clone(),
            name: who.name.clone(),
        },
        roles: sorted(&who.roles),
        regions: sorted(&who.regions),
        revoked: false,
    }
}

/// An id of that instant: the same one for the same seed.
fn drawn(at: DateTime<Utc>, seed: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(seed).into();
    let mut random = [0; 10];
    random
        .iter_mut()
        .zip(hash)
        .for_each(|(to, from)| *to = from);
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// One step on its way.
struct Carried<'a> {
    platform: &'a Platform,
    access: &'a Access,
    step: &'a Step,
    id: Uuid,
}

impl Carried<'_> {
    /// Says in words what is wrong with it, if anything.
    async fn does(&self, new: Uuid) -> Result<Option<String>, ApiError> {
        let What::Does {
            kind,
            record,
            action,
            params,
        } = &self.step.what
        else {
            return Ok(None);
        };
        let (record, revision) = match record {
            Some(id) => {
                let tenant = &self.access.tenant;
                let row = self.platform.store.record(tenant, kind, id).await?;
                (id.clone(), row.map(|row| row.revision))
            }
            None => (new.to_string(), None),
        };
        let operation = Operation {
            base_revision: revision,
            ..self
                .operation((kind.as_str(), record), action, params.clone())
                .await?
        };
        Ok(problem(&self.decided(&operation).await?))
    }

    async fn answers(
        &self,
        asked: Uuid,
        (action, comment): (&str, &str),
    ) -> Result<Option<String>, ApiError> {
        let (platform, tenant) = (self.platform, self.access.tenant.as_str());
        let who = actor(
            &self.access.operator.id,
            &self.access.roles,
            &self.access.regions,
        );
        let all = approvals::of_operation(platform, tenant, &asked.to_string()).await?;
        let own = all
            .iter()
            .find(|(_, approval)| approval.waits_for(&who, self.step.at));
        let Some((own, _)) = own else {
            return Ok(Some("nobody asks them to agree".into()));
        };
        let params = Map::from_iter([("comment".to_owned(), Value::from(comment))]);
        let of = (approval::KIND, own.id.clone());
        let answer = self.operation(of, action, params).await?;
        let said = self.decided(&answer).await?;
        if let Some(problem) = problem(&said) {
            return Ok(Some(problem));
        }
        // Agreed to, and not carried out.
        if let Some(why) = said.reason {
            return Ok(Some(format!("{}: {}", why.code, why.detail)));
        }
        Ok(None)
    }

    async fn operation(
        &self,
        (kind, record): (&str, String),
        action: &str,
        params: Map<String, Value>,
    ) -> Result<Operation, ApiError> {
        let state = self.platform.store.tenant(&self.access.tenant).await?;
        let pack = state.and_then(|state| state.pack).ok_or(Code::NotFound)?;
        Ok(Operation {
            id: self.id,
            version: 1,
            kind: kind.to_owned(),
            record,
            action: action.to_owned(),
            params,
            author: self.access.operator.id.clone(),
            device: Uuid::nil(),
            made_at: self.step.at,
            base_revision: None,
            not_after: None,
            pack: pack.hash,
            lookups: BTreeMap::new(),
        })
    }

    async fn decided(&self, operation: &Operation) -> Result<Verdict, ApiError> {
        let clock = ManualClock::new(self.step.at);
        apply_by(self.platform, &clock, (self.access, operation), false).await
    }
}

/// It is neither done nor waits for somebody's agreement.
fn problem(verdict: &Verdict) -> Option<String> {
    let why = verdict.reason.as_ref();
    match verdict.word {
        VerdictWord::Confirmed => None,
        VerdictWord::Accepted if why.is_some_and(|why| why.code == approval::WAITS) => None,
        word => Some(match why {
            Some(why) => format!("{}: {}", why.code, why.detail),
            None => format!("{word:?}"),
        }),
    }
}

#[cfg(test)]
mod tests;
