//! Checks of what an action erases: that it is words about a person and nothing that the books rest on, and
//! that no kind which refers to the person is forgotten.

use super::One;
use crate::format::{EraseDef, FieldDef, FieldType, Nature, RecordFile};
use crate::loader::names;
use crate::loader::problems::{Problems, Spot};
use crate::pack::{Erase, EraseAlong, REGION};

impl One<'_> {
    pub(super) fn erase(
        &self,
        def: &EraseDef,
        spot: &Spot,
        problems: &mut Problems,
    ) -> Option<Erase> {
        if self.action.nature != Nature::Deletion {
            let message = "what is erased does not come back: `nature: deletion`";
            problems.error(spot, "pack.nature", message);
        }
        let kind = match &def.field {
            None => self.record.kind.clone(),
            Some(name) => {
                let field = self.record.fields.get(name);
                let Some(kind) = field.and_then(|field| field.kind.clone()) else {
                    let message = format!("`{name}` is no field that refers to a record");
                    problems.error(&spot.at("field"), "pack.unknown_name", message);
                    return None;
                };
                kind
            }
        };
        if names::is_engine_kind(&kind) {
            let message = format!("`{kind}` is a kind of the engine itself");
            problems.error(&spot.at("field"), "pack.wrong_kind", message);
            return None;
        }
        if def.fields.is_empty() {
            let message = "a person's record has fields that say something of them";
            problems.error(&spot.at("fields"), "pack.missing", message);
        }
        let target = self.world.records.get(&kind)?;
        emptied(target, &def.fields, &spot.at("fields"), problems);
        self.along(def, &kind, &spot.at("along"), problems);
        Some(Erase {
            field: def.field.clone(),
            kind,
            fields: def.fields.clone(),
            along: def
                .along
                .iter()
                .map(|along| EraseAlong {
                    kind: along.kind.clone(),
                    by: along.by.clone(),
                    fields: along.fields.clone(),
                })
                .collect(),
        })
    }

    /// What refers to the person, all of it.
    fn along(&self, def: &EraseDef, person: &str, spot: &Spot, problems: &mut Problems) {
        for (index, along) in def.along.iter().enumerate() {
            let spot = spot.at(index);
            let Some(target) = self.world.records.get(&along.kind) else {
                if !self.world.knows(&along.kind) {
                    let spot = spot.at("kind");
                    crate::loader::record::unknown_kind(self.world, &along.kind, &spot, problems);
                }
                continue;
            };
            let by = target.fields.get(&along.by);
            if by.is_none_or(|by| by.kind.as_deref() != Some(person)) {
                let message = format!("`{}` does not refer to `{person}`", along.by);
                problems.error(&spot.at("by"), "pack.wrong_kind", message);
            } else if by.is_some_and(|by| !by.indexed) {
                let message = format!("`{}` is looked up, so it has to be indexed", along.by);
                problems.error(&spot.at("by"), "pack.not_indexed", message);
            }
            emptied(target, &along.fields, &spot.at("fields"), problems);
        }
        let records = self.world.records.iter();
        let refers = records.flat_map(|(kind, record)| {
            let fields = record.fields.iter();
            let leads = fields.filter(move |(_, field)| field.kind.as_deref() == Some(person));
            leads.map(move |(name, _)| (kind.as_str(), name.as_str()))
        });
        for (kind, name) in refers {
            let named =
                |along: &crate::format::EraseAlongDef| along.kind == kind && along.by == name;
            if !def.along.iter().any(named) {
                let message = format!("`{kind}` refers to `{person}` by `{name}` and is not named");
                let hint = "say what of it is erased, or that nothing of it says who: `fields: []`";
                problems.error_with(spot, "pack.erase", message, hint);
            }
        }
    }
}

fn emptied(target: &RecordFile, names: &[String], spot: &Spot, problems: &mut Problems) {
    if target.document.is_some() && !names.is_empty() {
        let message =
            "a document says its words in its file: such a record is not erased by fields";
        problems.error(spot, "pack.erase", message);
    }
    let given = names.iter().enumerate();
    let given = given.map(|(index, name)| (name.as_str(), spot.at(index)));
    names::distinct(given.collect(), problems);
    for (index, name) in names.iter().enumerate() {
        let spot = spot.at(index);
        match target.fields.get(name) {
            None => {
                let near = crate::expr::nearest(name, target.fields.keys().map(String::as_str));
                let message = format!("unknown field `{name}`{near}");
                problems.error(&spot, "pack.unknown_name", message);
            }
            Some(def) if !may_be_empty(name, def) => {
                let message =
                    format!("`{name}` stays: the books and the order of records rest on it");
                let hint = "erased are words, and what is optional, but for amounts, references and `region`";
                problems.error_with(&spot, "pack.erase", message, hint);
            }
            Some(_) => {}
        }
    }
}

/// Words may be another word, and what is optional may be wanting. What the law keeps is what was paid, by
/// which record, and where.
fn may_be_empty(name: &str, def: &FieldDef) -> bool {
    match def.type_ {
        FieldType::Money | FieldType::Ref => false,
        _ if name == REGION => false,
        FieldType::String | FieldType::Text => true,
        FieldType::Id
        | FieldType::Integer
        | FieldType::Number
        | FieldType::Boolean
        | FieldType::Timestamp
        | FieldType::Date
        | FieldType::Enum => def.optional,
    }
}
