//! Rows of the mirror, as a set of their numbers in memory.

use roaring::RoaringTreemap;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Params};

use super::narrow::Condition;
use crate::error::Error;

/// Numbers of rows.
#[derive(Clone, Default)]
pub(super) struct RowSet(RoaringTreemap);

/// How SQL asks whether a row is in a set.
pub(super) enum Test {
    /// In this list, as JSON: SQLite goes to these rows and to no others.
    Listed(String),
    /// By this function, which finds no row by itself.
    Asked(&'static str),
}

impl RowSet {
    /// The rows that a question answers, which asks for nothing but their numbers.
    pub(super) fn read(cache: &Connection, text: &str, params: impl Params) -> Result<Self, Error> {
        let mut statement = cache.prepare_cached(text)?;
        let mut rows = statement.query(params)?;
        let mut numbers = RoaringTreemap::new();
        while let Some(row) = rows.next()? {
            numbers.insert(row.get::<_, i64>(0)?.cast_unsigned());
        }
        Ok(Self(numbers))
    }

    /// Those that are in the other, too, where there is one.
    pub(super) fn within(mut self, other: Option<&Self>) -> Self {
        if let Some(other) = other {
            self.0 &= &other.0;
        }
        self
    }

    /// How many.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Lets SQL of this connection ask for them: up to so many stand in the question itself, more are
    /// asked for by this function.
    ///
    /// Of each name a connection has one function, that of the last set. It stays when the look is over,
    /// but answers nobody: the only question with its name comes from here, behind a set of its own. No
    /// look has two sets of a name.
    ///
    /// SQLite changes no function while a statement of the connection is under way, and prepares those
    /// that it keeps anew afterwards. So the sets of a look are all read, and their statements are over,
    /// before the first of them is put here; and few rows need no function.
    pub(super) fn test(
        self,
        cache: &Connection,
        function: &'static str,
        listed: u32,
    ) -> Result<Test, Error> {
        if self.len() <= listed {
            let numbers: Vec<i64> = self.0.iter().map(u64::cast_signed).collect();
            return Ok(Test::Listed(serde_json::json!(numbers).to_string()));
        }
        // Not deterministic: in the next look another set stands behind the name.
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        let numbers = self.0;
        cache.create_scalar_function(function, 1, flags, move |asked: &Context<'_>| {
            Ok(numbers.contains(asked.get::<i64>(0)?.cast_unsigned()))
        })?;
        Ok(Test::Asked(function))
    }
}

impl Test {
    /// Asks it of the number in this column.
    pub(super) fn of(&self, column: &str) -> Condition {
        match self {
            Self::Listed(numbers) => Condition {
                text: format!("{column} IN (SELECT value FROM json_each(?))"),
                params: vec![Sql::Text(numbers.clone())],
            },
            Self::Asked(function) => Condition::plain(format!("{function}({column})")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )]

    use super::*;

    fn mirror(rows: i64) -> Connection {
        let cache = Connection::open_in_memory().unwrap();
        cache
            .execute_batch("CREATE TABLE record (rowid INTEGER PRIMARY KEY, odd INTEGER)")
            .unwrap();
        for row in 1..=rows {
            let odd = row % 2;
            cache
                .execute("INSERT INTO record VALUES (?1, ?2)", [row, odd])
                .unwrap();
        }
        cache
    }

    fn every(cache: &Connection, nth: i64) -> RowSet {
        RowSet::read(
            cache,
            "SELECT rowid FROM record WHERE rowid % ?1 = 0",
            [nth],
        )
        .unwrap()
    }

    fn odd(cache: &Connection, test: &Test) -> Vec<i64> {
        let asked = test.of("rowid");
        let text = format!(
            "SELECT rowid FROM record WHERE {} AND odd = 1 ORDER BY rowid",
            asked.text
        );
        let mut statement = cache.prepare_cached(&text).unwrap();
        let params = rusqlite::params_from_iter(asked.params);
        let rows = statement.query_map(params, |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_list_and_a_function_answer_alike_and_each_for_the_set_it_was_made_for() {
        let cache = mirror(100);
        // The statement with the function is one and the same, kept by the connection.
        for nth in [3, 5, 7] {
            let wanted: Vec<i64> = (1..=100).filter(|row| row % (2 * nth) == nth).collect();
            let set = every(&cache, nth);
            assert_eq!(i64::from(set.len()), 100 / nth);
            let most = set.len();
            let listed = set.clone().test(&cache, "narrowed_to", most).unwrap();
            assert!(matches!(listed, Test::Listed(_)));
            let asked = set.test(&cache, "narrowed_to", most - 1).unwrap();
            assert!(matches!(asked, Test::Asked(_)));
            assert_eq!(odd(&cache, &listed), wanted);
            assert_eq!(odd(&cache, &asked), wanted);
        }
    }

    #[test]
    fn what_is_in_two_sets_is_in_both() {
        let cache = mirror(100);
        let both = every(&cache, 3).within(Some(&every(&cache, 5)));
        assert_eq!(both.len(), 6);
        let test = both.test(&cache, "narrowed_to", 0).unwrap();
        assert_eq!(odd(&cache, &test), [15, 45, 75]);
        let none = every(&cache, 3).within(Some(&RowSet::default()));
        let test = none.test(&cache, "narrowed_to", 0).unwrap();
        assert!(odd(&cache, &test).is_empty());
    }

    #[test]
    fn few_rows_are_gone_to_and_no_others_are_read() {
        let cache = mirror(100);
        let test = every(&cache, 50).test(&cache, "narrowed_to", 100).unwrap();
        let asked = test.of("rowid");
        let text = format!(
            "EXPLAIN QUERY PLAN SELECT odd FROM record NOT INDEXED WHERE odd = 1 AND {}",
            asked.text
        );
        let mut statement = cache.prepare(&text).unwrap();
        let params = rusqlite::params_from_iter(asked.params);
        let lines = statement.query_map(params, |row| row.get(3)).unwrap();
        let lines: Vec<String> = lines.collect::<Result<_, _>>().unwrap();
        assert!(
            lines
                .iter()
                .any(|line| line.contains("SEARCH record USING INTEGER PRIMARY KEY")),
            "{lines:?}"
        );
    }
}
