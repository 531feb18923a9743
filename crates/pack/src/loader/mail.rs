//! Checks of texts that are sent.

use super::problems::{Problems, Spot};
use super::scopes::World;
use super::{names, record};
use crate::format::{EffectDef, TemplateFile};
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
    let Some(kind) = world.records.get(&def.kind) else {
        if !world.knows(&def.kind) {
            record::unknown_kind(world, &def.kind, &spot.at("kind"), problems);
        }
        return None;
    };
    let sent = kind.actions.values().flat_map(|a| &a.effects).any(
        |effect| matches!(effect, EffectDef::Call(call) if call.template.as_deref() == Some(id)),
    );
    if !sent {
        problems.warning(&spot, "pack.unused", "no action sends this text");
    }
    let allowed = world.mail(kind, id);
    let to = problems.program(&spot.at("to"), &def.to, &allowed);
    let subject = problems.template(&spot.at("subject"), &def.subject, world.zone, &allowed);
    let body = problems.template(&spot.at("body"), &def.body, world.zone, &allowed);
    Some(MailTemplate {
        def: def.clone(),
        to: to?,
        subject: subject?,
        body: body?,
    })
}
