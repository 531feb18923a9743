#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::json;

use super::*;

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
    assert_eq!(evidence.shown(&all, "another:1"), Look::Absent);
    // The key is not the beginning of a longer one.
    assert_eq!(evidence.shown(&all, &KEY[..KEY.len() - 1]), Look::Absent);
    let mut part = input["evidences"].clone();
    part.as_array_mut().unwrap().pop();
    assert_eq!(evidence.shown(&shows(&part), KEY), Look::UnderWay);
    let mut fewer = all.clone();
    fewer["evidences"][2]["documents"]
        .as_array_mut()
        .unwrap()
        .pop();
    assert_eq!(evidence.shown(&fewer, KEY), Look::UnderWay);
    let mut asked = all;
    for piece in asked["evidences"].as_array_mut().unwrap() {
        piece["source"] = json!("REQUESTED_FROM_SELLER");
    }
    assert_eq!(evidence.shown(&asked, KEY), Look::Absent);
    assert_eq!(evidence.shown(&json!({}), KEY), Look::Absent);
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
