//! Providers that do not let the platform in: an alert for each, by a rule of the engine's own that stands in no
//! pack. It goes by what the operations say that wait for them, so it begins and ends with that.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use watchkeeper_model::alert::Found;
use watchkeeper_pack::format::{AlertFile, Connector, Severity};
use watchkeeper_pack::sight::KEEPS_OUT;
use watchkeeper_wire::problem::Code;

use super::look::Look;
use super::settle::settle;
use super::watched::{MAX_TRIES, Sight, Which};
use crate::connectors::{self, name, tells_of};
use crate::problem::ApiError;

/// As many that wait are counted; more are more.
const COUNTED: usize = 10;

/// Looks at all providers of a tenant and writes what becomes of their episodes. `let_in` is
/// told whether all let the platform in and no episode is open; while it is not known, it is not so.
pub(super) async fn look_at(sight: &Sight<'_>, let_in: &mut bool) -> Result<(), ApiError> {
    let rule = rule();
    let store = &sight.platform.store;
    for _ in 0..MAX_TRIES {
        let told = store
            .calls_told(sight.tenant, connectors::KEEPS_OUT)
            .await?;
        if told.is_empty() && *let_in {
            return Ok(());
        }
        let mut kept: BTreeMap<Connector, (DateTime<Utc>, usize)> = BTreeMap::new();
        for (provider, said) in &told {
            if tells_of(said, *provider) {
                let (since, count) = kept.entry(*provider).or_insert((said.decided_at, 0));
                *since = said.decided_at.min(*since);
                *count += 1;
            }
        }
        let none = kept.is_empty();
        let looks = kept.into_iter().map(|(provider, (since, count))| Look {
            id: name(provider).to_owned(),
            kind: None,
            region: None,
            found: Found::Holds(Some(since)),
            detail: Some(detail(provider, count)),
            value: None,
            changes_at: None,
        });
        let settled = settle(sight, &rule, &Which::All, looks.collect()).await?;
        if settled.is_some() {
            *let_in = none;
            return Ok(());
        }
    }
    Err(Code::Unavailable.into())
}

fn detail(provider: Connector, count: usize) -> String {
    let waits = match count {
        1 => "1 effect waits".to_owned(),
        // Said to the end, each that comes or goes would write the alert anew.
        count if count > COUNTED => format!("more than {COUNTED} effects wait"),
        count => format!("{count} effects wait"),
    };
    format!(
        "{} does not accept the platform's key, or the key lacks a right: {waits} for it. \
         Check the key in the configuration of the platform's host. Nothing is lost: what waits goes on by itself \
         as soon as the key is good again.",
        name(provider)
    )
}

fn rule() -> AlertFile {
    AlertFile {
        id: KEEPS_OUT.to_owned(),
        row: "engine".to_owned(),
        label: "A provider does not let the platform in".to_owned(),
        detail: String::new(),
        severity: Severity::Red,
        each: None,
        metric: None,
        when: String::new(),
        changes_at: Vec::new(),
        since: None,
        for_minutes: 0,
        keep_firing_minutes: 0,
        rule: "red at once".to_owned(),
        view: None,
        playbook: None,
        escalation: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_which_provider_how_many_wait_and_what_to_do() {
        let one = detail(Connector::Stripe, 1);
        assert!(one.starts_with("Stripe "), "{one}");
        assert!(one.contains("1 effect waits for it"), "{one}");
        let many = detail(Connector::Wise, 2);
        assert!(many.starts_with("Wise ") && many.contains("2 effects wait for it"));
        assert!(many.contains("Check the key"), "{many}");
        let most = detail(Connector::Wise, 11);
        assert!(most.contains("more than 10 effects wait for it"), "{most}");
    }
}
