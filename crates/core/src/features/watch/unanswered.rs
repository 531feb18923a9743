//! Who is to be called for an alert that nobody acknowledged.

use serde_json::{Map, Value};
use watchkeeper_model::alert::{self, Call};
use watchkeeper_pack::Pack;

use super::alerts::text;
use super::screen::seconds;
use super::view::{CallView, ReachedView, UnansweredView};
use crate::features::reading::{Reading, Row};
use crate::features::reference::reached;

/// Who is to be called by now; none while it is answered or has time left.
pub(super) fn unanswered(reading: &Reading<'_>, row: &Row) -> Option<UnansweredView> {
    let pack = reading.pack.as_deref()?;
    let rule = text(row, "rule");
    // Most rules call nobody.
    pack.alerts.get(&rule)?.def.escalation.as_ref()?;
    let settings = pack.settings_in_force(&reading.rights.settings);
    let (episode, now) = (alert::episode(&row.body)?, reading.now.at);
    let escalated = alert::escalation(pack, &settings, &rule, &episode, now)?.escalated?;
    let calls = |calls: &[Call<'_>]| {
        let calls = calls.iter();
        calls
            .map(|call| view(reading, (pack, &settings), call))
            .collect()
    };
    Some(UnansweredView {
        path: escalated.path.label.clone(),
        row: escalated.row.to_owned(),
        since: reading.wall(escalated.since),
        seconds: seconds(escalated.since, now),
        due: calls(&escalated.due),
        told: calls(&escalated.told),
        next: calls(&escalated.next),
        meanwhile: escalated.path.meanwhile.clone(),
    })
}

fn view(
    reading: &Reading<'_>,
    (pack, settings): (&Pack, &Map<String, Value>),
    call: &Call<'_>,
) -> CallView {
    let people = &pack.people;
    let role = people.roles.get(&call.def.role);
    let contacts = people.contacts.values();
    let contacts = contacts.filter(|contact| contact.role.as_ref() == Some(&call.def.role));
    let contacts = contacts.map(|contact| {
        let (at, reach) = reached(settings, contact);
        ReachedView {
            label: contact.label.clone(),
            at: at.map(ToOwned::to_owned),
            reach,
        }
    });
    CallView {
        role: role.map_or_else(|| call.def.role.clone(), |role| role.label.clone()),
        at: reading.wall(call.at),
        only: call.def.only.clone(),
        contacts: contacts.collect(),
    }
}
