//! One piece of work from end to end: decided in the window, cut off, killed, and done exactly once.

use crate::harness::{Laptop, Shown};

const MAIL: &str = "Mail of the buyer";
const CHARGE: &str = "Charge at the provider";

/// The first record of which this is so, taken out of the list.
fn take(list: &mut Vec<Shown>, what: &str, is_so: impl Fn(&Shown) -> bool) -> Shown {
    let Some(at) = list.iter().position(is_so) else {
        panic!("no refund that {what}: {list:#?}");
    };
    list.remove(at)
}

#[tokio::test(flavor = "multi_thread")]
async fn spine_one_refund_per_intent() {
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let window = laptop.open().await;
    window.sign_in_to_demo().await;

    // In front of the queue: what may be approved, and what came too late.
    let mut list = window.read_list().await;
    let late = take(&mut list, "may be refused", |each| each.may("Refuse"));
    assert!(
        !late.may("Approve"),
        "D-17 refuses what came after 72 hours: {late:?}"
    );
    let first = take(&mut list, "may be approved", |each| each.may("Approve"));
    // The list has the oldest purchase first, so the last has the most time left.
    list.reverse();
    let second = take(&mut list, "may be approved too", |each| each.may("Approve"));

    window.pick(&first).await;
    window.act("Approve", None).await;
    window.operation_is("confirmed").await;
    window.pick(&late).await;
    window
        .act("Refuse", Some("requested after the window had closed"))
        .await;
    window.operation_is("confirmed").await;

    // The line is down; work goes on.
    laptop.cut_platform();
    window.shows("Cut off").await;
    window.pick(&second).await;
    window.act("Approve", None).await;
    window.operation_is("queued").await;

    // Killed in the middle of it; it still waits.
    window.kill();
    let window = laptop.open().await;
    window.go_to("Sync").await;
    window.shows("Waiting · 1").await;
    window.shows(&second.title).await;

    // The line is back.
    laptop.start_platform();
    window.shows("Settled · 3").await;
    window.go_to("Refunds").await;
    window.pick(&second).await;
    window.operation_is("confirmed").await;

    let provider = laptop.provider();
    for approved in [&first, &second] {
        let refunds = provider.refunds_of(approved.fact(CHARGE)).await;
        assert_eq!(refunds.len(), 1, "{}: {refunds:?}", approved.title);
        assert_eq!(refunds[0].amount, 2200);
        assert_eq!(refunds[0].status, "succeeded");
        let mails = provider.mails_to(approved.fact(MAIL)).await;
        assert_eq!(mails, ["refund_approved"], "{}", approved.title);
    }
    assert_eq!(provider.refunds_of(late.fact(CHARGE)).await.len(), 0);
    assert_eq!(provider.mails_to(late.fact(MAIL)).await, ["refund_denied"]);
    for other in list.iter().filter(|each| each.may("Approve")) {
        let refunds = provider.refunds_of(other.fact(CHARGE)).await;
        assert_eq!(refunds.len(), 0, "nobody decided on {}", other.title);
    }
}
