//! Loading and checking: from files to a [`Pack`] in which every name resolves and every
//! expression compiles, or to all problems at once.
//!
//! First every file is parsed for itself; then the parts are checked against each other. A kind
//! whose file does not parse is known by its file name, so that one mistake is not told twice.

mod action;
mod alert;
mod books;
mod document;
mod links;
mod mail;
mod metric;
mod names;
mod parts;
mod people;
mod playbook;
mod problems;
mod record;
mod routine;
mod scopes;
mod see;
mod settings;
mod states;
#[cfg(test)]
mod tests;
mod tried;
mod view;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono_tz::Tz;

use crate::bundle::{self, Bundle};
use crate::diagnostic::{Diagnostic, Severity};
use crate::format::{AlertFile, FORMAT, MetricFile, PackFile, RecordFile, TemplateFile};
use crate::pack::{Pack, Session};
use crate::saved;
use crate::sight::{LeftOut, Sight};
pub use names::is_engine_kind;
use parts::Parts;
use problems::{Problems, Spot};

/// Loads and checks a pack's folder.
pub fn load_dir(dir: &Path) -> Result<Pack, Vec<Diagnostic>> {
    match bundle::read_dir(dir) {
        Ok(files) => load_files(&files),
        Err(error) => Err(vec![error.diagnostic()]),
    }
}

/// Loads and checks a pack from its files, path → bytes.
pub fn load_files(files: &BTreeMap<String, Vec<u8>>) -> Result<Pack, Vec<Diagnostic>> {
    let sizes = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.len()));
    bundle::limits(sizes).map_err(|error| vec![error.diagnostic()])?;
    crate::expr::parsing(|| load_limited(files)).unwrap_or_else(|error| {
        let spot = Spot::file("pack.yaml");
        let mut problems = Problems::default();
        let message = format!("no thread to load on: {error}");
        problems.error(&spot, "pack.unreadable", message);
        Err(problems.list)
    })
}

/// The same, on a thread that expressions can be parsed on.
fn load_limited(files: &BTreeMap<String, Vec<u8>>) -> Result<Pack, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let sources = Sources::read(files, &mut problems);
    let pack = sources.check(&mut problems);
    let good = |problems: &Problems| problems.list.iter().all(|d| d.severity != Severity::Error);
    if let Some(pack) = pack.as_ref().filter(|_| good(&problems)) {
        see::check(pack, &mut problems);
        tried::check(pack, &mut problems);
    }
    let mut list = problems.list;
    list.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.file.clone(), d.line, d.column);
        b.severity
            .cmp(&a.severity)
            .then_with(|| key(a).cmp(&key(b)))
    });
    list.dedup();
    if list.iter().any(|d| d.severity == Severity::Error) {
        return Err(list);
    }
    let Some(mut pack) = pack else {
        return Err(list);
    };
    let text = files
        .iter()
        .filter_map(|(path, bytes)| Some((path.clone(), String::from_utf8(bytes.clone()).ok()?)));
    let bundle = Bundle::from_files(text.collect()).map_err(|error| vec![error.diagnostic()])?;
    pack.readers = crate::readers::readers(bundle.files());
    pack.hash = bundle.hash().to_owned();
    pack.warnings = list;
    Ok(pack)
}

/// The format that a `pack.yaml` says it has, whatever else stands in it.
pub(crate) fn format_of(text: &str) -> Option<u32> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: u32,
    }
    let head = yaml::parse::<Head>("pack.yaml", text.as_bytes()).ok()?;
    Some(head.format)
}

/// A file as a plain value; none where it is no YAML.
pub(crate) fn value_of(file: &str, text: &str) -> Option<serde_json::Value> {
    yaml::parse(file, text.as_bytes()).ok()
}

/// Kinds that the engine defines in every pack: name and YAML.
pub(crate) const ENGINE: [(&str, &str); 3] = [
    ("alert", include_str!("engine/alert.yaml")),
    ("control", include_str!("engine/control.yaml")),
    ("setting", include_str!("engine/setting.yaml")),
];
/// The kind that it defines where somebody has to agree to something, likewise.
const APPROVAL: (&str, &str) = ("approval", include_str!("engine/approval.yaml"));
/// Its view: a queue of each pack that has the kind.
const APPROVALS: &str = "approvals";
/// A kind of every pack that no part of a pack can name: not everybody sees all its records, so that
/// nobody may count or find them.
const SAVED_VIEW: (&str, &str) = (saved::KIND, include_str!("engine/saved_view.yaml"));

/// The parsed files.
#[derive(Default)]
struct Sources {
    pack: Option<PackFile>,
    /// By kind, those of the engine included.
    records: BTreeMap<String, RecordFile>,
    /// Kinds that nothing in a pack can name.
    unnamed: BTreeMap<String, RecordFile>,
    /// By id.
    alerts: BTreeMap<String, AlertFile>,
    /// By id.
    metrics: BTreeMap<String, MetricFile>,
    /// By id.
    templates: BTreeMap<String, TemplateFile>,
    /// All that is work, people and books.
    parts: Parts,
    /// Kinds and templates whose files do not parse, by file name.
    unparsed: BTreeSet<String>,
}

impl Sources {
    fn read(files: &BTreeMap<String, Vec<u8>>, problems: &mut Problems) -> Self {
        let mut sources = Self::default();
        if !files.contains_key("pack.yaml") {
            let spot = Spot::file("pack.yaml");
            let hint = "a pack's folder holds pack.yaml and folders such as records/";
            problems.error_with(&spot, "pack.no_pack", "there is no pack.yaml", hint);
        }
        for (file, bytes) in files {
            let stem = file
                .rsplit('/')
                .next()
                .unwrap_or(file)
                .trim_end_matches(".yaml");
            let parsed = if file == "pack.yaml" {
                let pack = read_file(file, bytes, problems);
                sources.pack = pack;
                true
            } else if let Some(parsed) = sources.parts.single(file, bytes, problems) {
                parsed
            } else {
                sources.part(file, stem, bytes, problems)
            };
            if !parsed {
                sources.unparsed.insert(stem.to_owned());
            }
        }
        let approval = sources.asks_for_agreement().then_some(APPROVAL);
        for (kind, text) in ENGINE.into_iter().chain(approval) {
            let file = scopes::engine_file(kind);
            if let Some(record) = read_record(&file, text.as_bytes(), problems) {
                sources.records.insert(kind.to_owned(), record);
            }
        }
        let (kind, text) = SAVED_VIEW;
        if let Some(record) = read_record(&scopes::engine_file(kind), text.as_bytes(), problems) {
            sources.unnamed.insert(kind.to_owned(), record);
        }
        sources
    }

    /// Somebody has to agree to one of its actions.
    fn asks_for_agreement(&self) -> bool {
        let mut actions = self.records.values().flat_map(|r| r.actions.values());
        actions.any(|action| !action.approvals.is_empty())
    }

    /// The pack's own, and that of what waits for agreement: last, where the pack does not place it.
    fn queues(&self, file: &PackFile) -> Vec<String> {
        let mut queues = file.queues.clone();
        if self.asks_for_agreement() && !queues.iter().any(|view| view == APPROVALS) {
            queues.push(APPROVALS.to_owned());
        }
        queues
    }

    /// A file of one of the folders; false where it does not parse.
    fn part(&mut self, file: &str, stem: &str, bytes: &[u8], problems: &mut Problems) -> bool {
        let spot = Spot::file(file);
        let folder = file.split('/').next().unwrap_or_default();
        let name = match folder {
            "records" => read_record(file, bytes, problems).map(|record| {
                let name = (spot.at("kind"), record.kind.clone());
                if names::is_engine_kind(stem) {
                    let message = format!("`{stem}` is a kind of the engine itself");
                    problems.error(&name.0, "pack.reserved", message);
                } else {
                    self.records.insert(stem.to_owned(), record);
                }
                name
            }),
            "alerts" => read_file(file, bytes, problems).map(|alert: AlertFile| {
                let name = (spot.at("id"), alert.id.clone());
                self.alerts.insert(stem.to_owned(), alert);
                name
            }),
            "metrics" => read_file(file, bytes, problems).map(|metric: MetricFile| {
                let name = (spot.at("id"), metric.id.clone());
                self.metrics.insert(stem.to_owned(), metric);
                name
            }),
            "templates" => read_file(file, bytes, problems).map(|template: TemplateFile| {
                let name = (spot.at("id"), template.id.clone());
                self.templates.insert(stem.to_owned(), template);
                name
            }),
            _ => self.parts.part(file, stem, bytes, problems),
        };
        if let Some((spot, name)) = &name {
            names::same_as_file(spot, name, stem, problems);
        }
        name.is_some()
    }

    fn check(&self, problems: &mut Problems) -> Option<Pack> {
        let Some(file) = &self.pack else {
            // Without the pack's zone, settings and controls the rest cannot be judged.
            return None;
        };
        let spot = Spot::file("pack.yaml");
        head(file, &spot, problems);
        let zone = zone(&spot.at("zone"), &file.zone, problems);
        let sessions = sessions(file, zone, &spot, problems);
        settings::check(file, &spot, problems);
        if let Some(budget) = &file.budget {
            names::row(&spot.at("budget/row"), &budget.row, problems);
            if !(1..=7 * 24 * 60).contains(&budget.minutes_a_week) {
                let message = "a week has 1 to 10080 minutes";
                problems.error(&spot.at("budget/minutes_a_week"), "pack.minutes", message);
            }
        }
        let world = scopes::World {
            zone,
            pack: file,
            records: &self.records,
            metrics: &self.metrics,
            templates: &self.templates,
            parts: &self.parts,
            unparsed: &self.unparsed,
        };
        names::across_kinds(&world, problems);
        books::regions(&world, problems);
        if let Some(setting) = &file.zone_setting {
            settings::zone(&world, setting, &spot.at("zone_setting"), problems);
        }
        if let Some(document) = &file.document {
            books::document(document, problems);
        }
        let mut kinds = each(&self.records, problems, |name, def, problems| {
            Some(record::check(&world, name, def, problems))
        });
        kinds.extend(each(&self.unnamed, problems, |name, def, problems| {
            Some(record::check(&world, name, def, problems))
        }));
        states::reached(&world, problems);
        let templates = each(&self.templates, problems, |id, def, problems| {
            mail::check(&world, id, def, problems)
        });
        let metrics = each(&self.metrics, problems, |id, def, problems| {
            metric::check(&world, id, def, problems)
        });
        metric::numbers(&world, problems);
        let alerts = each(&self.alerts, problems, |id, def, problems| {
            alert::check(&world, id, def, problems)
        });
        let checked = self.parts.check(&world, problems);
        settings::roles(&world, problems);
        settings::unused(&world, problems);
        settings::compared(&world, problems);
        Some(Pack {
            hash: String::new(),
            id: file.id.clone(),
            version: file.version,
            name: file.name.clone(),
            zone,
            zone_setting: file.zone_setting.clone(),
            currency: file.currency.clone(),
            language: file.language.clone(),
            queues: self.queues(file),
            sessions,
            settings: file.settings.clone(),
            settings_roles: file.settings_roles.clone(),
            readers: BTreeMap::new(),
            controls: file.controls.clone(),
            kinds,
            templates,
            alerts,
            metrics,
            numbers: file.numbers.clone(),
            budget: file.budget.clone(),
            document: file.document.clone(),
            regions: file.regions.clone(),
            routines: checked.routines,
            playbooks: checked.playbooks,
            handover: checked.handover,
            people: self.parts.people.clone().unwrap_or_default(),
            incidents: self.parts.incidents.clone(),
            evidence: checked.evidence,
            reconciliations: self.parts.reconciliations.clone(),
            reports: checked.reports,
            retention: self.parts.retention.clone(),
            rulings: self.parts.rulings.rulings.clone(),
            told_apart: self.told_apart(),
            reader: None,
            sight: Sight::default(),
            hidden: BTreeMap::new(),
            left_out: LeftOut::default(),
            warnings: Vec::new(),
        })
    }
}

impl Sources {
    /// Roles that some `seen_by` names.
    fn told_apart(&self) -> BTreeSet<String> {
        let of = |record: &RecordFile| {
            let fields = record.fields.values().flat_map(|field| &field.seen_by);
            record
                .seen_by
                .iter()
                .chain(fields)
                .cloned()
                .collect::<Vec<_>>()
        };
        self.records.values().flat_map(of).collect()
    }
}

/// Checks each part, until there are as many errors as are told.
fn each<D, C>(
    defs: &BTreeMap<String, D>,
    problems: &mut Problems,
    mut check: impl FnMut(&str, &D, &mut Problems) -> Option<C>,
) -> BTreeMap<String, C> {
    let mut checked = BTreeMap::new();
    for (id, def) in defs {
        if problems.full() {
            break;
        }
        if let Some(part) = check(id, def, problems) {
            checked.insert(id.clone(), part);
        }
    }
    checked
}

fn read_file<T: serde::de::DeserializeOwned>(
    file: &str,
    bytes: &[u8],
    problems: &mut Problems,
) -> Option<T> {
    kept(yaml::parse(file, bytes), (file, bytes), problems)
}

/// A kind's file, with the place of each of its actions and of what each asks for.
fn read_record(file: &str, bytes: &[u8], problems: &mut Problems) -> Option<RecordFile> {
    let read = yaml::parse_with_keys::<RecordFile>(file, bytes, ["actions", "params"]);
    let (mut record, order) = kept(read, (file, bytes), problems)?;
    for (place, (name, params)) in order.iter().enumerate() {
        let Some(action) = record.actions.get_mut(name) else {
            continue;
        };
        action.place = place;
        for (place, name) in params.iter().enumerate() {
            if let Some(param) = action.params.get_mut(name) {
                param.place = place;
            }
        }
    }
    Some(record)
}

fn kept<T>(
    read: Result<T, Diagnostic>,
    (file, bytes): (&str, &[u8]),
    problems: &mut Problems,
) -> Option<T> {
    match read {
        Ok(value) => {
            problems.read(file, bytes);
            Some(value)
        }
        Err(diagnostic) => {
            problems.list.push(diagnostic);
            None
        }
    }
}

fn head(file: &PackFile, spot: &Spot, problems: &mut Problems) {
    if file.format != FORMAT {
        problems.error_with(
            &spot.at("format"),
            "pack.format",
            format!("format {} is not known", file.format),
            format!("this version reads format {FORMAT}"),
        );
    }
    if file.version == 0 {
        problems.error(&spot.at("version"), "pack.version", "versions start at 1");
    }
    let dashed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if file.id.is_empty() || file.id.len() > 64 || !file.id.chars().all(dashed) {
        let message = "an id has lower-case letters, digits and dashes";
        problems.error(&spot.at("id"), "pack.name", message);
    }
    if !crate::value::is_currency(&file.currency) {
        let message = "a currency has three capital letters (ISO 4217)";
        problems.error(&spot.at("currency"), "pack.currency", message);
    }
    let tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if file.language.len() < 2 || file.language.len() > 35 || !file.language.chars().all(tag) {
        let message = "a language is a BCP 47 tag such as `en-AU`";
        problems.error(&spot.at("language"), "pack.language", message);
    }
}

fn zone(spot: &Spot, name: &str, problems: &mut Problems) -> Tz {
    name.parse().unwrap_or_else(|_| {
        let near = crate::expr::nearest(name, chrono_tz::TZ_VARIANTS.iter().map(|z| z.name()));
        let message = format!("unknown time zone `{name}`{near}");
        problems.error(spot, "pack.zone", message);
        Tz::UTC
    })
}

fn sessions(
    file: &PackFile,
    pack_zone: Tz,
    spot: &Spot,
    problems: &mut Problems,
) -> BTreeMap<String, Session> {
    names::check(&spot.at("sessions"), file.sessions.keys(), problems);
    let mut sessions = BTreeMap::new();
    for (name, def) in &file.sessions {
        let spot = spot.at("sessions").at(name);
        names::row(&spot.at("row"), &def.row, problems);
        let zone = def
            .zone
            .as_ref()
            .map_or(pack_zone, |name| zone(&spot.at("zone"), name, problems));
        if def.minutes == 0 {
            problems.error(
                &spot.at("minutes"),
                "pack.minutes",
                "a session takes some minutes",
            );
        }
        if let Some(schedule) = problems.schedule(&spot.at("rule"), &def.rule, zone) {
            let def = def.clone();
            sessions.insert(name.clone(), Session { def, schedule });
        }
    }
    sessions
}
