//! What was asked of the client, what it said, and whether the providers' books agree.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ledger::{Effect, Effects};
use super::world::Target;

/// What is wrong, in words; empty is what is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Operations that were said to be queued, and have no effect and no verdict.
    pub lost: Vec<String>,
    /// Effects beyond the one that was asked for.
    pub doubled: Vec<String>,
    /// Anything else: damage, words in clear, a record that went back.
    pub wrong: Vec<String>,
}

impl Findings {
    /// Nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.wrong.is_empty()
    }

    /// Adds those of another run.
    pub fn add(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.doubled.extend(other.doubled);
        self.wrong.extend(other.wrong);
    }
}

/// One operation of ours.
#[derive(Debug, Clone)]
pub struct Asked {
    /// On what.
    pub target: Target,
    /// The request, to be made again as a window would.
    pub request: Value,
    /// The client said that it is queued.
    pub heard: bool,
    /// The client said no: nothing may come of it.
    pub denied: bool,
    /// It was in the outbox after a restart.
    pub kept: bool,
    /// The client was killed since.
    pub looked_for: bool,
    /// It was checked to its end.
    pub settled: bool,
}

/// All operations of a run.
#[derive(Debug, Default)]
pub struct Book {
    /// By id.
    pub asked: BTreeMap<String, Asked>,
    revisions: BTreeMap<String, u64>,
    /// How operations stood after the kill that followed them.
    pub stood: BTreeMap<String, u32>,
    /// What was found wrong so far.
    pub findings: Findings,
}

impl Book {
    /// The client was asked.
    pub fn ask(&mut self, id: &str, target: Target, request: Value) {
        let asked = Asked {
            target,
            request,
            heard: false,
            denied: false,
            kept: false,
            looked_for: false,
            settled: false,
        };
        self.asked.insert(id.to_owned(), asked);
    }

    /// The client answered.
    pub fn hear(&mut self, id: &str, answer: &Result<Value>) {
        if let Some(asked) = self.asked.get_mut(id) {
            match answer {
                Ok(_) => (asked.heard, asked.denied) = (true, false),
                Err(_) => asked.denied = !asked.heard,
            }
        }
    }

    /// A record was seen; one that had a higher revision before went back in time.
    pub fn see(&mut self, record: &Value) {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = format!("{}/{}", text("kind"), text("id"));
        let revision = record.get("revision").and_then(Value::as_u64).unwrap_or(0);
        let last = self.revisions.entry(name.clone()).or_default();
        if revision < *last {
            let what = format!("{name} went from revision {last} back to {revision}");
            self.findings.wrong.push(what);
        }
        *last = revision.max(*last);
    }

    /// After a restart: whatever was said to be queued is in the outbox.
    pub fn after_restart(&mut self, outbox: &BTreeMap<String, String>) {
        for (id, asked) in self.asked.iter_mut().filter(|(_, asked)| !asked.settled) {
            let there = outbox.contains_key(id);
            if !asked.looked_for {
                let standing = outbox.get(id).map_or("not queued", String::as_str);
                *self.stood.entry(standing.to_owned()).or_default() += 1;
                asked.looked_for = true;
            }
            if asked.heard && !there {
                let what = format!("{id} on {} is not in the outbox", asked.target.id);
                self.findings.lost.push(what);
                asked.settled = true;
            }
            asked.kept |= there;
        }
    }

    /// At rest: each operation has its one effect, or a verdict that can be seen and none. Answers
    /// the ids of operations that are held.
    pub fn at_rest(&mut self, outbox: &BTreeMap<String, String>, effects: &Effects) -> Vec<String> {
        let mut held = Vec::new();
        let (refunds, mails) = (by_operation(&effects.refunds), by_operation(&effects.mails));
        let found = &mut self.findings;
        let mut due: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, asked) in &mut self.asked {
            let target = &asked.target;
            let standing = outbox.get(id).map(String::as_str);
            let wanted = match standing {
                Some("confirmed") => 1,
                Some("discarded") | None => 0,
                Some(other) if other.starts_with("held") => 0,
                Some(other) => {
                    let what = format!("{id} on {} is {other} for ever", target.id);
                    found.wrong.push(what);
                    continue;
                }
            };
            if standing.is_some() && asked.denied {
                let what = format!("{id} on {} was denied and queued", target.id);
                found.wrong.push(what);
            }
            if standing.is_some_and(|standing| standing.starts_with("held")) {
                held.push(id.clone());
            }
            let (money, mail) = match target.action {
                "approve" => (wanted, wanted),
                "refuse" => (0, wanted),
                _ => (wanted, 0),
            };
            *due.entry(&target.charge).or_default() += money;
            if !asked.settled {
                compare(
                    found,
                    &format!("{id}: refunds of {}", target.charge),
                    refunds.get(id.as_str()),
                    money,
                );
                compare(
                    found,
                    &format!("{id}: mails on {}", target.id),
                    mails.get(id.as_str()),
                    mail,
                );
            }
            asked.settled = true;
        }
        // Also what no operation of ours asked for.
        let mut moved: BTreeMap<&str, usize> = BTreeMap::new();
        for refund in effects
            .refunds
            .iter()
            .filter(|refund| !refund.operation.is_empty())
        {
            *moved.entry(&refund.target).or_default() += 1;
        }
        for (charge, count) in moved {
            let due = due.get(charge).copied().unwrap_or(0);
            if count > due {
                let what = format!("charge {charge}: {count} refunds, {due} wanted");
                if !found.doubled.contains(&what) {
                    found.doubled.push(what);
                }
            }
        }
        held
    }
}

fn by_operation(effects: &[Effect]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for effect in effects {
        *counts.entry(effect.operation.as_str()).or_default() += 1;
    }
    counts
}

fn compare(found: &mut Findings, what: &str, count: Option<&usize>, wanted: usize) {
    let count = count.copied().unwrap_or(0);
    let list = match count.cmp(&wanted) {
        std::cmp::Ordering::Less => &mut found.lost,
        std::cmp::Ordering::Equal => return,
        std::cmp::Ordering::Greater => &mut found.doubled,
    };
    list.push(format!("{what}: {count}, {wanted} wanted"));
}
