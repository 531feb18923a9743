//! The world of one tenant, in one of its two forms, and what it is made of at an instant.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::Pack;
use watchkeeper_wire::ingest::{Incoming, MAX_INGEST};
use watchkeeper_wire::session::Tenant;

use super::documents::Stored;
use super::operations::{self, Named, OperationOf, Step, SwitchedOf};
use super::rows::{self, RowsWorld, Scenario};
use super::world::{OperatorDef, World, WorldError};
use super::{disputes, generate, life, pages};
use crate::connectors::pagerduty::Page;
use crate::connectors::paypal::Dispute;
use crate::connectors::stand_in::{Charge, PastRefund};

/// The world of one tenant.
pub(super) struct Place {
    /// Folder of its pack.
    pub(super) folder: PathBuf,
    /// That folder's own name.
    pub(super) name: String,
    /// What stands in its `demo.yaml`.
    pub(super) form: Form,
}

/// The two forms of a world.
pub(super) enum Form {
    /// Generated, with rows on top; it lives.
    Drawn(Box<World>),
    /// Rows alone.
    Rows(Box<RowsWorld>),
}

/// What a world is made of.
pub(super) struct Made {
    pub(super) records: Vec<Incoming>,
    /// So many of them are brought at once.
    pub(super) at_once: usize,
    pub(super) files: Vec<Stored>,
    /// What the provider has in its own book.
    pub(super) charges: Vec<Charge>,
    pub(super) refunds: Vec<PastRefund>,
    /// Disputes that it has.
    pub(super) disputes: Vec<Dispute>,
    /// Pages that are out.
    pub(super) pages: Vec<Page>,
    pub(super) controls: Map<String, Value>,
    pub(super) settings: Map<String, Value>,
    /// Who switched which of the controls.
    pub(super) named: Vec<Named>,
    /// What was done and asked for before, oldest first.
    pub(super) steps: Vec<Step>,
    /// What arrives next, where it lives.
    pub(super) next: Option<life::Next>,
}

impl Place {
    /// A generated world.
    pub(super) fn drawn(folder: &Path) -> Result<Self, WorldError> {
        let world = World::read(folder)?;
        Ok(Self::new(folder, Form::Drawn(Box::new(world))))
    }

    /// A world of rows.
    pub(super) fn rows(folder: &Path) -> Result<Self, WorldError> {
        let world = RowsWorld::read(folder)?;
        Ok(Self::new(folder, Form::Rows(Box::new(world))))
    }

    fn new(folder: &Path, form: Form) -> Self {
        let name = folder.file_name().unwrap_or_default();
        Self {
            folder: folder.to_owned(),
            name: name.to_string_lossy().into_owned(),
            form,
        }
    }

    /// Its tenant.
    pub(super) fn tenant(&self) -> Tenant {
        let def = match &self.form {
            Form::Drawn(world) => &world.tenant,
            Form::Rows(world) => &world.tenant,
        };
        Tenant {
            id: def.id.clone(),
            name: def.name.clone(),
            zone: def.zone.clone(),
        }
    }

    /// Who sits in front of the app, and who watches and steers the stand-ins.
    pub(super) fn operator_and_admin(&self) -> (&OperatorDef, &OperatorDef) {
        match &self.form {
            Form::Drawn(world) => (&world.operator, &world.admin),
            Form::Rows(world) => (&world.operator, &world.admin),
        }
    }

    /// Who works there: whoever sits in front of the app first.
    pub(super) fn people(&self) -> impl Iterator<Item = &OperatorDef> {
        let (operator, others) = match &self.form {
            Form::Drawn(world) => (&world.operator, &world.others),
            Form::Rows(world) => (&world.operator, &world.others),
        };
        std::iter::once(operator).chain(others)
    }

    /// What they did and asked for before.
    pub(super) fn operations(&self) -> &[OperationOf] {
        match &self.form {
            Form::Drawn(world) => &world.operations,
            Form::Rows(world) => &world.operations,
        }
    }

    /// Who of them switched a control.
    pub(super) fn switched(&self) -> &[SwitchedOf] {
        match &self.form {
            Form::Drawn(world) => &world.switched,
            Form::Rows(world) => &world.switched,
        }
    }

    /// Other days than every day.
    pub(super) fn scenarios(&self) -> &[Scenario] {
        match &self.form {
            Form::Drawn(world) => &world.scenarios,
            Form::Rows(world) => &world.scenarios,
        }
    }

    /// It has another day of this name.
    pub(super) fn has(&self, scenario: &str) -> bool {
        self.scenarios().iter().any(|day| day.id == scenario)
    }

    /// What it is made of, with its instants told from `start`; says in words what cannot be made.
    pub(super) fn made(
        &self,
        pack: &Pack,
        (seed, start): (u64, DateTime<Utc>),
        scenario: Option<&str>,
    ) -> Result<Made, String> {
        let (usual, days) = match &self.form {
            Form::Drawn(world) => (&world.controls, &world.scenarios),
            Form::Rows(world) => (&world.controls, &world.scenarios),
        };
        let controls = rows::controls(usual, days, scenario);
        let named = operations::named(self, pack, (start, &controls))?;
        let steps = operations::steps(self, pack, start)?;
        match &self.form {
            Form::Drawn(world) => {
                let day = scenario.and_then(|name| world.days.get(name));
                let mut generated = generate(world, (seed, start), day);
                world.situations(pack, start, scenario, &mut generated.records)?;
                let mut charges = generated.charges;
                charges.extend(rows::charges(&world.charges, &generated.records));
                let next = life::Next::first(world, (seed, start), &generated.records);
                Ok(Made {
                    at_once: generated.records.len().max(1),
                    records: generated.records,
                    files: Vec::new(),
                    charges,
                    refunds: generated.refunds,
                    disputes: Vec::new(),
                    pages: Vec::new(),
                    controls,
                    settings: Map::new(),
                    named,
                    steps,
                    next: Some(next),
                })
            }
            Form::Rows(world) => {
                let (records, files) = world.filled(pack, (seed, start), scenario)?;
                Ok(Made {
                    at_once: MAX_INGEST,
                    charges: rows::charges(&world.charges, &records),
                    disputes: disputes::disputes(&world.disputes, &records),
                    pages: pages::pages(&world.pages, &records),
                    refunds: rows::refunds(&world.charges, &records),
                    records,
                    files,
                    controls,
                    settings: world.settings.clone(),
                    named,
                    steps,
                    next: None,
                })
            }
        }
    }
}
