//! Checks of texts that are sent.

use super::problems::{Problems, Spot};
use super::scopes::World;
use super::{names, people, record};
use crate::format::{EffectDef, TemplateFile, TextChannel};
use crate::pack::MailTemplate;

pub(super) fn check(
    world: &World<'_>,
    id: &str,
    def: &TemplateFile,
    problems: &mut Problems,
) -> Option<MailTemplate> {
    let spot = Spot::file(&format!("templates/{id}.yaml"));
    names::row(&spot.at("row"), &def.row, problems);
    if !names::is_name(id) {
        problems.error(&spot.at("id"), "pack.name", format!("`{id}` is no name"));
    }
    names::check(&spot.at("fields"), def.fields.keys(), problems);
    for (name, field) in &def.fields {
        let spot = spot.at("fields").at(name);
        record::one_of(&field.one_of, field.type_, &spot, problems);
        record::labels(&field.one_of, &field.labels, &spot, problems);
    }
    let allowed = match &def.kind {
        None => world.words(&def.fields),
        Some(name) => match world.records.get(name) {
            Some(kind) => world.mail(kind, id, &def.fields),
            None => {
                if !world.knows(name) {
                    record::unknown_kind(world, name, &spot.at("kind"), problems);
                }
                return None;
            }
        },
    };
    if !is_used(world, id, def) {
        problems.warning(&spot, "pack.unused", "nothing sends or shows this text");
    }
    for (index, button) in def.buttons.iter().enumerate() {
        let spot = spot.at("buttons").at(index).at("setting");
        people::setting_of(world, &button.setting, &spot, problems);
    }
    if def.channel == TextChannel::Mail && def.to.is_none() {
        problems.error(&spot, "pack.missing", "a mail has a receiver: `to`");
    }
    let to = match &def.to {
        None => None,
        Some(source) => Some(problems.program(&spot.at("to"), source, &allowed)?),
    };
    let subject = problems.template(&spot.at("subject"), &def.subject, world.zone, &allowed);
    let body = problems.template(&spot.at("body"), &def.body, world.zone, &allowed);
    Some(MailTemplate {
        def: def.clone(),
        to,
        subject: subject?,
        body: body?,
    })
}

/// An action or a playbook sends it, or an operator picks it by its label.
fn is_used(world: &World<'_>, id: &str, def: &TemplateFile) -> bool {
    let mut actions = world
        .records
        .values()
        .flat_map(|kind| kind.actions.values());
    let sends = |effect: &EffectDef| match effect {
        EffectDef::Call(call) => call.template.as_deref() == Some(id),
        _ => false,
    };
    let mut steps = world.parts.playbooks.values().flat_map(|book| &book.steps);
    def.label.is_some()
        || actions.any(|action| action.effects.iter().any(sends))
        || steps.any(|step| step.send.as_ref().is_some_and(|send| send.template == id))
}
