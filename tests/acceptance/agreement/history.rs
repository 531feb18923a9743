//! What somebody asked for, and what became of it, as a colleague reads it in the record's history.

use watchkeeper_core::Code;
use watchkeeper_core::features::history;
use watchkeeper_core::features::history::view::{HistoryLineView, HistoryView, HistoryWord};

use super::{Laptop, Office};

async fn asked(laptop: &Laptop, change: &str) -> HistoryView {
    history::ask(&laptop.engine, "price_change", change, false)
        .await
        .unwrap()
}

/// The only line of a history.
fn only(view: &HistoryView) -> &HistoryLineView {
    let [line] = view.lines.as_slice() else {
        panic!("{view:?}");
    };
    line
}

#[tokio::test]
async fn a_colleague_reads_what_was_refused_and_what_was_done_also_without_a_line() {
    let office = Office::new().await;
    let kim = office.laptop("kim", &["operator"]).await;
    let fay = office.laptop("fay", &["operator", "finance_lead"]).await;
    assert!(asked(&fay, "pc-1").await.lines.is_empty());
    let (first, second) = (kim.ask("pc-1").await, kim.ask("pc-2").await);
    kim.turn().await;
    fay.turn().await;
    let waits = asked(&fay, "pc-1").await;
    let line = only(&waits);
    assert_eq!((line.by.as_str(), line.ours), ("KIM", false));
    assert_eq!(line.word, HistoryWord::Agreement);

    let reason = Some("Our margin allows it.");
    let no = fay.act(("approval", &first), "reject", reason).await;
    no.unwrap();
    let yes = fay
        .act(("approval", &second), "approve", Some("Seen."))
        .await;
    yes.unwrap();
    fay.turn().await;
    let refused = asked(&fay, "pc-1").await;
    let line = only(&refused);
    assert_eq!(line.word, HistoryWord::Refused);
    let why = line.reason.as_ref().unwrap();
    assert_eq!(
        (why.code.as_str(), why.row.as_deref()),
        ("approval.rejected", Some("A-39"))
    );
    let done = asked(&fay, "pc-2").await;
    assert_eq!(only(&done).word, HistoryWord::Done);
    assert!(only(&done).revision > only(&done).from_revision);

    // Whose operation it is sees it as their own, once it is not held any more.
    kim.turn().await;
    assert!(
        asked(&kim, "pc-1").await.lines.is_empty(),
        "its card stands"
    );
    let own = asked(&kim, "pc-2").await;
    assert_eq!(
        (only(&own).ours, only(&own).word),
        (true, HistoryWord::Done)
    );

    office.server.stop().await;
    let cut_off = history::ask(&fay.engine, "price_change", "pc-1", false).await;
    assert_eq!(cut_off.unwrap_err().code, Code::Unreachable);
    let kept = history::shown(&fay.engine, "price_change", "pc-1").await;
    assert_eq!(kept.unwrap(), refused);
}
