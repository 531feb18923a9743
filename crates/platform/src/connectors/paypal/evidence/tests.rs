#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::json;

use super::*;
use crate::connectors::Look;

const KEY: &str = "018bcfe5-6800-7000-8000-000000000000:1";

fn piece(type_: &str, name: &str, hash: char) -> Value {
    json!({
        "evidence_type": type_, "name": name, "media": "application/pdf", "bytes": 1_000,
        "sha256": hash.to_string().repeat(64),
    })
}

fn call(evidence: Value) -> Call {
    let args = json!({
        "dispute": "PP-D-1", "evidence": evidence, "tracking_number": "1Z", "carrier": "UPS",
        "note": "Delivered on the 19th.",
    });
    crate::connectors::tests::call("submit_evidence", args)
}

fn three() -> Call {
    call(json!([
        piece("RETURN_POLICY", "Refund policy (en).pdf", 'a'),
        piece("ITEM_DESCRIPTION", "lamp.pdf", 'b'),
        piece("ITEM_DESCRIPTION", "lamp.pdf", 'c'),
    ]))
}

/// The dispute once it has these pieces from us.
fn shows(pieces: &Value) -> Value {
    let pieces = pieces.as_array().unwrap().iter().cloned();
    let pieces = pieces.map(|mut piece| {
        piece["source"] = json!("SUBMITTED_BY_SELLER");
        piece
    });
    json!({"status": "UNDER_REVIEW", "evidences": pieces.collect::<Vec<_>>()})
}

#[test]
fn each_piece_says_what_it_is_which_files_it_has_and_whose_it_is() {
    let call = three();
    let evidence = Evidence::of(&call).unwrap();
    let pieces = &evidence.input(KEY)["evidences"];
    assert_eq!(pieces[0]["evidence_type"], "PROOF_OF_FULFILLMENT");
    let tracking = json!([{"carrier_name": "UPS", "tracking_number": "1Z"}]);
    assert_eq!(pieces[0]["evidence_info"]["tracking_info"], tracking);
    assert_eq!(pieces[1]["evidence_type"], "RETURN_POLICY");
    let name = "01-Refund-policy--en--aaaaaaaa.pdf";
    assert_eq!(pieces[1]["documents"], json!([{"name": name}]));
    assert_eq!(pieces[2]["documents"].as_array().unwrap().len(), 2);
    for piece in pieces.as_array().unwrap() {
        assert!(piece["notes"].as_str().unwrap().contains(KEY), "{piece}");
    }
    let said = pieces[0]["notes"].as_str().unwrap();
    assert!(said.starts_with("Delivered on the 19th."), "{said}");
    let files = [b"a".to_vec(), b"b".to_vec(), b"c".to_vec()];
    let (kind, body) = evidence.form(KEY, &files).unwrap();
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    assert!(String::from_utf8(body).unwrap().contains(name));
    assert_eq!(evidence.form(KEY, &files[..2]), None);
}

#[test]
fn a_carrier_without_a_word_of_its_own_goes_by_its_name() {
    let other = tracking("7", "Kurier Nord");
    assert_eq!(other["carrier_name"], "OTHER");
    assert_eq!(other["carrier_name_other"], "Kurier Nord");
    assert_eq!(tracking("7", "Royal Mail")["carrier_name"], "ROYAL_MAIL");
}

#[test]
fn what_paypal_would_not_take_is_refused_and_the_file_named() {
    let with = |name: &str, value: Value| {
        let mut piece = piece("RETURN_POLICY", "policy.pdf", 'a');
        piece[name] = value;
        call(json!([piece]))
    };
    for (name, value) in [
        ("media", json!("text/plain")),
        ("bytes", json!(10_000_000)),
        ("bytes", json!(0)),
        ("bytes", Value::Null),
        ("sha256", json!("aa")),
        ("evidence_type", Value::Null),
        ("evidence_type", json!("no word")),
    ] {
        let why = Evidence::of(&with(name, value.clone())).unwrap_err();
        assert!(why.contains("policy.pdf"), "{name} {value}: {why}");
    }
    assert!(Evidence::of(&with("bytes", json!(9_999_999))).is_ok());
    let large = |count: usize| {
        let mut piece = piece("RETURN_POLICY", "policy.pdf", 'a');
        piece["bytes"] = json!(5_000_000);
        call(Value::Array(vec![piece; count]))
    };
    assert!(Evidence::of(&large(10)).is_ok());
    let why = Evidence::of(&large(11)).unwrap_err();
    assert!(why.contains("50 MB"), "{why}");
    let many = vec![piece("RETURN_POLICY", "policy.pdf", 'a'); 101];
    assert!(Evidence::of(&call(Value::Array(many))).is_err());
    assert!(Evidence::of(&call(Value::Null)).is_err());
}

#[test]
fn nothing_is_no_evidence_and_a_tracking_number_is_some() {
    let mut bare = call(json!([]));
    assert_eq!(Evidence::of(&bare).unwrap().enclosures(), []);
    bare.args.remove("tracking_number");
    assert!(Evidence::of(&bare).is_err());
}

#[test]
fn it_is_there_once_the_dispute_shows_all_of_it_under_our_key() {
    let call = three();
    let evidence = Evidence::of(&call).unwrap();
    let input = evidence.input(KEY);
    let all = shows(&input["evidences"]);
    let Look::Found(result) = evidence.shown(&all, KEY) else {
        unreachable!("{all}")
    };
    assert_eq!(result["documents"], 3);
    assert_eq!(result["status"], "UNDER_REVIEW");
    let of_another = |dispute: &Value, key: &str| {
        let look = evidence.shown(dispute, key);
        assert!(matches!(look, Look::Unproven(_)), "{look:?}");
    };
    of_another(&all, "another:1");
    // The key is not the beginning of a longer one.
    of_another(&all, &KEY[..KEY.len() - 1]);
    let mut asked = all;
    for piece in asked["evidences"].as_array_mut().unwrap() {
        piece["source"] = json!("REQUESTED_FROM_SELLER");
    }
    of_another(&asked, KEY);
}

#[test]
fn of_a_part_it_is_said_what_shows_and_what_does_not() {
    let call = three();
    let evidence = Evidence::of(&call).unwrap();
    let all = shows(&evidence.input(KEY)["evidences"]);
    let told = |dispute: &Value| {
        let Look::Part(shown) = evidence.shown(dispute, KEY) else {
            unreachable!("{dispute}")
        };
        shown
    };
    let mut fewer = all.clone();
    let documents = fewer["evidences"][2]["documents"].as_array_mut();
    documents.unwrap().pop();
    let said = told(&fewer);
    let shown = "Shown: tracking number 1Z, Refund policy (en).pdf, lamp.pdf, the note. Not shown: lamp.pdf.";
    assert!(said.contains(shown), "{said}");
    let mut part = all.clone();
    part["evidences"].as_array_mut().unwrap().remove(0);
    part["evidences"].as_array_mut().unwrap().remove(1);
    let said = told(&part);
    let shown = "Shown: Refund policy (en).pdf. Not shown: tracking number 1Z, lamp.pdf, lamp.pdf, the note.";
    assert!(said.contains(shown), "{said}");
    // PayPal may call files otherwise: there are as many.
    let mut renamed = all;
    renamed["evidences"][1]["documents"][0]["name"] = json!("1.pdf");
    let look = evidence.shown(&renamed, KEY);
    assert!(matches!(look, Look::Found(_)), "{look:?}");
    renamed["evidences"].as_array_mut().unwrap().pop();
    let said = told(&renamed);
    assert!(
        said.contains("Refund policy (en).pdf, the note. Not"),
        "{said}"
    );
}

#[test]
fn that_nothing_was_taken_is_proved_only_by_a_case_that_still_takes_evidence() {
    let call = three();
    let evidence = Evidence::of(&call).unwrap();
    let links = json!([{"rel": "provide-evidence"}]);
    let open = json!({"status": WAITING, "links": &links});
    assert_eq!(evidence.shown(&open, KEY), Look::Absent);
    let mut taken = shows(&evidence.input(KEY)["evidences"]);
    for piece in taken["evidences"].as_array_mut().unwrap() {
        piece.as_object_mut().unwrap().remove("notes");
    }
    let Look::Unproven(why) = evidence.shown(&taken, KEY) else {
        unreachable!("{taken}")
    };
    assert!(why.contains("UNDER_REVIEW") && why.contains(KEY), "{why}");
    let shown = "lamp.pdf, lamp.pdf. Not shown: the note.";
    assert!(why.contains(shown), "{why}");
    // Asked for again, it is not sent again for want of its notes; the files of another one are in nobody's way.
    let mut again = taken.clone();
    again["status"] = json!(WAITING);
    again["links"] = links;
    let mut tracked = again.clone();
    tracked["evidences"].as_array_mut().unwrap().truncate(1);
    for case in [&again, &tracked] {
        let look = evidence.shown(case, KEY);
        assert!(matches!(look, Look::Unproven(_)), "{look:?}");
    }
    for piece in again["evidences"].as_array_mut().unwrap() {
        piece["notes"] = marked("another:1").into();
    }
    assert_eq!(evidence.shown(&again, KEY), Look::Absent);
    // What others gave is not ours for being of the same sort.
    for piece in taken["evidences"].as_array_mut().unwrap() {
        let piece = piece.as_object_mut().unwrap();
        piece.remove("evidence_info");
        piece.insert(
            "documents".into(),
            json!([{"name": "a.pdf"}, {"name": "b.pdf"}]),
        );
    }
    for closed in [taken, json!({"status": WAITING}), json!({})] {
        let Look::Unproven(why) = evidence.shown(&closed, KEY) else {
            unreachable!("{closed}")
        };
        assert!(why.contains("Shown: nothing."), "{why}");
    }
}

#[test]
fn many_files_are_named_as_far_as_they_can_be_read() {
    let files: Vec<Value> = (0..20)
        .map(|number| piece("RETURN_POLICY", &format!("{number}.pdf"), 'a'))
        .collect();
    let call = call(Value::Array(files));
    let evidence = Evidence::of(&call).unwrap();
    let Look::Unproven(why) = evidence.shown(&json!({}), KEY) else {
        unreachable!()
    };
    assert!(why.contains("10.pdf and 10 more."), "{why}");
}

#[test]
fn no_more_of_a_file_is_read_than_it_is_said_to_have() {
    let call = three();
    let enclosed = Evidence::of(&call).unwrap().enclosures();
    assert!(
        enclosed.iter().all(|file| file.bytes == 1_000),
        "{enclosed:?}"
    );
}

#[test]
fn evidence_is_taken_while_paypal_waits_for_it_and_offers_the_way() {
    let links = json!([{"rel": "self"}, {"rel": "provide-evidence"}]);
    let open = json!({"status": "WAITING_FOR_SELLER_RESPONSE", "links": links});
    assert_eq!(closed(&open), None);
    let mut shut = open.clone();
    shut["links"] = json!([{"rel": "self"}]);
    assert!(closed(&shut).is_some());
    for status in [
        "OPEN",
        "UNDER_REVIEW",
        "RESOLVED",
        "WAITING_FOR_BUYER_RESPONSE",
    ] {
        let mut other = open.clone();
        other["status"] = json!(status);
        let why = closed(&other).unwrap();
        assert!(why.contains(status), "{why}");
    }
}
