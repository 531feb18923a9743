//! A kind of record, checked: its fields, what follows from them, what may be done with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::expr::Program;
use crate::filter::Filter;
use crate::format::{
    ActionDef, ClockDef, ComputedDef, FieldDef, FieldType, LookupDef, ParamDef, RecordDocumentDef,
    StateDef, ViewDef,
};
use crate::template::Template;

/// A kind of record.
#[derive(Debug)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// As shown: one.
    pub label_one: String,
    /// As shown: many.
    pub label_many: String,
    /// Roles that see its records; empty means everybody.
    pub seen_by: Vec<String>,
    /// Labels of what this pack's reader does not see of it, by name: fields, computed fields, and
    /// clocks as `clock.<name>`. They are no fields of it here.
    pub hidden: BTreeMap<String, String>,
    /// Names one record in a line; sees `record` and `refs`.
    pub title: Template,
    /// Fields by name.
    pub fields: BTreeMap<String, FieldDef>,
    /// Its records are documents, and their reader sees which.
    pub document: Option<RecordDocumentDef>,
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
    /// It reads `now` or the tenant's day: for display and decisions, never stored.
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
    /// Compiled pauses, in the order of `def.pauses`.
    pub pauses: Vec<Pause>,
}

/// A pause of a clock.
#[derive(Debug)]
pub struct Pause {
    /// When the present one began.
    pub since: Program,
    /// Minutes of those that are over.
    pub earlier: Option<Program>,
}

impl Clock {
    /// A pause moves its deadline.
    pub fn stands_still(&self) -> bool {
        self.def.pauses.iter().any(|pause| !pause.counts)
    }

    /// The field that is the deadline itself, where it is one that is indexed: what is due is looked up
    /// there by its instant. One that pauses move is in no field.
    pub fn due_field(&self, kind: &Kind) -> Option<&str> {
        if self.stands_still() {
            return None;
        }
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

impl Action {
    /// What it asks for, as the pack lists it.
    pub fn params_in_order(&self) -> Vec<(&String, &ParamDef)> {
        let mut params: Vec<(&String, &ParamDef)> = self.def.params.iter().collect();
        params.sort_by_key(|(_, def)| def.place);
        params
    }

    /// Does what it may, asks and does go by `root.field`? Sentences do not count: they decide nothing.
    pub fn reads_field(&self, root: &str, field: &str) -> bool {
        let rows = self.policy.iter().map(|row| &row.when);
        let asks = self.approvals.iter().map(|approval| &approval.when);
        let mut programs = rows.chain(asks).chain(&self.not_after);
        programs.any(|program| program.reads_field(root, field))
            || self.effects.iter().any(|effect| {
                let mut programs = match effect {
                    Effect::Set(set) | Effect::Create { set, .. } => set.values(),
                    Effect::SetOn(on) => on.set.values(),
                    Effect::Erase(erase) => {
                        return root == "refs" && erase.field.as_deref() == Some(field);
                    }
                    Effect::Call(call) => call.args.values(),
                };
                programs.any(|program| program.reads_field(root, field))
            })
    }
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
    /// Set as it is asked for.
    pub asked: Assignments,
    /// Set once nobody is waited for any more.
    pub answered: Assignments,
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
    /// Empties what says something of a person.
    Erase(Erase),
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

/// What of a person is emptied, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erase {
    /// Field of type `ref` that leads to the person's record; none: the record itself.
    pub field: Option<String>,
    /// Kind of the person's record.
    pub kind: String,
    /// Fields of it.
    pub fields: Vec<String>,
    /// Kinds that refer to it.
    pub along: Vec<EraseAlong>,
}

/// What is emptied in records that refer to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseAlong {
    /// Their kind.
    pub kind: String,
    /// Their field that leads to the person's record.
    pub by: String,
    /// Their fields.
    pub fields: Vec<String>,
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
    /// Erased on success.
    pub then_erase: Option<Erase>,
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

impl Kind {
    /// A state by its value.
    pub fn state(&self, id: &str) -> Option<&StateDef> {
        self.states.iter().find(|state| state.id == id)
    }

    /// Its actions as the pack lists them: the one that is taken most stands first.
    pub fn actions_in_order(&self) -> Vec<&Action> {
        let mut actions: Vec<&Action> = self.actions.values().collect();
        actions.sort_by_key(|action| action.def.place);
        actions
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
