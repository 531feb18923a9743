//! Which indexes the views of a kind want, so that a page of a view and its counts are read off an
//! index and nothing is sorted, however many records there are.
//!
//! - One for each indexed field: the field, `id`, the state, and of an amount its currency. Whoever
//!   sorts a view by it or filters by it walks along it, and sees those without reading the record. Of
//!   a field by which views are grouped also what they sum up.
//! - One for each shape of a view's sections: what is tested for one value, the view's own sort, `id`,
//!   then whatever else the section tests or the view sums up. Its rows stand there in order, and all
//!   that counting needs.
//! - One for each shape of what waits in a queue, by each deadline: what is due next is found among
//!   any number, and among as many that are long done.

use std::collections::BTreeSet;

use crate::chip;
use crate::filter::{self, Filter};
use crate::pack::{Kind, View};

/// A partial index over table `record`, for one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name: `record_<kind>_<field>`, or `record_<kind>_<view>_<number>`.
    pub name: String,
    /// SQL expressions in order, some with `DESC` behind.
    pub columns: Vec<String>,
}

/// The indexes of a kind. The one of a field has the name that [`Kind::indexed_expressions`] says.
pub fn indexes(kind: &Kind) -> Vec<Index> {
    let state = filter::column(kind, "state");
    let summed = summed(kind);
    let grouped = chip::groups(kind).into_iter();
    let grouped: BTreeSet<String> = grouped.map(|field| of_field(kind, field)).collect();
    let mut all: Vec<Index> = Vec::new();
    for (name, expression) in kind.indexed_expressions() {
        let currency = filter::currency(&expression);
        let currency = (currency != expression).then_some(currency);
        let mut columns = vec![expression, "id".to_owned()];
        add(&mut columns, state.iter().cloned().chain(currency));
        if grouped.contains(&name) {
            add(&mut columns, summed.iter().cloned());
        }
        all.push(Index { name, columns });
    }
    let mut shapes: Vec<Shape> = Vec::new();
    for view in kind.views.values() {
        for shape in shapes_of(kind, view) {
            // Sections that differ only in what is counted share one.
            match shapes.iter_mut().find(|known| known.order == shape.order) {
                Some(known) => add(&mut known.beside, shape.beside),
                None => shapes.push(shape),
            }
        }
    }
    for (number, shape) in shapes.into_iter().enumerate() {
        let mut columns = shape.order;
        add(&mut columns, shape.beside);
        all.push(Index {
            name: format!("record_{}${}${}", kind.name, shape.view, number + 1),
            columns,
        });
    }
    all
}

/// The index of a reference that has no other: records that refer to one are found along it, and views
/// grouped by it.
pub fn of_reference(kind: &Kind, field: &str) -> Option<Index> {
    let mut columns = vec![filter::column(kind, field)?, "id".to_owned()];
    add(&mut columns, filter::column(kind, "state"));
    add(&mut columns, summed(kind));
    Some(Index {
        name: of_field(kind, field),
        columns,
    })
}

/// What the views of a kind sum up: each amount, and its currency.
fn summed(kind: &Kind) -> Vec<String> {
    let mut columns = Vec::new();
    for view in kind.views.values() {
        let total = view.def.total.as_deref();
        if let Some(minor) = total.and_then(|name| filter::column(kind, name)) {
            let currency = filter::currency(&minor);
            add(&mut columns, [minor, currency]);
        }
    }
    columns
}

/// Name of the index of a field: of one that is indexed, and of a reference.
pub fn of_field(kind: &Kind, field: &str) -> String {
    format!("record_{}${field}", kind.name)
}

/// Indexes along which the rows of a section stand in order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Ways {
    /// It has nothing but rows that the section's tests for one value let through.
    pub within: Option<String>,
    /// It has every record of the kind; for a section that is a good part of them.
    pub along: Option<String>,
}

/// The ways through a section of a view, by its number, or through all of the view.
pub fn ways(kind: &Kind, view: &View, section: Option<usize>, sort: &[String]) -> Ways {
    let Some(order) = filter::order(kind, sort) else {
        return Ways::default();
    };
    let section = section.and_then(|number| view.sections.get(number));
    let tests: Vec<(String, bool)> = [Some(&view.filter), section]
        .into_iter()
        .flatten()
        .flat_map(Filter::tested)
        .collect();
    let mut one = Vec::new();
    let tested_for_one = tests.iter().filter(|(_, one)| *one);
    add(&mut one, tested_for_one.map(|(column, _)| column.clone()));
    let all = indexes(kind);
    let ordered = |after: &[String]| {
        let found = all.iter().find(|index| {
            let rest = index.columns.strip_prefix(after).unwrap_or_default();
            rest.starts_with(&order) || turned(rest).starts_with(&order)
        });
        found.map(|index| index.name.clone())
    };
    let along = ordered(&[]);
    // One that only tests for ranges has no index that begins with what it lets through.
    let within = match (one.is_empty(), tests.is_empty()) {
        (true, true) => along.clone(),
        (true, false) => None,
        (false, _) => ordered(&one),
    };
    Ways { within, along }
}

/// The terms of the other direction.
fn turned(terms: &[String]) -> Vec<String> {
    let turn = |term: &String| match term.strip_suffix(" DESC") {
        Some(bare) => bare.to_owned(),
        None => format!("{term} DESC"),
    };
    terms.iter().map(turn).collect()
}

/// What a section walks along, and what it looks at on the way.
struct Shape {
    view: String,
    order: Vec<String>,
    beside: Vec<String>,
}

fn shapes_of(kind: &Kind, view: &View) -> Vec<Shape> {
    let Some(sort) = filter::order(kind, &view.def.sort) else {
        return Vec::new();
    };
    let total = view.def.total.as_deref();
    let total = total.and_then(|name| filter::column(kind, name));
    let summed = total.map_or(Vec::new(), |minor| {
        let currency = filter::currency(&minor);
        vec![minor, currency]
    });
    let whole = Filter::default();
    let sections: Vec<(&Filter, bool)> = match view.sections.is_empty() {
        true => vec![(&whole, true)],
        false => {
            // Where no section says that it waits, the first does.
            let said = view.def.sections.iter().any(|section| section.waits);
            let waits = view.def.sections.iter().zip(0..);
            let waits = waits.map(|(section, place)| section.waits || !said && place == 0);
            view.sections.iter().zip(waits).collect()
        }
    };
    let deadlines: Vec<Vec<String>> = match &view.def.queue {
        Some(_) => deadlines(kind),
        None => Vec::new(),
    };
    let mut shapes = Vec::new();
    for (section, waits) in sections {
        let own = [(&sort, &summed)].into_iter();
        let nothing = Vec::new();
        let due = deadlines.iter().filter(|_| waits);
        let due = due.map(|order| (order, &nothing));
        shapes.extend(
            own.chain(due)
                .filter_map(|(order, summed)| shape(view, section, order, summed)),
        );
    }
    shapes
}

/// The order of each deadline that is a field.
fn deadlines(kind: &Kind) -> Vec<Vec<String>> {
    let fields = kind
        .clocks
        .values()
        .filter_map(|clock| clock.due_field(kind));
    fields
        .filter_map(|field| filter::order(kind, &[field]))
        .collect()
}

fn shape(view: &View, section: &Filter, sort: &[String], summed: &[String]) -> Option<Shape> {
    let tests = || [&view.filter, section].into_iter().flat_map(Filter::tested);
    let mut order = Vec::new();
    add(
        &mut order,
        tests().filter(|(_, one)| *one).map(|(column, _)| column),
    );
    // Without a value to begin at, the index of the first sort field does as well.
    if order.is_empty() {
        return None;
    }
    add(&mut order, sort.iter().cloned());
    let mut beside: Vec<String> = tests().map(|(column, _)| column).collect();
    beside.extend(summed.iter().cloned());
    Some(Shape {
        view: view.id.clone(),
        order,
        beside,
    })
}

/// Adds what is not there yet, in either direction.
fn add(columns: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for column in more {
        let bare = |text: &str| text.trim_end_matches(" DESC").to_owned();
        if !columns.iter().any(|known| bare(known) == bare(&column)) {
            columns.push(column);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::fixture;

    #[test]
    fn a_fields_index_carries_the_state_along() {
        let pack = fixture::pack();
        let all = indexes(pack.kind("ticket").unwrap());
        let price = all.iter().find(|index| index.name == "record_ticket$price");
        assert_eq!(
            price.unwrap().columns,
            [
                "json_extract(body, '$.price.minor')",
                "id",
                "json_extract(body, '$.state')",
                "json_extract(body, '$.price.currency')"
            ]
        );
        let state = all.iter().find(|index| index.name == "record_ticket$state");
        assert_eq!(
            state.unwrap().columns,
            [
                "json_extract(body, '$.state')",
                "id",
                "json_extract(body, '$.price.minor')",
                "json_extract(body, '$.price.currency')"
            ]
        );
    }

    #[test]
    fn groups_are_counted_and_summed_up_without_their_records() {
        let question = "SELECT value, count(*), currency, sum(minor)
            FROM (SELECT json_extract(body, '$.state') AS value,
                         json_extract(body, '$.price.currency') AS currency,
                         json_extract(body, '$.price.minor') AS minor
                  FROM record INDEXED BY record_ticket$state WHERE kind = 'ticket' LIMIT -1)
            GROUP BY 1, 3 ORDER BY 1, 3";
        let plan = plan(question);
        assert!(
            plan.contains("CO-ROUTINE")
                && plan.contains("SCAN record USING INDEX record_ticket$state"),
            "{plan}"
        );
    }

    /// How SQLite means to answer this, with the indexes of the kind.
    fn plan(sql: &str) -> String {
        let pack = fixture::pack();
        let db = rusqlite::Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE record (rowid INTEGER PRIMARY KEY, kind TEXT, id TEXT, body TEXT,
                                  computed TEXT, UNIQUE (kind, id))",
        )
        .unwrap();
        for index in indexes(pack.kind("ticket").unwrap()) {
            let columns = index.columns.join(", ");
            db.execute_batch(&format!(
                "CREATE INDEX {} ON record ({columns}) WHERE kind = 'ticket'",
                index.name
            ))
            .unwrap();
        }
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map([], |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
        steps.join("; ")
    }

    const OPEN: &str = "kind = 'ticket' AND json_extract(body, '$.state') = 'open'
        AND json_extract(computed, '$.ends_at') > '2026'";

    fn ways_of(sort: &str) -> Ways {
        let pack = fixture::pack();
        let kind = pack.kind("ticket").unwrap();
        ways(
            kind,
            pack.view("open").unwrap(),
            Some(0),
            &[sort.to_owned()],
        )
    }

    #[test]
    fn a_section_is_read_in_order_and_counted_without_its_records() {
        let within = ways_of("bought_at").within.unwrap();
        let order = "json_extract(body, '$.bought_at'), id";
        let rows = format!("SELECT body FROM record INDEXED BY {within} WHERE {OPEN}");
        assert_eq!(
            plan(&format!("{rows} ORDER BY {order} LIMIT 9")),
            format!("SEARCH record USING INDEX {within} (<expr>=?)")
        );
        let sums = "count(*), sum(json_extract(body, '$.price.minor')),
            min(json_extract(body, '$.price.currency'))";
        // SQLite does not call an index of expressions covering, though it reads them off it.
        assert_eq!(
            plan(&format!(
                "SELECT {sums} FROM record INDEXED BY {within} WHERE {OPEN}"
            )),
            format!("SEARCH record USING INDEX {within} (<expr>=?)")
        );
    }

    #[test]
    fn what_is_due_next_in_a_queue_is_searched_by_its_instant_either_way() {
        for (sort, way) in [("ends_at", ""), ("-ends_at", " DESC")] {
            let within = ways_of(sort).within.unwrap();
            let order = format!("json_extract(computed, '$.ends_at'){way}, id{way}");
            let rows = format!("SELECT body FROM record INDEXED BY {within} WHERE {OPEN}");
            assert_eq!(
                plan(&format!("{rows} ORDER BY {order} LIMIT 9")),
                format!("SEARCH record USING INDEX {within} (<expr>=? AND <expr>>?)")
            );
        }
    }

    #[test]
    fn either_way_of_a_sort_walks_along_its_index() {
        for (sort, way) in [("price", ""), ("-price", " DESC")] {
            let found = ways_of(sort);
            assert_eq!(found.within, None, "the view is sorted by something else");
            let along = found.along.unwrap();
            let order = format!("json_extract(body, '$.price.minor'){way}, id{way}");
            let rows = format!("SELECT body FROM record INDEXED BY {along} WHERE {OPEN}");
            assert_eq!(
                plan(&format!("{rows} ORDER BY {order} LIMIT 9")),
                format!("SCAN record USING INDEX {along}")
            );
        }
    }

    #[test]
    fn a_view_without_a_test_walks_along_the_index_of_its_sort() {
        let pack = fixture::pack();
        let kind = pack.kind("ticket").unwrap();
        let sort = ["nothing".to_owned()];
        let view = pack.view("open").unwrap();
        assert_eq!(ways(kind, view, None, &sort), Ways::default());
    }
}
