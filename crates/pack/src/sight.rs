//! Who sees what: `seen_by` of kinds and fields, worked out for one reader by their roles.
//!
//! Hidden is what none of their roles sees, and with it whatever is worked out from that: computed
//! fields, alert rules, views, numbers. [`Sight`] says which records and fields a platform keeps from
//! a reader; [`Pack::narrowed`] is the pack as that reader's laptop has it.

mod narrow;
mod reads;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::pack::Pack;
use crate::saved::{self, SavedWish};
pub(crate) use reads::Reads;

/// The engine's kinds whose records tell of others.
const ALERT: &str = "alert";
/// The engine's own rule, which no pack has: a provider does not let the platform in. Everybody sees its alerts.
/// No rule of a pack is called so, for a name has no dot.
pub const KEEPS_OUT: &str = "provider.keeps_out";
const APPROVAL: &str = "approval";

/// What one reader sees. The default sees everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Hidden kinds.
    kinds: BTreeSet<String>,
    /// Hidden fields, computed ones included, of kinds that are seen.
    fields: BTreeMap<String, BTreeSet<String>>,
    /// Alert rules that are seen; none where all are.
    rules: Option<BTreeSet<String>>,
    /// Actions, as `kind/action`, whose approvals are seen; none where all are.
    asked: Option<BTreeSet<String>>,
    /// Actions, likewise, of which is told what was said with them; none where all are.
    told: Option<BTreeSet<String>>,
    /// Views that are seen, with their kinds; none where all are.
    views: Option<BTreeMap<String, String>>,
    /// The operator whose sight it is: what is one operator's alone is kept from all others. None on a
    /// laptop, which has its own operator's records and no others.
    reader: Option<String>,
}

/// How much of a pack its reader does not see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Queues.
    pub queues: usize,
    /// Numbers of the first screen.
    pub numbers: usize,
    /// Alert rules.
    pub rules: usize,
}

fn seen(by: &[String], roles: &BTreeSet<String>) -> bool {
    by.is_empty() || by.iter().any(|role| roles.contains(role))
}

impl Sight {
    /// What somebody with these roles sees of a pack as it was loaded. A role that the pack does not
    /// name sees what everybody sees.
    pub fn of(pack: &Pack, roles: &BTreeSet<String>) -> Self {
        let mut sight = Self::records_of(pack, roles);
        if !sight.is_all() {
            let rules = pack.alerts.iter().filter(|(_, alert)| {
                let mut reads = Reads::new(pack);
                reads.alert(alert);
                sight.hidden(&reads).is_none()
            });
            sight.rules = Some(rules.map(|(id, _)| id.clone()).collect());
            let (mut asked, mut told) = (BTreeSet::new(), BTreeSet::new());
            for kind in pack.kinds.values() {
                for action in kind.actions.values() {
                    let name = format!("{}/{}", kind.name, action.name);
                    let mut reads = Reads::new(pack);
                    reads.action(kind, action);
                    let is_seen = sight.hidden(&reads).is_none();
                    if is_seen && !action.def.approvals.is_empty() {
                        asked.insert(name.clone());
                    }
                    // What is said with an action may be a value that it sets.
                    reads.sets(kind, action);
                    if sight.hidden(&reads).is_none() {
                        told.insert(name);
                    }
                }
            }
            (sight.asked, sight.told) = (Some(asked), Some(told));
            let views = pack.kinds.values().flat_map(|kind| kind.views.values());
            let views = views.filter(|view| {
                let mut reads = Reads::new(pack);
                reads.view(view);
                sight.hidden(&reads).is_none()
            });
            sight.views = Some(views.map(|v| (v.id.clone(), v.kind.clone())).collect());
        }
        sight
    }

    /// The same for this operator: what is another one's alone is not seen either.
    #[must_use]
    pub fn for_reader(mut self, operator: &str) -> Self {
        self.reader = Some(operator.to_owned());
        self
    }

    /// The same of kinds and fields alone.
    pub(crate) fn records_of(pack: &Pack, roles: &BTreeSet<String>) -> Self {
        let mut sight = Self::default();
        for kind in pack.kinds.values() {
            if !seen(&kind.seen_by, roles) {
                sight.kinds.insert(kind.name.clone());
                continue;
            }
            let fields = kind.fields.iter();
            let mut hidden: BTreeSet<String> = fields
                .filter(|(_, def)| !seen(&def.seen_by, roles))
                .map(|(name, _)| name.clone())
                .collect();
            // What is computed reads fields alone, so that nothing has to be followed further.
            let computed = kind.computed.iter();
            let from_hidden: Vec<String> = computed
                .filter(|(_, computed)| {
                    let mut names = hidden.iter();
                    names.any(|name| computed.program.reads_field("record", name))
                })
                .map(|(name, _)| name.clone())
                .collect();
            hidden.extend(from_hidden);
            if !hidden.is_empty() {
                sight.fields.insert(kind.name.clone(), hidden);
            }
        }
        sight
    }

    /// Nothing is hidden.
    pub fn is_all(&self) -> bool {
        self.kinds.is_empty() && self.fields.is_empty()
    }

    /// Are records of this kind seen? Of one that the pack does not know, yes.
    pub fn sees_kind(&self, kind: &str) -> bool {
        !self.kinds.contains(kind)
    }

    /// Is this field, or computed field, seen?
    pub fn sees_field(&self, kind: &str, field: &str) -> bool {
        let hidden = self.fields.get(kind);
        self.sees_kind(kind) && !hidden.is_some_and(|fields| fields.contains(field))
    }

    /// Are alerts of this rule seen?
    pub fn sees_rule(&self, rule: &str) -> bool {
        let seen = self.rules.as_ref();
        rule == KEEPS_OUT || seen.is_none_or(|rules| rules.contains(rule))
    }

    /// Is it told what was said with this action, and why it was refused? It is where all is seen that the
    /// action reads and sets; of an action that the pack does not have nobody knows that.
    pub fn tells(&self, kind: &str, action: &str) -> bool {
        let told = self.told.as_ref();
        told.is_none_or(|told| told.contains(&format!("{kind}/{action}")))
    }

    /// Is this record seen? An alert is, where its rule reads nothing that is hidden, and an approval
    /// where what is asked for does not; of a rule or an action that the pack does not have nobody
    /// knows what it read. A saved view is its owner's; where it is shared, also theirs who see all that
    /// it goes by.
    pub fn sees_record(&self, kind: &str, body: &Map<String, Value>) -> bool {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        if kind == ALERT && self.rules.is_some() {
            return text("rule").is_some_and(|rule| self.sees_rule(rule));
        }
        if let (APPROVAL, Some(seen)) = (kind, &self.asked) {
            let asked = text("subject_kind").zip(text("action"));
            return asked.is_some_and(|(kind, action)| seen.contains(&format!("{kind}/{action}")));
        }
        if let (saved::KIND, Some(reader)) = (kind, &self.reader) {
            let own = text("owner") == Some(reader.as_str());
            return own || saved::only(kind, body).is_none() && self.sees_wish(body);
        }
        self.sees_kind(kind)
    }

    /// Is all that a saved view goes by seen? What it asks of a hidden field would tell of its values.
    fn sees_wish(&self, body: &Map<String, Value>) -> bool {
        let Some(views) = &self.views else {
            return true;
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let kind = text("view").and_then(|view| views.get(view));
        let wish = text("wish").and_then(|wish| SavedWish::read(wish).ok());
        kind.zip(wish)
            .is_some_and(|(kind, wish)| wish.goes_by().all(|field| self.sees_field(kind, field)))
    }

    /// Do records of this kind, which is seen, have to be looked into before they are shown?
    pub fn looks_into(&self, kind: &str) -> bool {
        self.fields.contains_key(kind)
            || kind == ALERT && self.rules.is_some()
            || kind == APPROVAL && self.asked.is_some()
            || kind == saved::KIND && self.reader.is_some()
    }

    /// The fields by which, record by record, it is decided whether one of this kind is seen, where they stay
    /// what they are as long as there is the record. With these alone [`Self::sees_record`] answers.
    pub fn decided_by(kind: &str) -> &'static [&'static str] {
        match kind {
            ALERT => &["rule"],
            APPROVAL => &["subject_kind", "action"],
            _ => &[],
        }
    }

    /// May who sees a record of this kind lose it by a change of the record itself?
    pub fn is_lost_by_change(&self, kind: &str) -> bool {
        kind == saved::KIND && self.views.is_some()
    }

    /// Takes hidden fields away; true where there were some.
    pub fn strip(&self, kind: &str, body: &mut Map<String, Value>) -> bool {
        let Some(hidden) = self.fields.get(kind) else {
            return false;
        };
        let before = body.len();
        body.retain(|name, _| !hidden.contains(name));
        body.len() != before
    }

    /// SHA-256 of what is seen and what is not; none where nothing is hidden.
    pub fn digest(&self) -> Option<[u8; 32]> {
        if self.is_all() {
            return None;
        }
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        self.kinds.iter().for_each(|kind| add(kind));
        for (kind, fields) in &self.fields {
            add("/");
            add(kind);
            fields.iter().for_each(|field| add(field));
        }
        add("//");
        // Those that are seen: of a rule that is gone from the pack no alert is seen any more.
        self.rules.iter().flatten().for_each(|rule| add(rule));
        add("//");
        self.asked.iter().flatten().for_each(|action| add(action));
        add("//");
        let views = self.views.iter().flatten();
        views.for_each(|(view, _)| add(view));
        Some(hash.finalize().into())
    }

    /// The first name among these that is hidden, as `kind` or `kind.field`.
    pub(crate) fn hidden(&self, reads: &Reads<'_>) -> Option<String> {
        if let Some(kind) = reads.kinds.iter().find(|kind| !self.sees_kind(kind)) {
            return Some(kind.clone());
        }
        let mut fields = reads.fields.iter();
        let (kind, field) = fields.find(|(kind, field)| !self.sees_field(kind, field))?;
        Some(format!("{kind}.{field}"))
    }
}
