//! What a provider has done of ours beside a call: on the same charge, for another one.
//!
//! A platform that was restored from a backup has forgotten operations of which their provider knows. Who
//! takes such an action anew has it under another id, which the provider takes for another wish. So nothing
//! is sent beside money that moved for an operation which no tenant knows (fault 7). What was refunded by
//! hand carries no key of ours and is in nobody's way, and neither are other operations that are known.

use chrono::{DateTime, Utc};
use watchkeeper_pack::value::money_text;

use super::money;
use crate::Platform;
use crate::problem::ApiError;
use crate::store::CallId;

/// Money that moved, or may yet, under a key of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The key.
    pub key: String,
    /// Which it is, in words: id, amount and when (UTC), as far as the provider says.
    pub words: String,
}

impl Other {
    /// Of what a provider says of a refund: its id, minor units and currency, and when it was made.
    pub(super) fn refund(
        key: &str,
        id: Option<&str>,
        amount: Option<(i64, &str)>,
        at: Option<DateTime<Utc>>,
    ) -> Self {
        let id = id.filter(|id| money::is_id(id)).unwrap_or("one without id");
        let code = |currency: &str| currency.len() == 3 && currency.is_ascii();
        let amount = amount.filter(|(_, currency)| code(currency));
        let amount = amount.map(|(minor, currency)| {
            let currency = currency.to_ascii_uppercase();
            format!(" of {} {currency}", money_text(minor, &currency))
        });
        let at = at.map(|at| format!(", {} UTC", at.format("%Y-%m-%d %H:%M")));
        Self {
            key: key.to_owned(),
            words: [Some(id.to_owned()), amount, at]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    /// Why nothing is sent beside it, and what is left to do.
    fn in_the_way(&self) -> String {
        format!(
            "The provider has refunded on this already, or is about to, for an operation that this \
             platform does not know, as after a restore from a backup: {}. Nothing more was sent. Where \
             that one is still in Sync, send it again; else its system tells the record. What is to go \
             back besides is refunded at the provider.",
            self.words
        )
    }
}

/// Why nothing is sent beside these: the first of them is of an operation that nobody here knows.
pub(super) async fn hindrance(
    platform: &Platform,
    others: &[Other],
) -> Result<Option<String>, ApiError> {
    for other in others {
        // Asked after the provider was: what is known here was kept before it was ever sent.
        if let Some(operation) = CallId::operation_of(&other.key)
            && !platform.store.knows_operation(operation).await?
        {
            return Ok(Some(other.in_the_way()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_refund_is_told_as_far_as_its_provider_says() {
        let at = DateTime::from_timestamp(1_795_176_000, 0);
        let words = |id, amount, at| -> String { Other::refund("k", id, amount, at).words };
        assert_eq!(
            words(Some("re_1"), Some((2_200, "aud")), at),
            "re_1 of 22.00 AUD, 2026-11-20 12:00 UTC"
        );
        assert_eq!(words(Some("re_1"), None, None), "re_1");
        let odd = words(Some("<b>"), Some((1, "pounds")), None);
        assert_eq!(odd, "one without id");
    }

    #[test]
    fn an_operation_is_read_from_a_key_of_ours_alone() {
        let id = Uuid::from_u128(7);
        let call = CallId {
            tenant: "t".into(),
            operation: id,
            effect: 3,
        };
        assert_eq!(CallId::operation_of(&call.provider_key()), Some(id));
        for other in ["", "order-7", &id.to_string(), &format!("{id}:x"), "7:1"] {
            assert_eq!(CallId::operation_of(other), None, "{other}");
        }
    }
}
