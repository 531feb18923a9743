//! A view by the values of a field: a section for each value, with how many and how much.

use rusqlite::types::Value as Sql;
use serde_json::Value;
use watchkeeper_pack::chip;
use watchkeeper_pack::{Kind, filter, indexes};

use super::narrow::Condition;
use super::sections::{BY_NUMBER, Counted, MIRROR, Section};
use crate::error::{Code, Error};
use crate::features::queues::cells::{money_view, one_value};
use crate::features::queues::view::CellValue;
use crate::features::reading::Reading;
use crate::store::has_index;
use crate::sync::text::identifier;

/// Most groups that have a section of their own; the smaller ones stand together in the last.
const MOST: usize = 200;
/// Id of what has no value.
const NOTHING: &str = "nothing";
/// Id of the groups that stand together.
pub(crate) const OTHERS: &str = "others";

struct Group {
    value: Sql,
    counted: Counted,
}

/// The groups of all that a view shows, in the pack's order, records referred to by their number.
/// `all` is the question for all of it; the view's money field is summed where that is wanted.
pub(crate) fn of(
    reading: &Reading<'_>,
    kind: &Kind,
    field: &str,
    all: &Section,
    (total, sums, few): (Option<&str>, bool, bool),
) -> Result<Vec<Section>, Error> {
    let column = filter::column(kind, field).ok_or(Error::new(Code::NotFound))?;
    let together = match indexes::of_field(kind, field) {
        index if all.from == MIRROR && !few && has_index(reading.cache, &index)? => Some(index),
        _ => None,
    };
    let by = match &together {
        Some(index) => format!(" INDEXED BY {}", identifier(index)),
        None if all.from == MIRROR && few => BY_NUMBER.to_owned(),
        None => String::new(),
    };
    let amount = total.filter(|_| sums);
    let amount = amount.and_then(|total| filter::column(kind, total));
    let mut groups = found(reading, &column, all, (by.as_str(), amount.as_deref()))?;
    arrange(kind, field, &mut groups);
    let rest = groups.split_off(groups.len().min(MOST));
    let section = |id: String, shown: Option<CellValue>, counted, condition: &Condition| {
        let mut within = Condition {
            text: all.filter.clone(),
            params: all.params.clone(),
        };
        within.and(condition);
        Section {
            group: shown,
            minutes_each: all.minutes_each,
            counted: Some(counted),
            together: together.clone(),
            ..Section::of(id, all.from, within)
        }
    };
    let mut sections: Vec<Section> = groups
        .iter()
        .map(|group| {
            let shown = one_value(reading, kind, field, &json(kind, field, &group.value))?;
            let (id, condition) = match &group.value {
                Sql::Null => (
                    NOTHING.to_owned(),
                    Condition::plain(format!("{column} IS NULL")),
                ),
                value => (
                    format!("is:{}", key(value)),
                    Condition {
                        text: format!("{column} = ?"),
                        params: vec![value.clone()],
                    },
                ),
            };
            Ok(section(id, Some(shown), group.counted.clone(), &condition))
        })
        .collect::<Result<_, Error>>()?;
    if !rest.is_empty() {
        let mut counted = Counted::default();
        rest.iter().for_each(|group| counted.add(&group.counted));
        let named: Vec<Sql> = groups.into_iter().map(|group| group.value).collect();
        let marks = vec!["?"; named.len()].join(", ");
        // What has no value stands last, and so among these.
        let condition = Condition {
            text: format!("({column} IS NULL OR {column} NOT IN ({marks}))"),
            params: named,
        };
        sections.push(section(OTHERS.to_owned(), None, counted, &condition));
    }
    Ok(sections)
}

/// The values that occur, each with how many records have it, and the sum of an amount where it is
/// named.
fn found(
    reading: &Reading<'_>,
    column: &str,
    all: &Section,
    (by, amount): (&str, Option<&str>),
) -> Result<Vec<Group>, Error> {
    let sums = match amount {
        Some(minor) => {
            let currency = filter::currency(minor);
            format!("sum({minor}), min({currency}), max({currency})")
        }
        None => "NULL, NULL, NULL".to_owned(),
    };
    let mut statement = reading.cache.prepare_cached(&format!(
        "SELECT {column}, count(*), {sums} FROM {}{by} WHERE {} GROUP BY 1",
        all.from, all.filter
    ))?;
    let params = rusqlite::params_from_iter(all.params.iter().cloned());
    let rows = statement.query_map(params, |row| {
        let said: Said = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok((row.get(0)?, row.get(1)?, said))
    })?;
    let mut groups = Vec::new();
    for row in rows {
        let (value, count, said): (Sql, u32, Said) = row?;
        let sums = match (amount, said) {
            // Amounts of several currencies are never added up.
            (Some(minor), (_, Some(least), Some(most))) if least != most => {
                return by_currency(reading, column, all, (by, minor));
            }
            (_, (Some(sum), Some(currency), _)) => vec![money_view(sum, &currency)],
            _ => Vec::new(),
        };
        groups.push(Group {
            value,
            counted: Counted { count, sums },
        });
    }
    Ok(groups)
}

/// A sum, and the first and last currency of what is in it.
type Said = (Option<i64>, Option<String>, Option<String>);

/// The same with the sums of each currency by itself.
fn by_currency(
    reading: &Reading<'_>,
    column: &str,
    all: &Section,
    (by, minor): (&str, &str),
) -> Result<Vec<Group>, Error> {
    // A question within the question, which its limit keeps apart: to sort by two terms SQLite would
    // read every record instead of the index that has both.
    let mut statement = reading.cache.prepare_cached(&format!(
        "SELECT value, count(*), currency, sum(minor)
         FROM (SELECT {column} AS value, {} AS currency, {minor} AS minor
               FROM {}{by} WHERE {} LIMIT -1)
         GROUP BY 1, 3 ORDER BY 1, 3",
        filter::currency(minor),
        all.from,
        all.filter
    ))?;
    let params = rusqlite::params_from_iter(all.params.iter().cloned());
    let rows = statement.query_map(params, |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let (value, count, currency, sum): (Sql, u32, Option<String>, Option<i64>) = row?;
        let sums = currency.zip(sum);
        let sums = sums.map(|(currency, sum)| money_view(sum, &currency));
        let counted = Counted {
            count,
            sums: sums.into_iter().collect(),
        };
        match groups.last_mut().filter(|group| group.value == value) {
            Some(group) => group.counted.add(&counted),
            None => groups.push(Group { value, counted }),
        }
    }
    Ok(groups)
}

/// States and words stand as the pack lists them, yes before no, records referred to with the most
/// first; what the pack does not know after that, and what has no value last.
fn arrange(kind: &Kind, field: &str, groups: &mut [Group]) {
    let words: Vec<&str> = match kind.fields.get(field) {
        Some(def) if field != "state" => def.one_of.iter().map(String::as_str).collect(),
        _ if field == "state" => kind.states.iter().map(|state| state.id.as_str()).collect(),
        _ => Vec::new(),
    };
    groups.sort_by_cached_key(|group| {
        let key = key(&group.value);
        let place = words.iter().position(|word| **word == *key);
        let yes = group.value == Sql::Integer(1);
        (
            group.value == Sql::Null,
            place.unwrap_or(words.len()),
            !yes,
            std::cmp::Reverse(group.counted.count),
            key,
        )
    });
}

fn key(value: &Sql) -> String {
    match value {
        Sql::Null | Sql::Blob(_) => String::new(),
        Sql::Integer(number) => number.to_string(),
        Sql::Real(number) => number.to_string(),
        Sql::Text(text) => text.clone(),
    }
}

/// A value as the record has it.
fn json(kind: &Kind, field: &str, value: &Sql) -> Value {
    let flag = chip::asks(kind, field) == Some(chip::Asks::Flag);
    match value {
        Sql::Integer(number) if flag => Value::from(*number != 0),
        Sql::Integer(number) => Value::from(*number),
        Sql::Real(number) => Value::from(*number),
        Sql::Text(text) => Value::from(text.as_str()),
        Sql::Null | Sql::Blob(_) => Value::Null,
    }
}
