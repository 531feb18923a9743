//! What Wise's answers say. Pure; what we do not know the word for is under way, for it may have moved
//! money.

use serde_json::Value;

use crate::connectors::{Look, money};

/// The id of a transfer: a number, which may come as text.
pub(super) fn id(transfer: &Value) -> Option<String> {
    match transfer.get("id")? {
        Value::Number(id) => Some(id.to_string()),
        Value::String(id) if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) => {
            Some(id.clone())
        }
        _ => None,
    }
}

/// How a transfer stands. [`Look::Absent`] is one that nobody has paid for.
pub(super) fn of(transfer: &Value) -> Look {
    match transfer.get("status").and_then(Value::as_str) {
        Some("outgoing_payment_sent") => Look::Found(with_text_id(transfer)),
        Some(status @ ("cancelled" | "funds_refunded" | "charged_back")) => Look::Failed(format!(
            "the transfer came to nothing: {}",
            status.replace('_', " ")
        )),
        Some("incoming_payment_waiting") => Look::Absent,
        _ => Look::UnderWay,
    }
}

/// Money went out under this reference, or may have.
pub(super) fn is_paid_under(transfer: &Value, reference: &str) -> bool {
    let said = transfer.pointer("/details/reference");
    let said = said.or_else(|| transfer.get("reference"));
    !reference.is_empty()
        && said.and_then(Value::as_str) == Some(reference)
        && matches!(of(transfer), Look::Found(_) | Look::UnderWay)
}

/// Minor units and currency of what its recipient gets.
pub(super) fn amount(transfer: &Value) -> Option<(i64, &str)> {
    let currency = transfer.get("targetCurrency")?.as_str()?;
    let minor = money::decimal(transfer.get("targetValue")?, currency)?;
    Some((minor, currency))
}

/// A pack keeps ids as text.
fn with_text_id(transfer: &Value) -> Value {
    let mut transfer = transfer.clone();
    if let (Some(id), Some(fields)) = (id(&transfer), transfer.as_object_mut()) {
        fields.insert("id".into(), id.into());
    }
    transfer
}

/// Of several under one id of ours, the one that has come furthest; of those that nobody paid for always
/// the same, so that two rounds never pay for two.
pub(super) fn foremost(transfers: Vec<Value>) -> Option<Value> {
    let rank = |transfer: &Value| match of(transfer) {
        Look::Found(_) => 0,
        Look::UnderWay => 1,
        Look::Absent => 2,
        _ => 3,
    };
    let number = |transfer: &Value| id(transfer).and_then(|id| id.parse::<u64>().ok());
    let place = |transfer: &Value| (rank(transfer), number(transfer).unwrap_or(u64::MAX));
    transfers.into_iter().min_by_key(place)
}

/// Whether a payment was taken, else why not.
pub(super) fn payment(payment: &Value) -> Result<(), String> {
    let text = |name: &str| payment.get(name).and_then(Value::as_str);
    match text("status") {
        Some("REJECTED") => {
            let why = text("errorCode").unwrap_or("no reason given");
            Err(format!("Wise did not take the payment: {why}"))
        }
        _ => Ok(()),
    }
}

/// What Wise finds wrong, in words.
pub(super) fn problem(body: &Value) -> Option<&str> {
    let first = body.pointer("/errors/0/message");
    first.or_else(|| body.get("message"))?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn transfer(id: u32, status: &str) -> Value {
        json!({"id": id, "status": status})
    }

    #[test]
    fn only_what_was_sent_is_done_and_what_bounced_back_may_still_go_out() {
        let found = of(&transfer(7, "outgoing_payment_sent"));
        assert_eq!(
            found,
            Look::Found(json!({"id": "7", "status": "outgoing_payment_sent"}))
        );
        assert_eq!(of(&transfer(7, "incoming_payment_waiting")), Look::Absent);
        for status in [
            "incoming_payment_initiated",
            "processing",
            "funds_converted",
            "bounced_back",
            "unknown",
            "a_word_of_tomorrow",
        ] {
            assert_eq!(of(&transfer(7, status)), Look::UnderWay, "{status}");
        }
        for status in ["cancelled", "funds_refunded", "charged_back"] {
            let found = of(&transfer(7, status));
            assert!(matches!(found, Look::Failed(_)), "{status}");
        }
    }

    #[test]
    fn a_reference_is_paid_for_while_its_money_is_out_or_may_be() {
        let of = |status: &str, reference: &str| {
            let details = json!({"reference": reference});
            let transfer = json!({"id": 7, "status": status, "details": details});
            is_paid_under(&transfer, "week-1/ada")
        };
        assert!(of("outgoing_payment_sent", "week-1/ada"));
        assert!(of("bounced_back", "week-1/ada"), "it may go out yet");
        assert!(!of("incoming_payment_waiting", "week-1/ada"));
        assert!(!of("cancelled", "week-1/ada"));
        assert!(!of("outgoing_payment_sent", "week-2/ada"));
        assert!(!is_paid_under(&transfer(7, "processing"), ""));
        let plain = json!({"id": 7, "status": "processing", "reference": "week-1/ada"});
        assert!(is_paid_under(&plain, "week-1/ada"));
    }

    #[test]
    fn of_several_the_one_counts_that_has_come_furthest() {
        let which = |all: &[(u32, &str)]| {
            let all = all.iter().map(|(id, status)| transfer(*id, status));
            foremost(all.collect()).and_then(|found| id(&found))
        };
        let waiting = "incoming_payment_waiting";
        assert_eq!(which(&[]), None);
        assert_eq!(which(&[(10, waiting), (9, waiting)]).as_deref(), Some("9"));
        let paid = [(1, "cancelled"), (2, waiting), (3, "processing")];
        assert_eq!(which(&paid).as_deref(), Some("3"));
        let again = [(1, "cancelled"), (2, waiting)];
        assert_eq!(which(&again).as_deref(), Some("2"));
    }

    #[test]
    fn what_a_recipient_gets_is_read_or_not_known() {
        let transfer = json!({"targetValue": 120.5, "targetCurrency": "EUR", "sourceValue": 130.0});
        assert_eq!(amount(&transfer), Some((12_050, "EUR")));
        for silent in [
            json!({}),
            json!({"targetValue": "x", "targetCurrency": "EUR"}),
        ] {
            assert_eq!(amount(&silent), None, "{silent}");
        }
    }

    #[test]
    fn a_payment_that_was_rejected_says_why() {
        assert_eq!(payment(&json!({"status": "COMPLETED"})), Ok(()));
        let no = json!({"status": "REJECTED", "errorCode": "transfer.insufficient_funds"});
        let why = payment(&no).err().unwrap_or_default();
        assert!(why.contains("insufficient_funds"), "{why}");
    }
}
