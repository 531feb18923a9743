#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Map, Value, json};

use super::*;

fn file(spec: Value) -> File {
    serde_json::from_value(spec).unwrap()
}

fn refused(spec: Value) -> String {
    file(spec).bytes().unwrap_err()
}

/// Three pages: a long text, a table, and one begun on purpose.
fn paper() -> Value {
    let long =
        "A line that is long enough to be broken into more than one of its kind. ".repeat(70);
    json!({"pdf": {"title": "Proof", "issuer": "UPS", "blocks": [
        {"heading": "Where it was"},
        {"facts": [["To", "Jürgen Köhler\n88 Lakeview Dr"]]},
        {"text": long},
        {"table": {
            "columns": [
                {"label": "What", "share": 3},
                {"label": "Amount", "share": 1, "right": true},
            ],
            "rows": [["Oak board", "$38.00"]],
        }},
        "page",
        {"text": "“Last” page – 5 €"},
    ]}})
}

fn picture() -> Value {
    json!({"size": [120, 80], "ground": "#ffffff", "shapes": [
        {"rect": {"at": [10, 10], "size": [30, 30], "fill": "#c00000"}},
        {"ellipse": {"at": [80, 40], "radii": [20, 15], "fill": "#0000c0"}},
        {"polygon": {
            "points": [[10, 50], [40, 50], [40, 75], [10, 75]],
            "fill": ["#00c000", "#008000"],
        }},
        {"barcode": {"at": [50, 60], "size": [60, 15], "text": "1Z"}},
        {"text": {"at": [50, 2], "text": "Größe", "fill": "#000000"}},
    ]})
}

fn mail() -> Value {
    json!({"eml": {
        "from": {"name": "Jürgen Köhler", "address": "j@mail.example"},
        "to": {"name": "Shop, Inc.", "address": "help@shop.example"},
        "date": "2026-11-19T17:30:00-05:00",
        "subject": "Bestellung LS-1: das Brett hat einen Riss – bitte um baldige Rückmeldung",
        "id": "a.b@mail.example",
        "in_reply_to": "c.d@shop.example",
        "text": "Grüße = مرحباً, und eine Zeile, die länger ist, als sie in einer Mail sein darf. \n.\nJ.",
        "attached": [{"name": "riss.png", "file": {"png": picture()}}],
    }})
}

#[test]
fn the_same_words_make_the_same_bytes_and_others_other_bytes() {
    let texts = [json!({"text": "A"}), json!({"text": "B"})];
    let mut other = paper();
    other["pdf"]["title"] = json!("Another");
    let mut redder = picture();
    redder["shapes"][0]["rect"]["fill"] = json!("#ff0000");
    let mut later = mail();
    later["eml"]["date"] = json!("2026-11-19T17:30:01-05:00");
    let [a, b] = texts;
    for (one, another) in [
        (a, b),
        (paper(), other),
        (json!({"png": picture()}), json!({"png": redder.clone()})),
        (json!({"jpeg": picture()}), json!({"jpeg": redder})),
        (mail(), later),
    ] {
        let bytes = file(one.clone()).bytes().unwrap();
        assert_eq!(bytes, file(one).bytes().unwrap());
        assert_ne!(bytes, file(another.clone()).bytes().unwrap(), "{another}");
    }
}

#[test]
fn each_file_begins_as_its_kind_does() {
    for (spec, media, begins) in [
        (paper(), "application/pdf", b"%PDF-1.7".as_slice()),
        (json!({"png": picture()}), "image/png", b"\x89PNG\r\n\x1a\n"),
        (json!({"jpeg": picture()}), "image/jpeg", b"\xff\xd8\xff"),
        (mail(), "message/rfc822", b"Date: "),
        (json!({"text": "مرحباً"}), "text/plain", "م".as_bytes()),
    ] {
        let file = file(spec);
        assert_eq!(file.media(), media);
        assert!(file.bytes().unwrap().starts_with(begins), "{media}");
    }
}

#[test]
fn every_offset_of_a_pdf_points_at_its_object() {
    let bytes = file(paper()).bytes().unwrap();
    // One character a byte, so that offsets of both are the same.
    let text: String = bytes.iter().copied().map(char::from).collect();
    let at = |offset: usize| text.chars().skip(offset).take(12).collect::<String>();
    let (_, end) = text.rsplit_once("startxref\n").unwrap();
    let start: usize = end.lines().next().unwrap().parse().unwrap();
    assert!(at(start).starts_with("xref\n0 "));
    let table: String = text.chars().skip(start).collect();
    let entries = table.lines().skip(3);
    let entries: Vec<&str> = entries
        .take_while(|line| !line.starts_with("trailer"))
        .collect();
    assert!(entries.len() > 8);
    for (number, entry) in (1..).zip(entries) {
        assert!(entry.contains(" 00000 n"), "{entry}");
        let offset: usize = entry.split(' ').next().unwrap().parse().unwrap();
        let object = format!("{number} 0 obj");
        assert!(at(offset).starts_with(&object), "{number} at {offset}");
    }
}

#[test]
fn the_text_of_a_pdf_stands_on_its_pages() {
    let bytes = file(paper()).bytes().unwrap();
    let text: String = bytes.iter().copied().map(char::from).collect();
    assert_eq!(text.matches("/Type /Page\n").count(), 3);
    // What is more than ASCII stands there in hex, a byte a letter.
    let umlauts = format!("<{}>", hex::encode_upper(b"J\xfcrgen K\xf6hler"));
    for said in [
        umlauts.as_str(),
        "(88 Lakeview Dr)",
        "($38.00)",
        "page 3 of 3",
    ] {
        assert!(text.contains(said), "{said}");
    }
    let odd = json!({"pdf": {"title": "مرحباً", "issuer": "", "blocks": []}});
    assert!(refused(odd).contains("Helvetica has no"));
}

#[test]
fn pictures_show_what_they_are_told() {
    let decoded = |spec: Value| {
        let bytes = file(spec).bytes().unwrap();
        image::load_from_memory(&bytes).unwrap().to_rgb8()
    };
    let exact = decoded(json!({"png": picture()}));
    assert_eq!(exact.dimensions(), (120, 80));
    for (at, colour) in [
        ((0, 0), [255, 255, 255]),
        ((10, 10), [192, 0, 0]),
        ((39, 39), [192, 0, 0]),
        ((40, 40), [255, 255, 255]),
        ((80, 40), [0, 0, 192]),
    ] {
        assert_eq!(exact.get_pixel(at.0, at.1).0, colour, "{at:?}");
    }
    let green = |y| exact.get_pixel(20, y).0[1];
    assert!(green(52) > green(72), "it fades");
    let dark = |rows: std::ops::Range<u32>| {
        let at = rows.flat_map(|y| (50..110).map(move |x| (x, y)));
        at.filter(|(x, y)| exact.get_pixel(*x, *y).0 == [0, 0, 0])
            .count()
    };
    assert!(dark(2..20) > 40, "words");
    // A camera's picture is like it, not the same.
    let camera = decoded(json!({"jpeg": picture()}));
    let near = |a: u8, b: u8| a.abs_diff(b) < 24;
    for at in [(5, 5), (25, 25), (80, 40)] {
        let (a, b) = (
            exact.get_pixel(at.0, at.1).0,
            camera.get_pixel(at.0, at.1).0,
        );
        assert!(a.into_iter().zip(b).all(|(a, b)| near(a, b)), "{a:?} {b:?}");
    }
}

#[test]
fn a_code_39_has_its_bars() {
    // Three characters of 14.5 units each, of four pixels.
    let spec = json!({"size": [174, 4], "ground": "#ffffff", "shapes": [
        {"barcode": {"at": [0, 0], "size": [174, 4], "text": "A"}},
    ]});
    let bytes = file(json!({"png": spec})).bytes().unwrap();
    let image = image::load_from_memory(&bytes).unwrap().to_luma8();
    let row: Vec<bool> = (0..174).map(|x| image.get_pixel(x, 1).0[0] < 128).collect();
    let runs = row.chunk_by(|a, b| a == b).map(<[bool]>::len);
    let runs: Vec<usize> = runs.collect();
    let (asterisk, a) = (
        [4, 10, 4, 4, 10, 4, 10, 4, 4],
        [10, 4, 4, 4, 4, 10, 4, 4, 10],
    );
    let gap = [4].as_slice();
    assert_eq!(runs, [&asterisk, gap, &a, gap, &asterisk, gap].concat());
    let odd = json!({"png": {"size": [9, 9], "ground": "#fff000", "shapes": [
        {"barcode": {"at": [0, 0], "size": [9, 9], "text": "é"}},
    ]}});
    assert!(refused(odd).contains("Code 39 has no"));
}

#[test]
fn a_mail_is_read_as_it_was_written() {
    let bytes = file(mail()).bytes().unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.is_ascii());
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.lines().all(|line| line.len() <= 78), "{text}");
    let read = MessageParser::default().parse(&bytes).unwrap();
    let said = mail();
    assert_eq!(read.subject().unwrap(), said["eml"]["subject"]);
    assert_eq!(read.message_id(), Some("a.b@mail.example"));
    assert_eq!(read.in_reply_to().as_text(), Some("c.d@shop.example"));
    let from = read.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some("Jürgen Köhler"));
    assert_eq!(from.address(), Some("j@mail.example"));
    assert_eq!(
        read.to().unwrap().first().unwrap().name(),
        Some("Shop, Inc.")
    );
    assert_eq!(
        read.date().unwrap().to_rfc3339(),
        "2026-11-19T17:30:00-05:00"
    );
    let body = read.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(body.trim_end(), said["eml"]["text"]);
    let attached = read.attachment(0).unwrap();
    assert_eq!(attached.attachment_name(), Some("riss.png"));
    let picture = file(json!({"png": picture()})).bytes().unwrap();
    assert_eq!(attached.contents(), picture);
}

type Filled = (Vec<Stored>, Vec<Map<String, Value>>);

/// Two records of a file, what they are of, and what no record says.
fn filled(files: Value) -> Result<Filled, String> {
    let documents: Documents = serde_json::from_value(json!({
        "names": [
            {"name": "order", "kind": "order", "id": "{of}"},
            {"name": "home", "kind": "home", "id": "{order.buyer}"},
        ],
        "beside": {"home": {"kim": {"city": "Köln"}}},
        "files": files,
    }))
    .unwrap();
    let order = json!({
        "buyer": "kim", "total": {"minor": 1905, "currency": "USD"}, "pieces": 2,
        "placed_at": "2026-11-20T03:30:00.000Z", "reason": "not_received",
    });
    let mut bodies: Vec<_> = [json!({"of": "o-1"}), json!({"of": "o-1"}), order]
        .map(|body| body.as_object().unwrap().clone())
        .into();
    let ids = [("file", "f-1"), ("file", "f-2"), ("order", "o-1")];
    let rows = ids.into_iter().zip(&mut bodies);
    let rows = rows.map(|((kind, id), body)| Row { kind, id, body });
    let stored = documents.fill(rows.collect(), chrono_tz::America::New_York)?;
    Ok((stored, bodies))
}

#[test]
fn words_are_filled_from_the_records_around_a_file() {
    for (said, meant) in [
        (
            "{of}: {order.pieces} for {order.total}",
            "o-1: 2 for $19.05",
        ),
        ("{order.reason|words}, {home.city}", "not received, Köln"),
        ("{order.placed_at}", "19 November 2026, 22:30 EST"),
        ("{order.placed_at+2|day}", "20 November 2026"),
        ("{order.placed_at-0.5|time}", "22:00"),
        ("{order.placed_at|iso}", "2026-11-19T22:30:00-05:00"),
    ] {
        let files = json!([{"kind": "file", "ids": ["f-1"], "file": {"text": said}}]);
        let (stored, _) = filled(files).unwrap();
        assert_eq!(stored[0].bytes, meant.as_bytes(), "{said}");
    }
    for (odd, problem) in [
        ("{order.price}", "nothing is called order.price"),
        ("{seller.name}", "nothing is called seller.name"),
        ("{order.total", "a brace stays open"),
        ("{order.placed_at|week}", "no form week"),
    ] {
        let files = json!([{"kind": "file", "ids": ["f-1"], "file": {"text": odd}}]);
        let error = filled(files).unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
    let files = json!([{"kind": "file", "ids": ["f-9"], "file": {"text": ""}}]);
    assert_eq!(filled(files).unwrap_err(), "file of file/f-9: no file f-9");
}

#[test]
fn a_record_states_the_hash_of_its_file_and_the_bad_one_another() {
    let (stored, bodies) = filled(json!([
        {"kind": "file", "ids": ["f-1", "f-2"], "file": {"text": "the same"}, "wrong_hash": ["f-2"],
         "fields": {"bytes": "size", "sha256": "hash"}},
    ]))
    .unwrap();
    let [good, bad] = &stored[..] else {
        panic!("{stored:?}");
    };
    for (body, stored) in bodies.iter().zip([good, bad]) {
        assert_eq!(stored.sha256, sha256(&stored.bytes));
        assert_eq!(body["hash"], stored.stated);
        assert_eq!(body["size"], 8);
        assert_eq!(body["media"], "text/plain");
    }
    assert_eq!(good.stated, good.sha256);
    assert_eq!(bad.bytes, good.bytes);
    assert_ne!(bad.stated, bad.sha256);
}
