//! The checked pack: every name resolves, every expression compiles. Cheap to clone behind an `Arc`.

mod kind;
mod work;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::expr::Program;
use crate::filter::Filter;
use crate::format::{
    AlertFile, BudgetDef, ControlDef, DocumentDef, IncidentsFile, MetricFile, PeopleFile,
    ReconciliationFile, RegionDef, ReportFile, RetentionFile, RulingDef, SessionDef, SettingDef,
    TemplateFile,
};
use crate::measure::Measure;
use crate::schedule::Schedule;
use crate::sight::{LeftOut, Sight};
use crate::template::Template;

pub use kind::{
    Action, Approval, Assignments, CallEffect, Clock, Computed, Effect, Erase, EraseAlong, Kind,
    Lookup, Pause, Policy, SetOn, View,
};
pub(crate) use zones::zone_of;

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
    /// Zone of its day, where the tenant says no other: see [`Pack::zone_in`].
    pub zone: Tz,
    /// Setting with which the tenant says its own zone.
    pub zone_setting: Option<String>,
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
    /// Roles that some `seen_by` names: by these readers are told apart.
    pub told_apart: BTreeSet<String>,
    /// Of those, the reader's, once it is narrowed to one ([`Pack::narrowed`]).
    pub reader: Option<BTreeSet<String>>,
    /// What that reader sees; everything where it is not narrowed.
    pub sight: Sight,
    /// Labels of the kinds that they do not see, of several, by name.
    pub hidden: BTreeMap<String, String>,
    /// How much was left out for that reader.
    pub left_out: LeftOut,
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

/// The field by which a record is of a region.
pub const REGION: &str = "region";

impl Pack {
    /// A region as it is shown; one that the pack does not have (any more) under its id.
    pub fn region_label<'a>(&'a self, region: &'a str) -> &'a str {
        let known = self.regions.get(region);
        known.map_or(region, |known| known.label.as_str())
    }

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
        // What looking for approvals goes by.
        for name in ["state", "subject"] {
            add("approval", name);
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

    /// Whether the platform may say this of a control. Of one that the pack does not have it may say
    /// anything: a later pack may have it.
    ///
    /// # Errors
    /// Says in a sentence why not.
    pub fn control_fits(&self, name: &str, value: &Value) -> Result<(), String> {
        let Some(def) = self.controls.get(name) else {
            return Ok(());
        };
        let said = |why: String| format!("{}: {why}.", def.label);
        def.accepts(value)
            .map_err(|unfit| said(unfit.to_string()))?;
        let by_region = value.as_object().filter(|_| def.each_region);
        let mut regions = by_region.into_iter().flat_map(|regions| regions.keys());
        match regions.find(|region| !self.regions.contains_key(*region)) {
            Some(region) => {
                let region: String = region.chars().take(40).collect();
                Err(said(format!("there is no region `{region}`")))
            }
            None => Ok(()),
        }
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
    /// The operator's next session under these settings: its name, itself, and when it begins
    /// (strictly after `now`).
    pub fn next_session(
        &self,
        settings: &Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Option<(&str, &Session, DateTime<Utc>)> {
        self.sessions
            .iter()
            .filter_map(|(name, session)| {
                let zone = self.session_zone_in(session, settings);
                let at = session.schedule.next_after_in(now, zone)?;
                Some((name.as_str(), session, at))
            })
            .min_by_key(|(_, _, at)| *at)
    }
}
