//! Checks of metrics.

use super::problems::{Problems, Spot};
use super::scopes::{World, columns};
use super::{alert, names, record};
use crate::format::{Aggregate, BandDef, FieldType, MeasureDef, MetricFile, Unit, WindowDef};
use crate::measure::Measure;
use crate::pack::Metric;

/// Longest window, in days.
const MAX_DAYS: u32 = 800;
/// Most points of a sparkline.
const MAX_POINTS: u32 = 60;

pub(super) fn check(
    world: &World<'_>,
    id: &str,
    def: &MetricFile,
    problems: &mut Problems,
) -> Option<Metric> {
    let spot = Spot::file(&format!("metrics/{id}.yaml"));
    names::row(&spot.at("row"), &def.row, problems);
    if !names::is_name(id) {
        problems.error(&spot.at("id"), "pack.name", format!("`{id}` is no name"));
    }
    window(def, &spot, problems);
    numbers_of(def, &spot, problems);
    bands(&def.bands, &spot.at("bands"), problems);
    if let Some(view) = &def.view {
        alert::view(world, view, &spot.at("view"), problems);
    }
    let measure = measure(world, def, &def.measure, &spot.at("measure"), problems);
    let per = def
        .per
        .as_ref()
        .map(|per| self::measure(world, def, per, &spot.at("per"), problems));
    let stated = def.stated.as_ref().map(|stated| {
        let spot = spot.at("stated/measure");
        self::measure(world, def, &stated.measure, &spot, problems)
    });
    if let (Some(by), Some(kind)) = (&def.by, world.records.get(&def.measure.kind)) {
        let found = columns(kind).find(by);
        let good = found.is_some_and(|(type_, indexed, _)| indexed && type_ != FieldType::Money);
        if !good {
            let message = format!("`{by}` is no indexed field of what is measured");
            problems.error(&spot.at("by"), "pack.unknown_name", message);
        }
    }
    let note = def.note.as_ref().map(|source| {
        problems.template(&spot.at("note"), source, world.zone, &world.metric_note())
    });
    let all = |part: Option<Option<Measure>>| match part {
        None => Some(None),
        Some(measure) => measure.map(Some),
    };
    Some(Metric {
        def: def.clone(),
        measure: measure?,
        per: all(per)?,
        stated: all(stated)?,
        note: match note {
            None => None,
            Some(note) => Some(note?),
        },
    })
}

/// Metrics that the first screen names.
pub(super) fn numbers(world: &World<'_>, problems: &mut Problems) {
    let spot = Spot::file("pack.yaml").at("numbers");
    let names = world.pack.numbers.iter().enumerate();
    let spots = names.clone().map(|(i, name)| (name.as_str(), spot.at(i)));
    names::distinct(spots.collect(), problems);
    for (index, name) in names {
        if !world.metrics.contains_key(name) && !world.unparsed.contains(name) {
            let near = crate::expr::nearest(name, world.metrics.keys().map(String::as_str));
            let message = format!("unknown metric `{name}`{near}");
            problems.error(&spot.at(index), "pack.unknown_name", message);
        }
    }
}

fn window(def: &MetricFile, spot: &Spot, problems: &mut Problems) {
    let length = match def.window {
        WindowDef::Hours(hours) => Some(hours.div_ceil(24)),
        WindowDef::Days(days) => Some(days),
        _ => None,
    };
    if length.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        let message = format!("a window has 1 to {MAX_DAYS} days");
        problems.error(&spot.at("window"), "pack.metric", message);
    }
    let unfinished = matches!(def.window, WindowDef::Week | WindowDef::Month);
    if def.project && !unfinished {
        let message = "only a week or a month has an end to carry on to";
        problems.error(&spot.at("project"), "pack.metric", message);
    }
    if def.compare && def.window == WindowDef::Now {
        let message = "`now` has no window before it";
        problems.error(&spot.at("compare"), "pack.metric", message);
    }
    if def.points > MAX_POINTS {
        let message = format!("a sparkline has at most {MAX_POINTS} points");
        problems.error(&spot.at("points"), "pack.metric", message);
    }
    let timeless = |m: &MeasureDef| m.at.is_none() && m.during.is_none();
    if def.points > 1 && (timeless(&def.measure) || def.per.as_ref().is_some_and(timeless)) {
        let hint = "give the measure `at` or `during`";
        let message = "what has no instant has no past, so no points";
        problems.error_with(&spot.at("points"), "pack.metric", message, hint);
    }
}

fn numbers_of(def: &MetricFile, spot: &Spot, problems: &mut Problems) {
    for (name, number) in [("target", def.target), ("limit", def.limit)] {
        if number.is_some_and(|n| !n.is_finite()) {
            let message = "a finite number is needed";
            problems.error(&spot.at(name), "pack.metric", message);
        }
    }
    if def.unit == Unit::Share && def.per.is_none() && def.measure.answer == Aggregate::Count {
        let message = "a share of what? give `per`";
        problems.error(&spot.at("unit"), "pack.missing", message);
    }
}

/// Each band has at most one edge on either side, and none lies within one that is worse: the first
/// that holds counts, so it would never be seen.
fn bands(bands: &[BandDef], spot: &Spot, problems: &mut Problems) {
    let mut before: Vec<Span> = Vec::new();
    for (index, band) in bands.iter().enumerate() {
        let spot = spot.at(index);
        names::row(&spot.at("row"), &band.row, problems);
        if band.above.is_some() && band.from.is_some() || band.below.is_some() && band.to.is_some()
        {
            let message = "one lower and one upper edge at most";
            problems.error(&spot, "pack.band", message);
            continue;
        }
        let edges = [band.above, band.from, band.below, band.to];
        if edges.iter().all(Option::is_none) || edges.iter().flatten().any(|e| !e.is_finite()) {
            problems.error(&spot, "pack.band", "a band has a finite edge");
            continue;
        }
        let span = Span::of(band);
        if span.is_empty() {
            problems.error(&spot, "pack.band", "no value lies in this band");
        } else if before.iter().any(|worse| worse.holds(&span)) {
            let message = "a band before this one takes all its values";
            problems.error(&spot, "pack.band", message);
        }
        before.push(span);
    }
}

/// A band as two edges; each with whether the edge itself lies outside.
struct Span {
    low: (f64, bool),
    high: (f64, bool),
}

impl Span {
    fn of(band: &BandDef) -> Self {
        let low = band.above.map(|edge| (edge, true));
        let low = low.or(band.from.map(|edge| (edge, false)));
        let high = band.below.map(|edge| (edge, true));
        let high = high.or(band.to.map(|edge| (edge, false)));
        Self {
            low: low.unwrap_or((f64::NEG_INFINITY, false)),
            high: high.unwrap_or((f64::INFINITY, false)),
        }
    }

    fn is_empty(&self) -> bool {
        self.low.0 > self.high.0 || self.low.0 == self.high.0 && (self.low.1 || self.high.1)
    }

    fn holds(&self, other: &Self) -> bool {
        let low =
            self.low.0 < other.low.0 || self.low.0 == other.low.0 && (!self.low.1 || other.low.1);
        let high = self.high.0 > other.high.0
            || self.high.0 == other.high.0 && (!self.high.1 || other.high.1);
        low && high
    }
}

fn measure(
    world: &World<'_>,
    metric: &MetricFile,
    def: &MeasureDef,
    spot: &Spot,
    problems: &mut Problems,
) -> Option<Measure> {
    let Some(kind) = world.records.get(&def.kind) else {
        if !world.knows(&def.kind) {
            record::unknown_kind(world, &def.kind, &spot.at("kind"), problems);
        }
        return None;
    };
    let columns = columns(kind);
    let before = problems.list.len();
    let instant = |name: &str, spot: &Spot, problems: &mut Problems| match columns.find(name) {
        None => {
            let known = columns.fields.keys().chain(columns.computed.keys());
            let near = crate::expr::nearest(name, known.map(String::as_str));
            let message = format!("unknown field `{name}`{near}");
            problems.error(spot, "pack.unknown_name", message);
        }
        Some((type_, ..)) if type_ != FieldType::Timestamp => {
            let message = format!("`{name}` is no instant");
            problems.error(spot, "pack.wrong_type", message);
        }
        Some((_, false, _)) => {
            let hint = "add `indexed: true` to the field";
            let message = format!("`{name}` is not indexed, so no window can be cut by it");
            problems.error_with(spot, "pack.not_indexed", message, hint);
        }
        Some(_) => {}
    };
    if let Some(at) = &def.at {
        instant(at, &spot.at("at"), problems);
    }
    if let Some(during) = &def.during {
        instant(&during.from, &spot.at("during/from"), problems);
        for (index, until) in during.until.iter().enumerate() {
            instant(until, &spot.at("during/until").at(index), problems);
        }
        if during.until.is_empty() {
            let message = "a span ends with some instant";
            problems.error(&spot.at("during"), "pack.missing", message);
        }
    }
    match (&def.at, &def.during) {
        (Some(_), Some(_)) => {
            let message = "either `at` or `during`";
            problems.error(&spot.at("during"), "pack.metric", message);
        }
        (None, None) if metric.window != WindowDef::Now => {
            let message = "a window is cut by an instant: give `at` or `during`";
            problems.error(spot, "pack.missing", message);
        }
        _ => {}
    }
    answer(metric, def, columns, spot, problems);
    let where_ = spot.at("where");
    let filter = record::filter(&def.filter, columns, &world.standing(), &where_, problems);
    if problems.list.len() > before {
        return None;
    }
    Measure::compile(def, columns, filter?)
}

fn answer(
    metric: &MetricFile,
    def: &MeasureDef,
    columns: crate::filter::Columns<'_>,
    spot: &Spot,
    problems: &mut Problems,
) {
    if def.answer == Aggregate::Last && def.at.is_none() {
        let message = "the newest by which instant? give `at`";
        problems.error(spot, "pack.missing", message);
    }
    let field = def.field.as_deref().map(|name| (name, columns.find(name)));
    let type_ = match (def.answer, field) {
        (Aggregate::Count, None) => return,
        (Aggregate::Count, Some(_)) => {
            let message = "`count` needs no field";
            return problems.error(&spot.at("field"), "pack.metric", message);
        }
        (_, None) => {
            return problems.error(spot, "pack.missing", "this answer needs a `field`");
        }
        (_, Some((name, None))) => {
            let known = columns.fields.keys().chain(columns.computed.keys());
            let near = crate::expr::nearest(name, known.map(String::as_str));
            let message = format!("unknown field `{name}`{near}");
            return problems.error(&spot.at("field"), "pack.unknown_name", message);
        }
        (_, Some((_, Some((type_, ..))))) => type_,
    };
    let money = type_ == FieldType::Money;
    // Money of money is a share.
    let is_share_of_another = metric.unit == Unit::Share && metric.per.is_some();
    if !money && !matches!(type_, FieldType::Integer | FieldType::Number) {
        let message = "this field is no number";
        problems.error(&spot.at("field"), "pack.wrong_type", message);
    } else if money && metric.unit != Unit::Money && !is_share_of_another {
        let hint = "the metric counts in something else; write `unit: money`";
        let message = "this field is money";
        problems.error_with(&spot.at("field"), "pack.wrong_type", message, hint);
    } else if !money && metric.unit == Unit::Money {
        let message = "the metric counts in money, this field is none";
        problems.error(&spot.at("field"), "pack.wrong_type", message);
    }
}
