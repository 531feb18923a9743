//! What bubbles say. Fixed words of the pack, the tenant's name and numbers; never what a record
//! holds, because a bubble also shows on a locked screen.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::firing::Firing;
use watchkeeper_pack::format::Severity;

/// One alert.
pub(super) fn alert(firing: &Firing, tenant: &str, zone: Tz) -> (String, String) {
    let body = format!("{tenant} · since {}", clock(firing.since, zone));
    (firing.label.clone(), body)
}

/// Several alerts.
pub(super) fn alerts(firing: &[Firing], tenant: &str) -> (String, String) {
    let of = |severity| firing.iter().filter(|f| f.severity == severity).count();
    let title = match (of(Severity::Red), of(Severity::Yellow)) {
        (red, 0) => format!("{} firing", counted(red, "red alert is", "red alerts are")),
        (0, yellow) => format!(
            "{} firing",
            counted(yellow, "yellow alert is", "yellow alerts are")
        ),
        (red, yellow) => format!("{red} red and {yellow} yellow alerts are firing"),
    };
    (title, tenant.to_owned())
}

/// Approvals that wait for the operator.
pub(super) fn approvals(number: usize, tenant: &str) -> (String, String) {
    let title = match number {
        1 => "An approval waits for you".to_owned(),
        _ => format!("{number} approvals wait for you"),
    };
    (title, tenant.to_owned())
}

/// Operations that are held.
pub(super) fn held(number: u32, tenant: &str) -> (String, String) {
    let title = if number == 1 {
        "An operation of yours did not go through".to_owned()
    } else {
        format!("{number} operations of yours did not go through")
    };
    (title, format!("{tenant} · Sync says why"))
}

/// A try.
pub(super) fn test(tenant: &str) -> (String, String) {
    (
        "Notifications work".to_owned(),
        format!("{tenant} · red alerts look like this and stay until somebody reacts"),
    )
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Weekday and time on the tenant's wall clock.
fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firing(severity: Severity) -> Firing {
        Firing {
            id: "a-1".into(),
            severity,
            label: "The parcel scanner is down".into(),
            since: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn one_and_many_read_right() {
        let (red, yellow) = (firing(Severity::Red), firing(Severity::Yellow));
        let title = |list: &[Firing]| alerts(list, "Harbour").0;
        assert_eq!(title(std::slice::from_ref(&red)), "1 red alert is firing");
        assert_eq!(
            title(&[red.clone(), red.clone()]),
            "2 red alerts are firing"
        );
        assert_eq!(
            title(&[red.clone(), yellow.clone()]),
            "1 red and 1 yellow alerts are firing"
        );
        assert_eq!(title(&[yellow]), "1 yellow alert is firing");
        assert_eq!(
            held(1, "Harbour").0,
            "An operation of yours did not go through"
        );
        assert_eq!(approvals(1, "Harbour").0, "An approval waits for you");
        assert_eq!(
            approvals(3, "Harbour"),
            ("3 approvals wait for you".to_owned(), "Harbour".to_owned())
        );
        assert_eq!(
            alert(&red, "Harbour", Tz::Australia__Melbourne),
            (
                "The parcel scanner is down".to_owned(),
                "Harbour · since Thu 10:00".to_owned()
            )
        );
    }
}
