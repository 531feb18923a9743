//! Files of work, people and books: read, and checked against the rest.

use std::collections::BTreeMap;

use super::problems::{Problems, Spot};
use super::scopes::World;
use super::{books, each, people, playbook, read_file, routine};
use crate::format::{
    EvidenceFile, HandoverFile, IncidentsFile, PeopleFile, PlaybookFile, ReconciliationFile,
    ReportFile, RetentionFile, RoutineFile, RulingsFile,
};
use crate::pack::{Evidence, Handover, Playbook, Report, Routine};

/// The parsed files.
#[derive(Default)]
pub(super) struct Parts {
    pub routines: BTreeMap<String, RoutineFile>,
    pub playbooks: BTreeMap<String, PlaybookFile>,
    pub evidence: BTreeMap<String, EvidenceFile>,
    pub reconciliations: BTreeMap<String, ReconciliationFile>,
    pub reports: BTreeMap<String, ReportFile>,
    pub handover: Option<HandoverFile>,
    pub people: Option<PeopleFile>,
    pub incidents: IncidentsFile,
    pub retention: RetentionFile,
    pub rulings: RulingsFile,
}

/// The checked ones.
pub(super) struct Checked {
    pub routines: BTreeMap<String, Routine>,
    pub playbooks: BTreeMap<String, Playbook>,
    pub evidence: BTreeMap<String, Evidence>,
    pub reports: BTreeMap<String, Report>,
    pub handover: Option<Handover>,
}

impl Parts {
    /// Reads a file of which a pack has one. None where it is another file; false where it does not
    /// parse.
    pub fn single(&mut self, file: &str, bytes: &[u8], problems: &mut Problems) -> Option<bool> {
        Some(match file {
            "handover.yaml" => {
                self.handover = read_file(file, bytes, problems);
                self.handover.is_some()
            }
            "people.yaml" => {
                self.people = read_file(file, bytes, problems);
                self.people.is_some()
            }
            "incidents.yaml" => put(&mut self.incidents, file, bytes, problems),
            "retention.yaml" => put(&mut self.retention, file, bytes, problems),
            "rulings.yaml" => put(&mut self.rulings, file, bytes, problems),
            _ => return None,
        })
    }

    /// Reads a file of one of the folders; answers where its id stands, and the id.
    pub fn part(
        &mut self,
        file: &str,
        stem: &str,
        bytes: &[u8],
        problems: &mut Problems,
    ) -> Option<(Spot, String)> {
        let id = match file.split('/').next().unwrap_or_default() {
            "routines" => {
                let part: RoutineFile = read_file(file, bytes, problems)?;
                let id = part.id.clone();
                self.routines.insert(stem.to_owned(), part);
                id
            }
            "playbooks" => {
                let part: PlaybookFile = read_file(file, bytes, problems)?;
                let id = part.id.clone();
                self.playbooks.insert(stem.to_owned(), part);
                id
            }
            "evidence" => {
                let part: EvidenceFile = read_file(file, bytes, problems)?;
                let id = part.id.clone();
                self.evidence.insert(stem.to_owned(), part);
                id
            }
            "reconciliations" => {
                let part: ReconciliationFile = read_file(file, bytes, problems)?;
                let id = part.id.clone();
                self.reconciliations.insert(stem.to_owned(), part);
                id
            }
            _ => {
                let part: ReportFile = read_file(file, bytes, problems)?;
                let id = part.id.clone();
                self.reports.insert(stem.to_owned(), part);
                id
            }
        };
        Some((Spot::file(file).at("id"), id))
    }

    /// Checks them all.
    pub fn check(&self, world: &World<'_>, problems: &mut Problems) -> Checked {
        if let Some(def) = &self.people {
            people::people(world, def, problems);
        }
        people::incidents(world, &self.incidents, problems);
        books::retention(world, &self.retention, problems);
        books::rulings(world, &self.rulings, problems);
        each(&self.reconciliations, problems, |id, def, problems| {
            books::reconciliation(world, id, def, problems);
            Some(())
        });
        Checked {
            routines: each(&self.routines, problems, |id, def, problems| {
                routine::check(world, id, def, problems)
            }),
            playbooks: each(&self.playbooks, problems, |id, def, problems| {
                playbook::check(world, id, def, problems)
            }),
            evidence: each(&self.evidence, problems, |id, def, problems| {
                books::evidence(world, id, def, problems)
            }),
            reports: each(&self.reports, problems, |id, def, problems| {
                books::report(world, id, def, problems)
            }),
            handover: self
                .handover
                .as_ref()
                .and_then(|def| people::handover(world, def, problems)),
        }
    }
}

fn put<T: serde::de::DeserializeOwned>(
    into: &mut T,
    file: &str,
    bytes: &[u8],
    problems: &mut Problems,
) -> bool {
    let read = read_file(file, bytes, problems);
    let parsed = read.is_some();
    if let Some(read) = read {
        *into = read;
    }
    parsed
}
