//! The Reference screen: what the pack says, with what the tenant and the platform said beside it.

use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::{ControlDef, RegionDef};

use super::view::{ReferenceView, RegionRound, RegionSwitch, RegionView};
use super::{contacts, library, rules, texts};
use crate::engine::{Engine, Rights};
use crate::error::Error;
use crate::features::reading::read;

/// The Reference screen.
///
/// # Errors
/// [`crate::Code::NoPack`] where no pack is in force.
pub async fn reference(engine: &Engine) -> Result<ReferenceView, Error> {
    read(engine, |reading| {
        Ok(of_pack(reading.pack()?, &reading.rights, reading.now.at))
    })
    .await
}

/// What a pack says at an instant, to somebody with these rights.
pub fn of_pack(pack: &Pack, rights: &Rights, now: DateTime<Utc>) -> ReferenceView {
    let sources = Sources {
        pack,
        rights,
        settings: pack.settings_in_force(&rights.settings),
        controls: pack.controls_in_force(&rights.controls),
        zone: rights.zone_in(Some(pack)),
        now,
    };
    let sources = &sources;
    let regions = pack.regions.iter();
    ReferenceView {
        now: wall(now, sources.zone),
        zone: sources.zone.name().to_owned(),
        hours: hours(now, sources.zone),
        regions: regions.map(|(id, def)| region(sources, id, def)).collect(),
        banners: texts::banners(sources),
        severities: texts::severities(sources),
        plans: texts::plans(sources),
        roles: contacts::roles(sources),
        contacts: contacts::contacts(sources),
        escalations: contacts::escalations(sources),
        capabilities: contacts::capabilities(sources),
        retention: rules::retention(sources),
        texts: texts::texts(sources),
        library: library::library(sources),
        rulings: rules::rulings(sources),
        document: rules::document(sources),
    }
}

/// What the parts of the screen are made from.
pub(super) struct Sources<'a> {
    pub(super) pack: &'a Pack,
    pub(super) rights: &'a Rights,
    /// Settings in force.
    pub(super) settings: Map<String, Value>,
    /// Controls in force.
    pub(super) controls: Map<String, Value>,
    /// Zone of the tenant's day.
    pub(super) zone: Tz,
    pub(super) now: DateTime<Utc>,
}

impl Sources<'_> {
    /// A role as shown.
    pub(super) fn role(&self, id: &str) -> String {
        let role = self.pack.people.roles.get(id);
        role.map_or_else(|| id.to_owned(), |role| role.label.clone())
    }

    /// Many of a kind as shown.
    pub(super) fn kind(&self, id: &str) -> String {
        let kind = self.pack.kind(id).map(|kind| &kind.label_many);
        kind.or_else(|| self.pack.hidden.get(id))
            .map_or_else(|| id.to_owned(), String::clone)
    }

    /// An escalation path as shown.
    pub(super) fn path(&self, id: &str) -> String {
        let path = self.pack.people.escalations.get(id);
        path.map_or_else(|| id.to_owned(), |path| path.label.clone())
    }

    /// A switch as shown.
    pub(super) fn control(&self, id: &str) -> String {
        let control = self.pack.controls.get(id);
        control.map_or_else(|| id.to_owned(), |control| control.label.clone())
    }

    /// A severity of incidents as shown.
    pub(super) fn severity(&self, id: &str) -> String {
        let mut all = self.pack.incidents.severities.iter();
        all.find(|severity| severity.id == id)
            .map_or_else(|| id.to_owned(), |severity| severity.label.clone())
    }
}

/// An instant on a zone's wall clock, RFC 3339 with offset.
pub(super) fn wall(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone)
        .to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// Hour of the day in a zone now, and in each of the 23 hours after it. It is worked out here,
/// because a clock change may lie between.
fn hours(now: DateTime<Utc>, zone: Tz) -> Vec<u32> {
    (0..24)
        .map(|after| (now + TimeDelta::hours(after)).with_timezone(&zone).hour())
        .collect()
}

fn region(sources: &Sources<'_>, id: &str, def: &RegionDef) -> RegionView {
    let zone = sources.pack.region_zone_in(def, &sources.settings);
    let controls = sources.pack.controls.iter();
    let switches = controls
        .filter(|(_, control)| control.each_region)
        .map(|(name, control)| RegionSwitch {
            id: name.clone(),
            label: control.label.clone(),
            row: control.row.clone(),
            purpose: control.purpose.clone(),
            on: is_on(sources.controls.get(name), control, id),
        });
    let routines = sources.pack.routines.iter();
    let rounds = routines.flat_map(|(name, routine)| {
        let here = routine.schedules.iter();
        let here = here.filter(move |(region, _)| region.as_deref() == Some(id));
        here.filter_map(move |(_, schedule)| {
            Some(RegionRound {
                id: name.clone(),
                label: routine.def.label.clone(),
                at: wall(schedule.next_after_in(sources.now, zone)?, zone),
            })
        })
    });
    RegionView {
        id: id.to_owned(),
        label: def.label.clone(),
        row: def.row.clone(),
        zone: zone.name().to_owned(),
        now: wall(sources.now, zone),
        hours: hours(sources.now, zone),
        currency: def.currency.clone(),
        tax: def.tax.clone(),
        notes: def.notes.clone(),
        disputed: def.disputed.clone(),
        switches: switches.collect(),
        rounds: rounds.collect(),
    }
}

/// Whether a switch is on for a region. One value holds for all regions; where each has its own, a
/// region of which nothing is said has the default.
fn is_on(said: Option<&Value>, control: &ControlDef, region: &str) -> Option<bool> {
    let of = |value: &Value| match value {
        Value::Object(regions) => regions.get(region).map(Value::as_bool),
        one => Some(one.as_bool()),
    };
    said.and_then(of)
        .or_else(|| of(&control.default))
        .unwrap_or_default()
}
