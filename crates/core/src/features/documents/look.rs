//! What of a file is shown, decided by its bytes as well as by what its record calls it: nothing in it
//! is believed, and nothing is carried out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::view::DocumentContent;
use crate::error::{Code, Error};

/// The most bytes of a text that are shown.
const MAX_TEXT: usize = 256 * 1024;
/// The most pixels of a picture: what it takes to show one grows with these, not with its bytes.
const MAX_PIXELS: u64 = 50_000_000;

/// Is a file of this type shown at all?
pub(super) fn is_shown(media: &str) -> bool {
    is_text(media) || matches!(media, "image/png" | "image/jpeg")
}

fn is_text(media: &str) -> bool {
    matches!(media, "text/plain" | "message/rfc822")
}

/// A file as it is shown.
///
/// # Errors
/// [`Code::NotNow`] where it is of a type that is not shown, its bytes are none of that type, or it is
/// larger than a screen can have use for.
pub(super) fn look(media: &str, bytes: &[u8]) -> Result<DocumentContent, Error> {
    if is_text(media) {
        return Ok(text(bytes));
    }
    let size = match media {
        "image/png" => png(bytes),
        "image/jpeg" => jpeg(bytes),
        _ => {
            return Err(refused(
                "A file of this type is not shown here. Save it to open it.",
            ));
        }
    };
    let (width, height) =
        size.ok_or_else(|| refused("This file is no picture of the type that it is called."))?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(refused(
            "This picture has too many pixels to be shown here.",
        ));
    }
    Ok(DocumentContent::Picture {
        media: media.to_owned(),
        base64: STANDARD.encode(bytes),
        width,
        height,
    })
}

fn refused(why: &str) -> Error {
    Error::with(Code::NotNow, why)
}

/// The words of a file, without what would draw them otherwise than they stand.
fn text(bytes: &[u8]) -> DocumentContent {
    let cut = bytes.len() > MAX_TEXT;
    let words = String::from_utf8_lossy(bytes.get(..MAX_TEXT).unwrap_or(bytes));
    let unseen = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let words = words.replace("\r\n", "\n");
    let words = words.strip_prefix('\u{feff}').unwrap_or(&words);
    DocumentContent::Text {
        text: words.replace(unseen, "\u{fffd}"),
        cut,
    }
}

/// Width and height of a PNG, as its first chunk says.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let head = rest.get(4..16)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| {
        let four: [u8; 4] = head.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(four))
    };
    sized(number(0)?, number(4)?)
}

/// Width and height of a JPEG, as its frame says.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let (mark, after) = match rest {
            [0xff, 0xff, ..] => {
                rest = rest.get(1..)?;
                continue;
            }
            [0xff, mark, after @ ..] => (*mark, after),
            _ => return None,
        };
        let [high, low, within @ ..] = after else {
            return None;
        };
        match mark {
            // A frame, of whichever way of coding; the other three of this range are tables.
            0xc0..=0xcf if !matches!(mark, 0xc4 | 0xc8 | 0xcc) => {
                let [_, h1, h0, w1, w0, ..] = within else {
                    return None;
                };
                let number = |high: &u8, low: &u8| u32::from(u16::from_be_bytes([*high, *low]));
                return sized(number(w1, w0), number(h1, h0));
            }
            // The picture itself, or its end, before any frame; and marks without a length, which have
            // no place here: who paints would go on elsewhere than where a length leads, to a frame
            // that was not looked at.
            0x00 | 0x01 | 0xd0..=0xda => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = after.get(length.max(2)..)?;
            }
        }
    }
}

fn sized(width: u32, height: u32) -> Option<(u32, u32)> {
    (width > 0 && height > 0).then_some((width, height))
}
