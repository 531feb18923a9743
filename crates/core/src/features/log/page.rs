//! A page of the log.

use super::entry;
use super::queries::{Search, groups, head, matching, newest, newest_of};
use super::sorts::{counts, wanted};
use super::view::{LogPage, LogRequest};
use crate::audit;
use crate::engine::{ChainCheck, Engine};
use crate::error::Error;
use crate::features::reading::{Reading, read};
use crate::features::sync::view::ChainView;
use crate::sync::enrol::machine_name;

/// The most entries of one page.
const MOST: u32 = 500;

/// A page of the log, newest first.
pub async fn page(engine: &Engine, request: LogRequest) -> Result<LogPage, Error> {
    let check = engine.chain_check();
    read(engine, move |reading| answer(reading, &check, &request)).await
}

fn answer(
    reading: &Reading<'_>,
    check: &ChainCheck,
    request: &LogRequest,
) -> Result<LogPage, Error> {
    let me = (reading.me.as_str(), reading.rights.operator(&reading.me));
    let search = Search::new(&request.search, me);
    let groups = groups(reading.state, &search)?;
    let wanted = wanted(&groups, &request.sorts);
    let limit = usize::try_from(request.limit.clamp(1, MOST)).unwrap_or(1);
    let all = wanted.len() == groups.len();
    let before = request.before.map_or(i64::MAX, i64::from);
    let mut found = if search.is_empty() && all {
        newest(reading.state, before, limit + 1)?
    } else if search.is_empty() {
        newest_of(reading.state, &wanted, before, limit + 1)?
    } else {
        matching(reading.state, &search, &wanted, before, limit + 1)?
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let countersigned = audit::last_signed(reading.state)?.map_or(0, |head| head.seq);
    let entries = found
        .iter()
        .map(|seq| entry::shown(reading, *seq, countersigned))
        .collect::<Result<_, Error>>()?;
    let total = wanted
        .iter()
        .fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
    Ok(LogPage {
        entries,
        more,
        total,
        chain: ChainView {
            entries: audit::length(reading.state)?,
            countersigned: small(countersigned),
            broken_at: check.broken.as_ref().map(|broken| small(broken.seq)),
        },
        checked_at: check.at.map(|at| reading.wall(at)),
        broken: check.broken.as_ref().map(sentence),
        sorts: counts(&groups),
        device: machine_name(),
        head: head(reading.state)?,
    })
}

/// What is wrong, as a sentence.
fn sentence(broken: &watchkeeper_model::audit::Break) -> String {
    let text = broken.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
