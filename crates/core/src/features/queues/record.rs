//! One record with its facts, clocks, actions and the policy of each.

use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::approval::{self, Needed, role_label};
use watchkeeper_model::{Decision, Outcome, RowOutcome, Situation, decide, mails};
use watchkeeper_pack::format::FieldType;
use watchkeeper_pack::value::money_text;
use watchkeeper_pack::{Action, Kind, Pack};

use super::basis::{Ours, ours, read_by};
use super::cells::{Shown, clock_view};
use super::decide::{Case, lapses_unsent};
use super::lane::in_the_way;
use super::operation;
use super::related::related;
use super::view::{
    AboutView, ActionView, AskView, CellValue, DenialView, FactView, FieldView, MailView,
    OptionView, ParamView, PolicyRowView, RecordView, RowWord, UndoView,
};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::documents::list::documents;
use crate::features::documents::view::RecordDocuments;
use crate::features::reading::{Reading, Row, read, view_of};
use crate::outbox::queue::{self, Queued};

/// One record with its facts, clocks, actions and the policy of each.
pub async fn record(engine: &Engine, kind: &str, id: &str) -> Result<RecordView, Error> {
    let (kind, id) = (kind.to_owned(), id.to_owned());
    read(engine, move |reading| {
        let row = reading
            .opened(&kind, &id)?
            .ok_or(Error::new(Code::NotFound))?;
        let pack = reading.pack.clone().ok_or(Error::new(Code::NoPack))?;
        match pack.kind(&row.kind) {
            Some(kind) => known(reading, &pack, kind, &row),
            // As seen when they acted on it; they do not see it any more.
            None if !pack.sight.sees_kind(&row.kind) => Err(Error::new(Code::NotFound)),
            None => opaque(reading, &row),
        }
    })
    .await
}

fn known(reading: &Reading<'_>, pack: &Pack, kind: &Kind, row: &Row) -> Result<RecordView, Error> {
    let shown = Shown::new(reading, kind, row);
    let now = reading.record(&row.kind, &row.id)?;
    let case = Case::new(reading, pack, kind, now.as_ref().unwrap_or(row))?;
    let ours = ours(reading, pack, kind)?;
    let open = reading.lane(&format!("{}/{}", row.kind, row.id))?;
    let asked = Asked::default();
    let actions = kind
        .actions_in_order()
        .into_iter()
        .map(|action| {
            action_view(
                reading,
                (pack, kind, &ours),
                (&case, open.as_slice()),
                action,
                &asked,
            )
        })
        .collect();
    Ok(RecordView {
        kind_label: kind.label_one.clone(),
        state: (!kind.states.is_empty())
            .then(|| shown.value(reading, "state"))
            .transpose()?,
        clocks: kind
            .clocks
            .keys()
            .filter_map(|name| clock_view(reading, kind, name, row))
            .filter(|clock| clock.runs)
            .collect(),
        facts: kind
            .detail
            .iter()
            .map(|name| shown.fact(reading, name))
            .collect::<Result<_, _>>()?,
        fields: fields(reading, &shown)?,
        actions,
        about: about(reading, pack, row)?,
        related: related(reading, pack, row)?,
        documents: documents(reading, pack, row)?,
        ..opaque(reading, row)?
    })
}

/// What of a record the pack's own facts leave out, and each computed field with its rule; as far as it has
/// a value, and the operator sees it.
fn fields(reading: &Reading<'_>, shown: &Shown<'_>) -> Result<Vec<FieldView>, Error> {
    let kind = shown.kind;
    let is_told = |name: &str| name == "state" || kind.detail.iter().any(|told| told == name);
    let plain = kind.fields.keys().filter(|name| !is_told(name));
    let computed = kind.computed.keys();
    let mut all = Vec::new();
    for name in plain.chain(computed) {
        let fact = shown.fact(reading, name)?;
        if matches!(fact.value, CellValue::Empty | CellValue::Hidden) {
            continue;
        }
        let rule = kind.computed.get(name);
        let rule = rule.map(|computed| computed.def.expr.trim().to_owned());
        all.push(FieldView { fact, rule });
    }
    Ok(all)
}

/// The record that an approval is about, and the view in which it is opened.
fn about(reading: &Reading<'_>, pack: &Pack, row: &Row) -> Result<Option<AboutView>, Error> {
    if row.kind != approval::KIND {
        return Ok(None);
    }
    let text = |name: &str| row.body.get(name).and_then(Value::as_str);
    let (Some(kind), Some(id)) = (text("subject_kind"), text("subject")) else {
        return Ok(None);
    };
    let Some(title) = reading.title(kind, id)? else {
        return Ok(None);
    };
    Ok(view_of(pack, kind).map(|view| AboutView {
        view: view.to_owned(),
        kind: kind.to_owned(),
        id: id.to_owned(),
        title,
    }))
}

/// A record of a kind that the pack does not have (fault 24): what it is called, and its fields as
/// they came.
fn opaque(reading: &Reading<'_>, row: &Row) -> Result<RecordView, Error> {
    let facts = row.body.iter().map(|(name, value)| FactView {
        field: name.clone(),
        label: name.clone(),
        value: CellValue::Unknown {
            text: value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned),
        },
    });
    let lane = format!("{}/{}", row.kind, row.id);
    let mut operations = queue::of_lane(reading.state, &lane)?;
    let maker = reading.maker(&row.kind, &row.id)?;
    let is_made = maker.is_some();
    operations.extend(maker);
    Ok(RecordView {
        kind: row.kind.clone(),
        kind_label: row.kind.clone(),
        id: row.id.clone(),
        revision: row.revision,
        title: row.title.clone(),
        state: None,
        clocks: Vec::new(),
        facts: facts.collect(),
        fields: Vec::new(),
        actions: Vec::new(),
        about: None,
        operations: operations
            .iter()
            .map(|operation| operation::view(reading, operation))
            .collect::<Result<_, _>>()?,
        related: Vec::new(),
        documents: RecordDocuments::default(),
        as_of: reading.as_of(),
        as_seen: !is_made && reading.title(&row.kind, &row.id)?.is_none(),
    })
}

/// How an action is meant.
#[derive(Default)]
pub(super) struct Asked {
    /// What was said so far of what it asks for.
    pub(super) params: Map<String, Value>,
    /// A held operation that it would replace.
    pub(super) amends: Option<Uuid>,
}

/// An action on a record: what decides it and what it will do, as far as it is said how it is meant.
pub(super) fn action_view(
    reading: &Reading<'_>,
    (pack, kind, ours): (&Pack, &Kind, &Ours),
    (case, open): (&Case<'_>, &[Queued]),
    action: &Action,
    asked: &Asked,
) -> ActionView {
    let situation = case.situation(reading, &asked.params);
    let decision = decide(&situation, &action.name);
    let denied = newer_pack(reading)
        .or_else(|| denial(&decision))
        .or_else(|| under_way(open, &action.name, asked.amends));
    let def = &action.def;
    ActionView {
        action: action.name.clone(),
        label: def.label.clone(),
        key: def.key.clone(),
        row: def.row.clone(),
        nature: decision.nature,
        params: params_view(action, currency_of(pack, kind, &situation.record.body)),
        policy: rows(action, &decision, ours),
        allowed: denied.is_none(),
        denied,
        confirm: decision.confirm,
        typed: decision.typed.clone(),
        typed_param: def
            .types
            .as_deref()
            .and_then(|types| types.strip_prefix("params."))
            .map(ToOwned::to_owned),
        will: decision.will.clone(),
        asks: decision
            .asks
            .iter()
            .map(|ask| ask_view(pack, ask))
            .collect(),
        mails: mail_views(&situation, &action.name),
        not_after: decision.until(situation.now).map(|at| reading.wall(at)),
        may_lapse: lapses_unsent(reading, pack, &situation.kind.name, &decision),
        undo: undo_view(kind, action),
    }
}

/// How an action can be undone.
pub(super) fn undo_view(kind: &Kind, action: &Action) -> Option<UndoView> {
    let undo = action.def.undo.as_ref()?;
    let by = undo.by.as_ref().and_then(|by| kind.actions.get(by));
    Some(UndoView {
        row: undo.row.clone(),
        hold_seconds: undo.hold_seconds,
        by: by.map(|by| by.def.label.clone()),
    })
}

/// Mails as they would be sent.
pub(super) fn mail_views(situation: &Situation<'_>, action: &str) -> Vec<MailView> {
    let row = |template: &str| situation.pack.templates.get(template);
    let mails = mails(situation, action).into_iter();
    mails
        .map(|mail| MailView {
            row: row(&mail.template).map_or_else(String::new, |found| found.def.row.clone()),
            to: mail.to,
            subject: mail.subject,
            body: mail.body,
        })
        .collect()
}

/// Who has to agree.
pub(super) fn ask_view(pack: &Pack, ask: &Needed) -> AskView {
    let fallback = ask.fallback.as_ref();
    AskView {
        row: ask.row.clone(),
        title: ask.title.clone(),
        role: role_label(pack, &ask.role).to_owned(),
        fallback: fallback.map(|(role, _)| role_label(pack, role).to_owned()),
        after_minutes: fallback.map(|(_, minutes)| *minutes),
    }
}

/// The currency of a record's amounts where they have one; else that of the pack.
fn currency_of<'a>(pack: &'a Pack, kind: &Kind, body: &'a Map<String, Value>) -> &'a str {
    let money = kind.fields.iter();
    let money = money.filter(|(_, def)| def.type_ == FieldType::Money);
    let mut said = money.filter_map(|(name, _)| body.get(name)?.get("currency")?.as_str());
    match said.next() {
        Some(first) if said.all(|other| other == first) => first,
        _ => &pack.currency,
    }
}

/// What an action asks for; amounts in this currency.
pub(super) fn params_view(action: &Action, currency: &str) -> Vec<ParamView> {
    let example = || format!("{} {currency}", money_text(2_200, currency));
    action
        .params_in_order()
        .into_iter()
        .map(|(name, def)| ParamView {
            name: name.clone(),
            label: def.label.clone(),
            kind: def.type_,
            one_of: def
                .one_of
                .iter()
                .map(|value| OptionView {
                    value: value.clone(),
                    label: def.word(value),
                })
                .collect(),
            optional: def.optional,
            example: (def.type_ == FieldType::Money).then(example),
        })
        .collect()
}

/// Policy's refusal. Parameters that are still to be filled in are none.
fn denial(decision: &Decision) -> Option<DenialView> {
    match &decision.outcome {
        Outcome::Deny { code, row, detail } if code != "params.invalid" => Some(DenialView {
            code: code.clone(),
            row: row.clone(),
            detail: detail.clone(),
        }),
        _ => None,
    }
}

/// Nothing is changed under a pack that is no longer the tenant's.
fn newer_pack(reading: &Reading<'_>) -> Option<DenialView> {
    let newer = reading.link.newer_pack()?;
    Some(DenialView {
        code: "pack.newer".into(),
        row: None,
        detail: newer.detail.clone().unwrap_or_default(),
    })
}

/// An operation of ours is in the way.
fn under_way(lane: &[Queued], action: &str, amends: Option<Uuid>) -> Option<DenialView> {
    in_the_way(lane.iter(), action, amends).map(|detail| DenialView {
        code: "operation.in_the_way".into(),
        row: None,
        detail: detail.into(),
    })
}

/// The rows of the policy, then those of the approvals: in that order a decision has them.
fn rows(action: &Action, decision: &Decision, ours: &Ours) -> Vec<PolicyRowView> {
    let policy = action.policy.iter().map(|row| &row.when);
    let guards = policy.chain(action.approvals.iter().map(|row| &row.when));
    let names = action.def.params.keys();
    decision
        .rows
        .iter()
        .zip(guards)
        .map(|(row, when)| PolicyRowView {
            id: row.id.clone(),
            title: row.title.clone(),
            found: row.found.clone(),
            outcome: match row.outcome {
                RowOutcome::Passed => RowWord::Passed,
                RowOutcome::Failed => RowWord::Failed,
                RowOutcome::Undecidable => RowWord::Undecidable,
                RowOutcome::Asks => RowWord::Asks,
                RowOutcome::Open => RowWord::Open,
            },
            reads: names
                .clone()
                .filter(|name| when.reads_field("params", name))
                .cloned()
                .collect(),
            ours: read_by(when, ours),
        })
        .collect()
}
