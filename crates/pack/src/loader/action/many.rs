//! Checks of an action on many records at once.

use super::One;
use crate::expr::Program;
use crate::format::{Nature, SampleDef, SampleSize};
use crate::loader::problems::{Problems, Spot};
use crate::loader::{names, people};

/// Most records of one action at once.
const MAX_BULK: u32 = 1_000;

impl One<'_> {
    pub(super) fn bulk(&self, spot: &Spot, problems: &mut Problems) -> Option<Option<Program>> {
        let bulk = self.action.bulk.as_ref()?;
        names::row(&spot.at("row"), &bulk.row, problems);
        if !(1..=MAX_BULK).contains(&bulk.cap) {
            let message = format!("at once means 1 to {MAX_BULK} records");
            problems.error(&spot.at("cap"), "pack.bulk", message);
        }
        if self.action.any_revision && self.action.nature != Nature::Change {
            let message = "many at once, whatever their revision, only for what is a plain change";
            problems.error(&spot.key(), "pack.bulk", message);
        }
        if bulk.when.is_some() != bulk.otherwise.is_some() {
            let message = "`when` and `otherwise` go together: who is left out is told why";
            problems.error(spot, "pack.missing", message);
        }
        if let Some(sample) = &bulk.sample {
            self.sample(sample, bulk.cap, &spot.at("sample"), problems);
        }
        let allowed = self.world.bulk(self.record);
        let when = bulk.when.as_ref()?;
        Some(problems.program(&spot.at("when"), when, &allowed))
    }

    fn sample(&self, sample: &SampleDef, cap: u32, spot: &Spot, problems: &mut Problems) {
        names::row(&spot.at("row"), &sample.row, problems);
        let spot = spot.at("of");
        match &sample.of {
            SampleSize::Number(of) if *of == 0 || *of >= cap => {
                let message = "a sample is some, and fewer than are taken at once";
                problems.error(&spot, "pack.bulk", message);
            }
            SampleSize::Number(_) => {}
            SampleSize::Said(said) => {
                let spot = spot.at("setting");
                people::setting_of(self.world, &said.setting, &spot, problems);
                let def = self.world.pack.settings.get(&said.setting);
                let some = |def: &crate::format::SettingDef| {
                    def.default.as_u64().is_some_and(|of| of > 0)
                        && def.least.is_some_and(|least| least >= 1.0)
                };
                if def.is_some_and(|def| !some(def)) {
                    let message =
                        "a sample is a whole number with a default, and `least: 1` or more";
                    problems.error(&spot, "pack.wrong_type", message);
                }
            }
        }
    }
}
