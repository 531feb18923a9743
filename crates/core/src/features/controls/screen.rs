//! The controls, for the banners across the window and for their screen.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use watchkeeper_model::control::{self, BANNER, KIND, REASON, SWITCHING, VALUE};
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::ControlDef;

use super::view::{
    AskedView, ControlChoice, ControlView, ControlsView, FrozenAction, OwnSwitch, Since,
};
use crate::engine::Engine;
use crate::error::Error;
use crate::features::queues::operation;
use crate::features::reading::{Reading, Row, read};
use crate::features::settings::words_called;
use crate::features::tenant::view::Proposed;
use crate::outbox::frozen::{self, Around};
use crate::outbox::queue::{self, Hold, Queued};

/// The controls that this operator sees. Without a pack there are none.
///
/// # Errors
/// Those of the local databases.
pub async fn controls(engine: &Engine) -> Result<ControlsView, Error> {
    read(engine, |reading| {
        let mut controls = Vec::new();
        if let Some(pack) = reading.pack.as_deref() {
            let open = concerned(reading, pack)?;
            let regions = &reading.rights.actor.regions;
            let here = |region: Option<&str>| {
                region.is_none_or(|region| regions.is_empty() || regions.contains(region))
            };
            for (name, region, def) in control::all(pack) {
                if here(region) {
                    let one = One {
                        reading,
                        pack,
                        open: &open,
                        name,
                        region,
                        def,
                    };
                    controls.push(one.view()?);
                }
            }
        }
        controls.sort_by_key(|control: &ControlView| !control.stands_out());
        Ok(ControlsView {
            controls,
            as_of: reading.as_of(),
        })
    })
    .await
}

/// Operations that are not settled and that have to do with a control: switches, and those on records of
/// kinds of which an action goes by one. There may be many others.
fn concerned(reading: &Reading<'_>, pack: &Pack) -> Result<Vec<Queued>, Error> {
    let mut open = queue::open_of_kind(reading.state, control::KIND)?;
    for kind in pack.kinds.values() {
        let mut actions = kind.actions.values();
        let goes = actions.any(|action| {
            let mut names = pack.controls.keys();
            names.any(|name| control::goes_by(action, name))
        });
        if goes {
            open.extend(queue::open_of_kind(reading.state, &kind.name)?);
        }
    }
    Ok(open)
}

impl ControlView {
    /// Somebody looking at the window has to know of it.
    fn stands_out(&self) -> bool {
        self.on || self.asked.is_some() || self.problem.is_some() || self.own.is_some()
    }
}

struct One<'a, 'r> {
    reading: &'a Reading<'r>,
    pack: &'a Pack,
    /// The operations that are not settled and that have to do with a control.
    open: &'a [Queued],
    name: &'a str,
    region: Option<&'a str>,
    def: &'a ControlDef,
}

impl One<'_, '_> {
    fn view(&self) -> Result<ControlView, Error> {
        let (reading, def) = (self.reading, self.def);
        let id = control::id(self.name, self.region);
        // What counts is what the platform decides by, not what its record may say a moment earlier.
        let value = self.in_force();
        let usual = control::in_force(def, None, self.region);
        let shown = reading.shown(KIND, &id)?;
        let row = shown.as_ref().filter(|row| {
            let said = control::said(&row.body);
            said.as_ref().unwrap_or(usual) == value
        });
        let field = |name: &str| row.and_then(|row| text(&row.body, name));
        let newer = reading.link.newer_pack();
        let denied = control::may(self.pack, def, &reading.rights.actor).err();
        let on = value != usual;
        let state = shown.as_ref().and_then(|row| text(&row.body, "state"));
        Ok(ControlView {
            row: def.row.clone(),
            label: def.label.clone(),
            purpose: def.purpose.clone(),
            region: self
                .region
                .map(|region| self.pack.region_label(region).to_owned()),
            value: proposed(def, value),
            usual: proposed(def, usual),
            on,
            since: row.and_then(|row| since(reading, row)),
            banner: field(BANNER).filter(|_| on).map(ToOwned::to_owned),
            banner_text: def.banner.clone(),
            asked: shown
                .as_ref()
                .filter(|_| state == Some(SWITCHING))
                .and_then(|row| asked(reading, def, row)),
            problem: shown
                .as_ref()
                .and_then(|row| text(&row.body, "problem"))
                .map(ToOwned::to_owned),
            own: self.own(&id)?,
            choices: self.choices(value)?,
            freezes: self.freezes(),
            held: self.held()?,
            roles: def.roles.iter().map(|role| self.role(role)).collect(),
            denied: denied.or_else(|| newer.and_then(|newer| newer.detail.clone())),
            // What an operation is based on is the record with all that is on its way.
            revision: reading.record(KIND, &id)?.map(|row| row.revision),
            id,
        })
    }

    fn in_force(&self) -> &Value {
        let said = self.reading.rights.controls.get(self.name);
        control::in_force(self.def, said, self.region)
    }

    fn role(&self, role: &str) -> String {
        let known = self.pack.people.roles.get(role);
        known.map_or_else(|| role.to_owned(), |known| known.label.clone())
    }

    /// What this laptop wants of it. There is one at most: the second is refused while the first is open.
    fn own(&self, id: &str) -> Result<Option<OwnSwitch>, Error> {
        let mine = |queued: &&Queued| queued.request.kind == KIND && queued.request.record == id;
        let Some(queued) = self.open.iter().find(mine) else {
            return Ok(None);
        };
        let params = &queued.request.params;
        Ok(Some(OwnSwitch {
            value: text(params, VALUE).and_then(parsed).map_or_else(
                || proposed(self.def, &Value::Null),
                |value| proposed(self.def, &value),
            ),
            reason: text(params, REASON).unwrap_or_default().to_owned(),
            banner: text(params, BANNER).map(ToOwned::to_owned),
            operation: operation::view(self.reading, queued)?,
        }))
    }

    /// What it may be switched to: on or off, or the values that the pack names. Where it names none but
    /// the usual one, anything.
    fn choices(&self, value: &Value) -> Result<Vec<ControlChoice>, Error> {
        let usual = control::in_force(self.def, None, self.region);
        let mut values = match usual {
            Value::Bool(_) => vec![Value::Bool(true), Value::Bool(false)],
            _ => self.named(usual),
        };
        if values.len() < 2 {
            return Ok(Vec::new());
        }
        if !values.contains(value) {
            values.push(value.clone());
        }
        let mut choices = Vec::with_capacity(values.len());
        for to in &values {
            choices.push(ControlChoice {
                value: proposed(self.def, to),
                holds: if to == value { 0 } else { self.holds(to)? },
            });
        }
        Ok(choices)
    }

    /// The usual value, and those to which a playbook switches it.
    fn named(&self, usual: &Value) -> Vec<Value> {
        let mut values = vec![usual.clone()];
        let allowed = self.def.one_of.iter();
        values.extend(allowed.filter(|value| *value != usual).cloned());
        let steps = self.pack.playbooks.values().flat_map(|book| &book.steps);
        for switch in steps.filter_map(|step| step.def.switch.as_ref()) {
            if switch.control == self.name && !values.contains(&switch.to) {
                values.push(switch.to.clone());
            }
        }
        values
    }

    /// How many operations that wait it would hold at another value.
    fn holds(&self, to: &Value) -> Result<u32, Error> {
        let mut controls = self.reading.rights.controls.clone();
        control::put(&mut controls, self.name, self.region, Some(to.clone()));
        let me = &self.reading.me;
        self.stopped(&controls, |one| frozen::waits(one, me))
    }

    /// How many operations it holds: it alone, in its region, would stop them as it stands.
    fn held(&self) -> Result<u32, Error> {
        let mut alone = Map::new();
        let value = self.in_force().clone();
        control::put(&mut alone, self.name, self.region, Some(value));
        self.stopped(&alone, |one| one.hold == Some(Hold::Frozen))
    }

    /// How many of these operations it stops, where the controls stand so.
    fn stopped(
        &self,
        controls: &Map<String, Value>,
        which: impl Fn(&Queued) -> bool,
    ) -> Result<u32, Error> {
        let reading = self.reading;
        let around = Around {
            pack: self.pack,
            rights: &reading.rights,
            controls,
            now: reading.now.at,
        };
        let names = BTreeSet::from([self.name.to_owned()]);
        let mut stopped = 0_u32;
        for queued in self.open.iter().filter(|one| which(one)) {
            if frozen::stopped(reading.state, &around, queued, &names)?.is_some() {
                stopped = stopped.saturating_add(1);
            }
        }
        Ok(stopped)
    }

    /// The actions whose policy goes by it.
    fn freezes(&self) -> Vec<FrozenAction> {
        let mut all = BTreeSet::new();
        for kind in self.pack.kinds.values() {
            for action in kind.actions.values() {
                let rows = action.def.policy.iter().zip(&action.policy);
                let mut reads = rows.filter(|(_, row)| row.when.reads_field("controls", self.name));
                if let Some((def, _)) = reads.next() {
                    all.insert(FrozenAction {
                        kind: kind.label_one.clone(),
                        action: action.def.label.clone(),
                        row: def.id.clone(),
                    });
                }
            }
        }
        all.into_iter().collect()
    }
}

fn text<'a>(body: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    body.get(field).and_then(Value::as_str)
}

fn parsed(json: &str) -> Option<Value> {
    serde_json::from_str(json).ok()
}

fn proposed(def: &ControlDef, value: &Value) -> Proposed {
    Proposed {
        text: words_called(value, &|text| def.word(text)),
        json: value.to_string(),
    }
}

fn since(reading: &Reading<'_>, row: &Row) -> Option<Since> {
    let at = text(&row.body, "since")?.parse().ok()?;
    Some(Since {
        at: reading.wall(at),
        by: text(&row.body, "by").map(|by| reading.rights.operator(by).to_owned()),
        reason: text(&row.body, REASON).map(ToOwned::to_owned),
    })
}

fn asked(reading: &Reading<'_>, def: &ControlDef, row: &Row) -> Option<AskedView> {
    let at = text(&row.body, "asked_at")?.parse().ok()?;
    Some(AskedView {
        value: proposed(def, &parsed(text(&row.body, "asked")?)?),
        by: reading
            .rights
            .operator(text(&row.body, "asked_by")?)
            .to_owned(),
        at: reading.wall(at),
        reason: text(&row.body, "asked_reason").map(ToOwned::to_owned),
    })
}
