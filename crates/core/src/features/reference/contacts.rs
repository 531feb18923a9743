//! Who there is, how they are reached, who is called when, and who may do what.

use serde_json::{Map, Value};
use watchkeeper_pack::format::{ContactDef, EscalationDef};

use super::screen::Sources;
use super::view::{CapabilityView, ContactView, EscalationCall, EscalationView, Reach, RoleView};

/// Fewest digits of a telephone number; less is the name of something.
const LEAST_DIGITS: usize = 5;

pub(super) fn roles(sources: &Sources<'_>) -> Vec<RoleView> {
    let roles = sources.pack.people.roles.iter();
    let roles = roles.map(|(id, def)| RoleView {
        id: id.clone(),
        label: def.label.clone(),
        row: def.row.clone(),
        outside: def.outside,
        mine: sources.rights.actor.roles.contains(id),
    });
    roles.collect()
}

/// Those of the house first.
pub(super) fn contacts(sources: &Sources<'_>) -> Vec<ContactView> {
    let contacts = sources.pack.people.contacts.iter();
    let mut contacts: Vec<_> = contacts
        .map(|(id, def)| contact(sources, id, def))
        .collect();
    contacts.sort_by_key(|contact| contact.outside);
    contacts
}

fn contact(sources: &Sources<'_>, id: &str, def: &ContactDef) -> ContactView {
    let setting = def.setting.as_deref();
    let (at, reach) = reached(&sources.settings, def);
    let roles = &sources.pack.people.roles;
    let role = def.role.as_deref();
    let label = |name: &str| {
        let def = sources.pack.settings.get(name);
        def.map_or_else(|| name.to_owned(), |def| def.label.clone())
    };
    ContactView {
        id: id.to_owned(),
        label: def.label.clone(),
        row: def.row.clone(),
        role: role.map(|role| sources.role(role)),
        outside: role.is_none_or(|role| roles.get(role).is_some_and(|role| role.outside)),
        at: at.map(ToOwned::to_owned),
        reach,
        setting: setting.map(label),
    }
}

/// Where somebody is reached, by the settings in force; none where the tenant has not said it yet.
pub(crate) fn reached<'a>(
    settings: &'a Map<String, Value>,
    def: &'a ContactDef,
) -> (Option<&'a str>, Reach) {
    let setting = def.setting.as_deref();
    let said = setting.and_then(|name| settings.get(name));
    let said = said.and_then(Value::as_str).filter(|at| !at.is_empty());
    let at = said.or(def.at.as_deref());
    (at, at.map_or(Reach::Other, reach))
}

fn reach(at: &str) -> Reach {
    let digits = at.chars().filter(char::is_ascii_digit).count();
    let is_number = at
        .chars()
        .all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    if at.starts_with("https://") || at.starts_with("http://") {
        Reach::Page
    } else if is_number && digits >= LEAST_DIGITS {
        Reach::Phone
    } else if at.contains('@') && !at.starts_with('@') && !at.contains(char::is_whitespace) {
        Reach::Mail
    } else {
        Reach::Other
    }
}

pub(super) fn escalations(sources: &Sources<'_>) -> Vec<EscalationView> {
    let paths = sources.pack.people.escalations.iter();
    paths
        .map(|(id, def)| escalation(sources, id, def))
        .collect()
}

fn escalation(sources: &Sources<'_>, id: &str, def: &EscalationDef) -> EscalationView {
    let contacts = &sources.pack.people.contacts;
    let of_role = |role: &str| {
        let found = contacts.iter();
        let found = found.filter(|(_, contact)| contact.role.as_deref() == Some(role));
        found.map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    let calls = def.calls.iter().map(|call| EscalationCall {
        role: sources.role(&call.role),
        after_minutes: call.after_minutes,
        only: call.only.clone(),
        informed: call.informed,
        contacts: of_role(&call.role),
    });
    let freezes = def.freezes.iter().map(|name| sources.control(name));
    EscalationView {
        id: id.to_owned(),
        label: def.label.clone(),
        row: def.row.clone(),
        purpose: def.purpose.clone(),
        urgency: def.urgency.clone(),
        calls: calls.collect(),
        meanwhile: def.meanwhile.clone(),
        freezes: freezes.collect(),
    }
}

pub(super) fn capabilities(sources: &Sources<'_>) -> Vec<CapabilityView> {
    let all = sources.pack.people.capabilities.iter();
    let all = all.map(|def| CapabilityView {
        text: def.text.clone(),
        row: def.row.clone(),
        may: def.may,
        to: def.to.as_deref().map(|role| sources.role(role)),
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_by_its_form() {
        for (at, wanted) in [
            ("https://help.example.org", Reach::Page),
            ("1-888-555-0100", Reach::Phone),
            ("+44 20 7946 0000", Reach::Phone),
            ("lead@example.org", Reach::Mail),
            ("@oncall", Reach::Other),
            ("channel #ops", Reach::Other),
            ("ask lead@example.org", Reach::Other),
            ("4-2", Reach::Other),
        ] {
            assert_eq!(reach(at), wanted, "{at}");
        }
    }
}
