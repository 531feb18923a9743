//! Zones: what the pack writes, and what its tenant says instead. Pure, the same on both sides.
//!
//! Everywhere `settings` are those that the tenant said; what it did not say counts as the pack's
//! default of it. A value that is no IANA zone counts as not said, and screens tell that it is none.

use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::{Pack, Report, Routine, Session};
use crate::format::{OccasionDef, RegionDef, Unfit};
use crate::schedule::Schedule;

impl Pack {
    /// Zone of the tenant's day: what it says by the pack's `zone_setting`, else the pack's own.
    pub fn zone_in(&self, settings: &Map<String, Value>) -> Tz {
        self.zone_said(settings).unwrap_or(self.zone)
    }

    /// The zone that the tenant says for its day; none where it says none.
    pub fn zone_said(&self, settings: &Map<String, Value>) -> Option<Tz> {
        self.said(self.zone_setting.as_deref(), settings)
    }

    /// Zone of a region's day.
    pub fn region_zone_in(&self, region: &RegionDef, settings: &Map<String, Value>) -> Tz {
        let said = self.said(region.zone_setting.as_deref(), settings);
        // The loader lets no region through whose zone is none.
        said.or_else(|| region.zone.parse().ok())
            .unwrap_or(self.zone)
    }

    /// Zone in which a session comes round: one that stands at it, else that of the day.
    pub fn session_zone_in(&self, session: &Session, settings: &Map<String, Value>) -> Tz {
        self.schedule_zone_in(session.def.zone.as_ref(), &session.schedule, settings)
    }

    /// Zone in which one of a routine's schedules comes round: its region's, else one that stands at
    /// it, else that of the day.
    pub fn routine_zone_in(
        &self,
        routine: &Routine,
        (region, schedule): (Option<&str>, &Schedule),
        settings: &Map<String, Value>,
    ) -> Tz {
        if let Some(region) = region.and_then(|region| self.regions.get(region)) {
            return self.region_zone_in(region, settings);
        }
        let written = match &routine.def.when {
            OccasionDef::Schedule(def) => def.zone.as_ref(),
            OccasionDef::Record(_) | OccasionDef::Asked => None,
        };
        self.schedule_zone_in(written, schedule, settings)
    }

    /// Zone in which a report is made: one that stands at it, else that of the day.
    pub fn report_zone_in(&self, report: &Report, settings: &Map<String, Value>) -> Tz {
        self.schedule_zone_in(
            report.def.schedule.zone.as_ref(),
            &report.schedule,
            settings,
        )
    }

    /// The tenant says a zone by this setting.
    pub fn is_zone_setting(&self, name: &str) -> bool {
        let regions = self.regions.values().map(|region| &region.zone_setting);
        let mut all = regions.chain([&self.zone_setting]).flatten();
        all.any(|setting| setting == name)
    }

    /// Whether a value fits a setting: as it is declared, and a zone where something goes by it as one.
    /// A setting that the pack does not have takes anything: nothing reads it.
    ///
    /// # Errors
    /// Says why it does not.
    pub fn accepts(&self, name: &str, value: &Value) -> Result<(), Unfit> {
        if let Some(def) = self.settings.get(name) {
            def.accepts(value)?;
        }
        if self.is_zone_setting(name) && zone_of(value).is_none() {
            return Err(Unfit::Zone);
        }
        Ok(())
    }

    fn schedule_zone_in(
        &self,
        written: Option<&String>,
        schedule: &Schedule,
        settings: &Map<String, Value>,
    ) -> Tz {
        match written {
            Some(_) => schedule.zone(),
            None => self.zone_in(settings),
        }
    }

    /// The zone that a setting says.
    fn said(&self, setting: Option<&str>, settings: &Map<String, Value>) -> Option<Tz> {
        let name = setting?;
        let default = || self.settings.get(name).map(|def| &def.default);
        zone_of(settings.get(name).or_else(default)?)
    }
}

/// The zone that a value names; none where it is none.
pub(crate) fn zone_of(value: &Value) -> Option<Tz> {
    value.as_str()?.trim().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use chrono_tz::{America, Asia, Australia, Europe, Pacific};
    use serde_json::json;

    use super::*;
    use crate::fixture;

    const ROUND: &str = "id: round\nlabel: Round\nrow: S-20\neach_region: true\ndue_minutes: 60\n\
        when: {schedule: {rule: FREQ=DAILY;BYHOUR=9;BYMINUTE=0}}\nitems: [{id: one, text: One}]\n";
    const NIGHT: &str = "id: night\nlabel: Night\nrow: S-21\ndue_minutes: 60\n\
        when: {schedule: {rule: FREQ=DAILY;BYHOUR=2;BYMINUTE=30}}\nitems: [{id: one, text: One}]\n";

    fn pack() -> Pack {
        let settings = "  own_zone: {row: S-3, label: Zone, type: string, needed: true}\n  \
                        north_zone: {row: S-4, label: North, default: Europe/Oslo}\n";
        let regions = "zone_setting: own_zone\nregions:\n  \
                       north: {row: S-5, label: North, zone: Europe/London, zone_setting: north_zone, \
                       currency: GBP, tax: none}\n  \
                       south: {row: S-6, label: South, zone: Asia/Dubai, currency: AED, tax: none}\n";
        let fixed = "sessions:\n  fixed: {row: S-7, label: Fixed, zone: Asia/Tokyo, \
                     rule: FREQ=DAILY;BYHOUR=9;BYMINUTE=0, minutes: 5}\n";
        let text = fixture::PACK
            .replace("currency: AUD\n", &format!("{regions}currency: AUD\n"))
            .replace("sessions:\n", fixed)
            .replace("settings:\n", &format!("settings:\n{settings}"));
        let files = [
            ("pack.yaml", text.as_str()),
            ("routines/round.yaml", ROUND),
            ("routines/night.yaml", NIGHT),
        ];
        crate::load_files(&fixture::files(&files)).unwrap()
    }

    fn said(zone: &str) -> Map<String, Value> {
        Map::from_iter([("own_zone".to_owned(), json!(zone))])
    }

    #[test]
    fn what_the_tenant_says_counts_and_what_is_no_zone_does_not() {
        let pack = pack();
        assert_eq!(pack.zone_in(&Map::new()), Australia::Melbourne);
        assert_eq!(pack.zone_in(&said("Europe/Paris")), Europe::Paris);
        assert_eq!(pack.zone_said(&said("Mars/Olympus")), None);
        assert_eq!(pack.zone_in(&said("Mars/Olympus")), Australia::Melbourne);
        // A region has its own setting, whose default is a zone; one without goes by what is written.
        let zone = |region: &str, settings: &Map<String, Value>| {
            pack.region_zone_in(&pack.regions[region], settings)
        };
        assert_eq!(zone("north", &said("Europe/Paris")), Europe::Oslo);
        let north = Map::from_iter([("north_zone".to_owned(), json!("Europe/Dublin"))]);
        assert_eq!(zone("north", &north), Europe::Dublin);
        assert_eq!(zone("south", &north), Asia::Dubai);
    }

    #[test]
    fn what_has_a_zone_of_its_own_keeps_it() {
        let pack = pack();
        let settings = said("America/New_York");
        let session = |name: &str| pack.session_zone_in(&pack.sessions[name], &settings);
        assert_eq!(session("fixed"), Asia::Tokyo);
        assert_eq!(session("thursday"), America::New_York);
        let routine = |name: &str| -> Vec<Tz> {
            let routine = &pack.routines[name];
            let each = routine.schedules.iter();
            each.map(|(region, schedule)| {
                pack.routine_zone_in(routine, (region.as_deref(), schedule), &settings)
            })
            .collect()
        };
        assert_eq!(routine("night"), [America::New_York]);
        assert_eq!(routine("round"), [Europe::Oslo, Asia::Dubai]);
    }

    #[test]
    fn a_session_moves_with_the_zone_that_the_tenant_says() {
        let pack = pack();
        // Wednesday, 1 April 2026; the clocks of Melbourne go back on the 5th, those of Auckland too.
        let now = crate::value::instant("2026-04-01T00:00:00Z").unwrap();
        let next = |settings: &Map<String, Value>, after| {
            let session = &pack.sessions["thursday"];
            let zone = pack.session_zone_in(session, settings);
            session.schedule.next_after_in(after, zone).unwrap()
        };
        let text = |settings: &Map<String, Value>| {
            let first = next(settings, now);
            [first, next(settings, first)].map(crate::value::instant_text)
        };
        let melbourne = ["2026-04-02T03:00:00.000Z", "2026-04-09T04:00:00.000Z"];
        assert_eq!(text(&Map::new()), melbourne);
        let auckland = ["2026-04-02T01:00:00.000Z", "2026-04-09T02:00:00.000Z"];
        assert_eq!(text(&said("Pacific/Auckland")), auckland);
        assert_eq!(pack.zone_in(&said("Pacific/Auckland")), Pacific::Auckland);
        assert_eq!(text(&Map::new()), melbourne, "nothing is left of it");
        let (_, session, _) = pack.next_session(&said("Europe/Paris"), now).unwrap();
        assert_eq!(session.def.label, "Fixed");
    }

    #[test]
    fn a_local_time_that_a_clock_change_skips_or_repeats_is_resolved_in_the_zone_that_is_said() {
        let pack = pack();
        let night = &pack.routines["night"];
        let next = |zone: &str, after: &str| {
            let (region, schedule) = &night.schedules[0];
            let zone = pack.routine_zone_in(night, (region.as_deref(), schedule), &said(zone));
            let after = crate::value::instant(after).unwrap();
            crate::value::instant_text(schedule.next_after_in(after, zone).unwrap())
        };
        // 29 March 2026 has no 02:30 in Paris: the first instant that there is, 03:00.
        let skipped = next("Europe/Paris", "2026-03-28T12:00:00Z");
        assert_eq!(skipped, "2026-03-29T01:00:00.000Z");
        // 25 October 2026 has two: the first.
        let repeated = next("Europe/Paris", "2026-10-24T12:00:00Z");
        assert_eq!(repeated, "2026-10-25T00:30:00.000Z");
        // Where no clock changes that night it is 02:30.
        let plain = next("Asia/Tokyo", "2026-03-28T12:00:00Z");
        assert_eq!(plain, "2026-03-28T17:30:00.000Z");
    }

    #[test]
    fn a_value_that_is_no_zone_is_refused_where_one_is_asked_for() {
        let pack = pack();
        assert_eq!(pack.accepts("own_zone", &json!("Europe/Paris")), Ok(()));
        assert_eq!(pack.accepts("own_zone", &json!("Paris")), Err(Unfit::Zone));
        assert_eq!(pack.accepts("own_zone", &json!("  ")), Err(Unfit::Empty));
        assert_eq!(
            pack.accepts("north_zone", &json!("+01:00")),
            Err(Unfit::Zone)
        );
        assert_eq!(pack.accepts("mode", &json!("easy")), Ok(()));
        assert_eq!(pack.accepts("gone", &json!("Paris")), Ok(()));
    }
}
