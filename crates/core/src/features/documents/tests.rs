#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::look::look;
use super::save::file_name;
use super::view::DocumentContent;
use crate::error::Code;

/// A PNG as far as its size: `IHDR` with this width and height.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0]);
    bytes
}

/// A JPEG as far as its frame, after a comment and with a filler before a mark.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xfe\x00\x03c\xff\xc2\x00\x11\x08".to_vec();
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes
}

fn size(media: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    match look(media, bytes).ok()? {
        DocumentContent::Picture { width, height, .. } => Some((width, height)),
        DocumentContent::Text { .. } => None,
    }
}

fn words(media: &str, bytes: &[u8]) -> (String, bool) {
    match look(media, bytes).unwrap() {
        DocumentContent::Text { text, cut } => (text, cut),
        DocumentContent::Picture { .. } => (String::new(), false),
    }
}

#[test]
fn a_picture_is_one_by_its_bytes_and_not_by_its_name() {
    assert_eq!(size("image/png", &png(3, 2)), Some((3, 2)));
    assert_eq!(size("image/jpeg", &jpeg(300, 200)), Some((300, 200)));
    for (media, bytes) in [
        ("image/png", jpeg(3, 2)),
        ("image/jpeg", png(3, 2)),
        ("image/png", b"<svg onload=\"x\"/>".to_vec()),
        ("image/png", png(0, 2)),
        ("image/png", png(3, 2)[..20].to_vec()),
        ("image/jpeg", b"\xff\xd8\xff\xda\x00\x02".to_vec()),
        ("image/jpeg", b"\xff\xd8\xff\xe0\xff\xff".to_vec()),
        ("image/jpeg", jpeg(3, 2)[..20].to_vec()),
        ("image/jpeg", Vec::new()),
    ] {
        assert_eq!(look(media, &bytes).unwrap_err().code, Code::NotNow);
    }
}

#[test]
fn a_picture_that_would_fill_the_memory_is_not_shown() {
    assert!(look("image/png", &png(7_000, 7_000)).is_ok());
    for (media, bytes) in [
        ("image/png", png(100_000, 100_000)),
        ("image/png", png(u32::MAX, u32::MAX)),
        ("image/jpeg", jpeg(u16::MAX, u16::MAX)),
    ] {
        assert_eq!(look(media, &bytes).unwrap_err().code, Code::NotNow);
    }
}

#[test]
fn a_frame_is_not_hidden_behind_a_mark_without_a_length() {
    // Who paints goes on right behind such a mark, and finds a frame of 65,535 by 65,535 pixels; read as
    // a length, the same bytes lead past it to a small one.
    for mark in [0x00, 0x01, 0xd0, 0xd7] {
        let mut bytes: Vec<u8> = vec![0xff, 0xd8, 0xff, mark];
        bytes.extend(b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff");
        bytes.resize(4 + 0xffc0, 0);
        bytes.extend(b"\xff\xc0\x00\x11\x08\x00\x02\x00\x03");
        let looked = look("image/jpeg", &bytes);
        assert_eq!(looked.unwrap_err().code, Code::NotNow, "{mark:x}");
    }
}

#[test]
fn what_is_no_picture_and_no_text_is_only_saved() {
    for media in [
        "application/pdf",
        "text/html",
        "image/svg+xml",
        "image/gif",
        "",
    ] {
        assert_eq!(look(media, b"<b>x</b>").unwrap_err().code, Code::NotNow);
    }
}

#[test]
fn a_mail_is_shown_as_the_text_that_it_is() {
    let mail = b"\xef\xbb\xbfSubject: A\r\n\r\n<script>x()</script>\tb\n";
    assert_eq!(
        words("message/rfc822", mail),
        ("Subject: A\n\n<script>x()</script>\tb\n".to_owned(), false)
    );
    // What would turn words round, or is none, is seen as such.
    let odd = "a\u{202e}b\u{0}c".as_bytes();
    assert_eq!(words("text/plain", odd).0, "a\u{fffd}b\u{fffd}c");
    assert_eq!(words("text/plain", b"\xff").0, "\u{fffd}");
    let (text, cut) = words("text/plain", &vec![b'a'; 300_000]);
    assert!(cut && text.len() == 256 * 1024);
}

#[test]
fn no_name_of_a_record_makes_a_file_that_runs_or_lies_elsewhere() {
    for (name, media, expected) in [
        ("proof.pdf", "application/pdf", ("proof", "pdf")),
        ("proof.pdf.exe", "application/pdf", ("proof_pdf", "pdf")),
        ("run.desktop", "application/x-desktop", ("run", "bin")),
        ("../../.profile", "text/plain", ("______", "txt")),
        ("/etc/x y.png", "image/png", ("_etc_x y", "png")),
        ("..", "image/jpeg", ("_", "jpg")),
        ("", "message/rfc822", ("document", "eml")),
        ("Grüße.txt", "text/plain", ("Grüße", "txt")),
    ] {
        let (stem, ending) = file_name(name, media);
        assert_eq!((stem.as_str(), ending), expected, "{name}");
    }
    assert_eq!(file_name(&"a".repeat(500), "text/plain").0.len(), 80);
    // A file system counts bytes: 255 of them, with what stands around this.
    assert_eq!(file_name(&"𝐀".repeat(80), "text/plain").0, "𝐀".repeat(50));
}
