//! The checked pack: every name resolves, every expression compiles. Cheap to clone behind an `Arc`.

mod work;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::expr::Program;
use crate::filter::Filter;
use crate::format::{
    ActionDef, AlertFile, BudgetDef, ClockDef, ComputedDef, ControlDef, DocumentDef, FieldDef,
    FieldType, IncidentsFile, LookupDef, MetricFile, PeopleFile, ReconciliationFile, RegionDef,
    ReportFile, RetentionFile, RulingDef, SessionDef, SettingDef, StateDef, TemplateFile, ViewDef,
};
use crate::measure::Measure;
use crate::schedule::Schedule;
use crate::template::Template;

pub use work::{
    Asked, Check, Evidence, Handover, HandoverSection, Item, Playbook, Question, Routine, Step,
};

/// One tenant's operations, checked.
pub struct Pack {
    /// SHA-256 of the bundle, hex.
    pub hash: String,
    /// Stable id.
    pub id: String,
    /// Version; only rises.
    pub version: u32,
    /// Name of the operation.
    pub name: String,
    /// Zone of its day.
    pub zone: Tz,
    /// Currency of amounts that name none.
    pub currency: String,
    /// BCP 47 tag of its texts.
    pub language: String,
    /// Views in the navigation, in order.
    pub queues: Vec<String>,
    /// The operator's sessions.
    pub sessions: BTreeMap<String, Session>,
    /// Policy settings.
    pub settings: BTreeMap<String, SettingDef>,
    /// Files of the pack by the setting that they read.
    pub readers: BTreeMap<String, BTreeSet<String>>,
    /// Roles that may say settings which do not name their own.
    pub settings_roles: Vec<String>,
    /// Switches.
    pub controls: BTreeMap<String, ControlDef>,
    /// Kinds by name.
    pub kinds: BTreeMap<String, Kind>,
    /// Texts that are sent, by id.
    pub templates: BTreeMap<String, MailTemplate>,
    /// Alert rules by id.
    pub alerts: BTreeMap<String, Alert>,
    /// Metrics by id.
    pub metrics: BTreeMap<String, Metric>,
    /// Metrics on the first screen, in order.
    pub numbers: Vec<String>,
    /// Time that the operator has.
    pub budget: Option<BudgetDef>,
    /// The document that it is made from.
    pub document: Option<DocumentDef>,
    /// Regions by name.
    pub regions: BTreeMap<String, RegionDef>,
    /// Work that comes round, by id.
    pub routines: BTreeMap<String, Routine>,
    /// Procedures by id.
    pub playbooks: BTreeMap<String, Playbook>,
    /// How a shift gives over.
    pub handover: Option<Handover>,
    /// Who there is.
    pub people: PeopleFile,
    /// How bad incidents are.
    pub incidents: IncidentsFile,
    /// What providers have to be given, by id.
    pub evidence: BTreeMap<String, Evidence>,
    /// Books that are compared, by id.
    pub reconciliations: BTreeMap<String, ReconciliationFile>,
    /// Reports by id.
    pub reports: BTreeMap<String, Report>,
    /// How long things are kept.
    pub retention: RetentionFile,
    /// What is settled otherwise than the document says.
    pub rulings: Vec<RulingDef>,
    /// Problems that do not stop it.
    pub warnings: Vec<Diagnostic>,
}

/// A session of the operator.
#[derive(Debug)]
pub struct Session {
    /// As written.
    pub def: SessionDef,
    /// Its schedule.
    pub schedule: Schedule,
}

/// A report.
#[derive(Debug)]
pub struct Report {
    /// As written.
    pub def: ReportFile,
    /// When it is made.
    pub schedule: Schedule,
}

/// A kind of record.
#[derive(Debug)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// As shown: one.
    pub label_one: String,
    /// As shown: many.
    pub label_many: String,
    /// Names one record in a line; sees `record` and `refs`.
    pub title: Template,
    /// Fields by name.
    pub fields: BTreeMap<String, FieldDef>,
    /// States, in order.
    pub states: Vec<StateDef>,
    /// Computed fields by name.
    pub computed: BTreeMap<String, Computed>,
    /// Lookups by name.
    pub lookups: BTreeMap<String, Lookup>,
    /// Clocks by name.
    pub clocks: BTreeMap<String, Clock>,
    /// Actions by name.
    pub actions: BTreeMap<String, Action>,
    /// Views by id.
    pub views: BTreeMap<String, View>,
    /// Names shown in the detail panel.
    pub detail: Vec<String>,
}

/// A computed field.
#[derive(Debug)]
pub struct Computed {
    /// As written.
    pub def: ComputedDef,
    /// Compiled.
    pub program: Program,
    /// It mentions `now`: for display only, never stored.
    pub volatile: bool,
}

/// A lookup.
#[derive(Debug)]
pub struct Lookup {
    /// As written.
    pub def: LookupDef,
    /// Compiled.
    pub filter: Filter,
}

/// A clock.
#[derive(Debug)]
pub struct Clock {
    /// As written.
    pub def: ClockDef,
    /// When it started.
    pub start: Program,
    /// When it is due.
    pub due: Program,
    /// Whether it runs; always where absent.
    pub runs: Option<Program>,
}

impl Clock {
    /// The field that is the deadline itself, where it is one that is indexed: what is due is looked up
    /// there by its instant.
    pub fn due_field(&self, kind: &Kind) -> Option<&str> {
        let name = self.def.due.trim().strip_prefix("record.")?;
        let field = kind.fields.get(name).map(|def| def.type_);
        let computed = || kind.computed.get(name).map(|computed| computed.def.type_);
        let timestamp = field.or_else(computed) == Some(FieldType::Timestamp);
        (timestamp && crate::filter::is_indexed(kind, name)).then_some(name)
    }
}

/// An action.
#[derive(Debug)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// As written.
    pub def: ActionDef,
    /// Compiled rows, in the order of `def.policy`.
    pub policy: Vec<Policy>,
    /// Compiled approvals, in the order of `def.approvals`.
    pub approvals: Vec<Approval>,
    /// Compiled `not_after`.
    pub not_after: Option<Program>,
    /// Compiled effects, in the order of `def.effects`.
    pub effects: Vec<Effect>,
    /// Compiled lines of "this will …".
    pub will: Vec<Template>,
    /// Compiled `bulk.when`: which records may take part when it is taken on many at once.
    pub bulk_when: Option<Program>,
}

/// A compiled policy row.
#[derive(Debug)]
pub struct Policy {
    /// The guard.
    pub when: Program,
    /// What was found.
    pub found: Template,
    /// Sentence of the refusal.
    pub refusal: Template,
}

/// A compiled approval.
#[derive(Debug)]
pub struct Approval {
    /// It is needed.
    pub when: Program,
    /// What was found.
    pub found: Template,
}

/// Compiled assignments: field → expression.
pub type Assignments = BTreeMap<String, Program>;

/// A compiled effect.
#[derive(Debug)]
pub enum Effect {
    /// Sets fields of the record.
    Set(Assignments),
    /// Sets fields of the record that `field` refers to.
    SetOn(SetOn),
    /// Makes a record.
    Create {
        /// Its kind.
        kind: String,
        /// Its fields.
        set: Assignments,
    },
    /// Calls a provider.
    Call(Box<CallEffect>),
}

/// Sets fields of a record referred to.
#[derive(Debug)]
pub struct SetOn {
    /// Field of type `ref`; where it is optional and null, nothing is set.
    pub field: String,
    /// Kind that it leads to.
    pub kind: String,
    /// What is set.
    pub set: Assignments,
}

/// A compiled call.
#[derive(Debug)]
pub struct CallEffect {
    /// As written.
    pub def: crate::format::CallDef,
    /// Arguments.
    pub args: Assignments,
    /// Set on success.
    pub then: Assignments,
    /// Set on a final refusal.
    pub otherwise: Assignments,
    /// Set on other records on success.
    pub then_on: Vec<SetOn>,
    /// The text to send, where `def.template` names one: its id in [`Pack::templates`].
    pub template: Option<String>,
}

/// A view.
#[derive(Debug)]
pub struct View {
    /// Its id, unique in the pack.
    pub id: String,
    /// Kind of its records.
    pub kind: String,
    /// As written.
    pub def: ViewDef,
    /// Compiled filter of all that it shows.
    pub filter: Filter,
    /// Compiled filters of its sections, in order.
    pub sections: Vec<Filter>,
}

/// A text that is sent, shown or kept.
#[derive(Debug)]
pub struct MailTemplate {
    /// As written.
    pub def: TemplateFile,
    /// Compiled receiver, for a channel that has one.
    pub to: Option<Program>,
    /// Compiled subject.
    pub subject: Template,
    /// Compiled body.
    pub body: Template,
}

/// An alert rule.
#[derive(Debug)]
pub struct Alert {
    /// As written.
    pub def: AlertFile,
    /// What it is watched for.
    pub watched: Watched,
    /// It holds.
    pub when: Program,
    /// Instants at which that changes by itself.
    pub changes_at: Vec<Program>,
    /// Since when it holds.
    pub since: Option<Program>,
    /// What exactly.
    pub detail: Template,
}

/// What a rule is watched for.
#[derive(Debug)]
pub enum Watched {
    /// Each record of a kind that passes.
    Each {
        /// The kind.
        kind: String,
        /// Which of them.
        filter: Filter,
    },
    /// The value of a metric.
    Metric(String),
}

/// A metric.
#[derive(Debug)]
pub struct Metric {
    /// As written.
    pub def: MetricFile,
    /// What is measured.
    pub measure: Measure,
    /// What it is divided by.
    pub per: Option<Measure>,
    /// What another system states.
    pub stated: Option<Measure>,
    /// Remark.
    pub note: Option<Template>,
}

impl Alert {
    /// Kinds whose records this rule reads, with those of its lookups or its metric.
    pub fn reads(&self, pack: &Pack) -> BTreeSet<String> {
        let mut kinds = BTreeSet::new();
        match &self.watched {
            Watched::Each { kind, .. } => {
                kinds.insert(kind.clone());
                kinds.extend(self.lookups(pack).map(|lookup| lookup.def.kind.clone()));
            }
            Watched::Metric(id) => {
                if let Some(metric) = pack.metrics.get(id) {
                    let per = metric.per.as_ref();
                    kinds.insert(metric.measure.def.kind.clone());
                    kinds.extend(per.map(|per| per.def.kind.clone()));
                }
            }
        }
        kinds
    }

    /// The lookups that it reads.
    pub fn lookups<'p>(&'p self, pack: &'p Pack) -> impl Iterator<Item = &'p Lookup> {
        let kind = match &self.watched {
            Watched::Each { kind, .. } => pack.kind(kind),
            Watched::Metric(_) => None,
        };
        let all = kind.into_iter().flat_map(|kind| &kind.lookups);
        all.filter(|(name, _)| {
            self.when.reads_field("lookups", name)
                || self
                    .since
                    .as_ref()
                    .is_some_and(|p| p.reads_field("lookups", name))
                || self
                    .changes_at
                    .iter()
                    .any(|p| p.reads_field("lookups", name))
                || self.detail.reads_field("lookups", name)
        })
        .map(|(_, lookup)| lookup)
    }
}

/// A pack is large: it shows by its name.
impl std::fmt::Debug for Pack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pack({} {} {})", self.id, self.version, self.hash)
    }
}

impl Pack {
    /// A kind by name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.get(name)
    }

    /// A view by id, wherever it is declared.
    pub fn view(&self, id: &str) -> Option<&View> {
        self.kinds.values().find_map(|kind| kind.views.get(id))
    }

    /// SQL expressions that rules, lookups and metrics go by, each with its kind and name: what a
    /// store that answers no views needs an index for.
    pub fn asked_expressions(&self) -> BTreeSet<(String, String, String)> {
        let mut all = BTreeSet::new();
        // What evaluating rules itself goes by.
        let mut add = |kind: &str, name: &str| {
            let column = self
                .kind(kind)
                .and_then(|kind| crate::filter::column(kind, name));
            all.extend(column.map(|column| (kind.to_owned(), name.to_owned(), column)));
        };
        for name in ["rule", "fingerprint", "resolved_at"] {
            add("alert", name);
        }
        for lookup in self.kinds.values().flat_map(|kind| kind.lookups.values()) {
            let fields = lookup.def.filter.keys();
            fields.for_each(|name| add(&lookup.def.kind, name));
        }
        for each in self
            .alerts
            .values()
            .filter_map(|rule| rule.def.each.as_ref())
        {
            each.filter.keys().for_each(|name| add(&each.kind, name));
        }
        for metric in self.metrics.values() {
            let more = metric.per.iter().chain(&metric.stated);
            for measure in std::iter::once(&metric.measure).chain(more) {
                let names = measure.goes_by().into_iter();
                names.for_each(|name| add(&measure.def.kind, name));
            }
        }
        all
    }

    /// The settings in force: the tenant's where it said something, else the defaults.
    pub fn settings_in_force(&self, tenant: &Map<String, Value>) -> Map<String, Value> {
        in_force(
            self.settings.iter().map(|(name, def)| (name, &def.default)),
            tenant,
        )
    }

    /// The controls in force, likewise.
    pub fn controls_in_force(&self, platform: &Map<String, Value>) -> Map<String, Value> {
        in_force(
            self.controls.iter().map(|(name, def)| (name, &def.default)),
            platform,
        )
    }
}

fn in_force<'a>(
    defaults: impl Iterator<Item = (&'a String, &'a Value)>,
    said: &Map<String, Value>,
) -> Map<String, Value> {
    defaults
        .map(|(name, default)| (name.clone(), said.get(name).unwrap_or(default).clone()))
        .collect()
}

impl Pack {
    /// The operator's next session: its name, itself, and when it begins (strictly after `now`).
    pub fn next_session(&self, now: DateTime<Utc>) -> Option<(&str, &Session, DateTime<Utc>)> {
        self.sessions
            .iter()
            .filter_map(|(name, s)| Some((name.as_str(), s, s.schedule.next_after(now)?)))
            .min_by_key(|(_, _, at)| *at)
    }
}

impl Kind {
    /// A state by its value.
    pub fn state(&self, id: &str) -> Option<&StateDef> {
        self.states.iter().find(|state| state.id == id)
    }

    /// SQL expressions to be indexed, one partial index each: `(index name, expression)`, over a
    /// table `record` with columns `kind`, `body` and `computed`. No name has the sign between kind
    /// and field, so that `payout` with `batch_number` is not `payout_batch` with `number`.
    pub fn indexed_expressions(&self) -> Vec<(String, String)> {
        let fields = self
            .fields
            .iter()
            .filter(|(_, def)| def.indexed)
            .map(|(name, _)| name);
        let computed = self
            .computed
            .iter()
            .filter(|(_, c)| c.def.indexed)
            .map(|(name, _)| name);
        let state = (!self.states.is_empty()).then_some("state");
        fields
            .chain(computed)
            .map(String::as_str)
            .chain(state)
            .filter_map(|name| {
                let expression = crate::filter::column(self, name)?;
                Some((format!("record_{}${name}", self.name), expression))
            })
            .collect()
    }
}
