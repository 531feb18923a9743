//! Cursors: opaque to the client, authenticated, bound to tenant and epoch.
//!
//! A cursor is base64url of an HMAC-SHA-256 and a JSON text. One that we did not make, or made
//! for another tenant, is `cursor.invalid`; one of another epoch is `cursor.gone` (fault 27).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use watchkeeper_pack::Sight;
use watchkeeper_wire::problem::Code;

use crate::store::{Access, Place};

/// What a cursor says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    t: String,
    e: String,
    #[serde(flatten)]
    place: Place,
}

/// Writes a cursor.
pub fn seal(key: &[u8; 32], access: &Access, epoch: &str, place: Place) -> String {
    let cursor = Cursor {
        t: access.tenant.clone(),
        e: epoch.to_owned(),
        place,
    };
    let text = serde_json::to_vec(&cursor).unwrap_or_default();
    let mut bytes = hmac(key, &text).to_vec();
    bytes.extend_from_slice(&text);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a cursor that this reader may use now.
pub fn open(key: &[u8; 32], access: &Access, epoch: &str, text: &str) -> Result<Place, Code> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Code::CursorInvalid)?;
    let (mac, json) = bytes.split_at_checked(32).ok_or(Code::CursorInvalid)?;
    if !same(mac, &hmac(key, json)) {
        return Err(Code::CursorInvalid);
    }
    let cursor: Cursor = serde_json::from_slice(json).map_err(|_| Code::CursorInvalid)?;
    if cursor.t != access.tenant {
        return Err(Code::CursorInvalid);
    }
    if cursor.e != epoch {
        return Err(Code::CursorGone);
    }
    Ok(cursor.place)
}

/// The epoch of this reader: other rights are another feed, so is another store, and so is what
/// another pack hides from them.
pub fn epoch(store: &[u8; 32], access: &Access, sight: &Sight) -> String {
    let mut hash = Sha256::new();
    hash.update(store);
    for part in [&access.tenant, &access.operator.id]
        .into_iter()
        .chain(&access.roles)
        .chain([&String::from("/")])
        .chain(&access.regions)
    {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    if let Some(digest) = sight.digest() {
        hash.update(digest);
    }
    hex::encode(hash.finalize()).chars().take(16).collect()
}

/// HMAC-SHA-256 (RFC 2104) with a key of half a block.
fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let padded = |with: u8| -> [u8; 64] {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        block
    };
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}

/// Compares in a time that does not depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use watchkeeper_wire::session::Operator;

    fn access(tenant: &str, regions: &[&str]) -> Access {
        Access {
            token_hash: String::new(),
            tenant: tenant.into(),
            operator: Operator {
                id: "kim".into(),
                name: "Kim".into(),
            },
            roles: vec!["operator".into()],
            regions: regions.iter().map(|r| r.to_string()).collect(),
            revoked: false,
        }
    }

    #[test]
    fn hmac_agrees_with_an_independent_implementation() {
        // python3: hmac.new(bytes(range(32)), b"watchkeeper", "sha256").hexdigest()
        let key: [u8; 32] = std::array::from_fn(|i| i as u8);
        assert_eq!(
            hex::encode(hmac(&key, b"watchkeeper")),
            "fb6f21b4c059b7487cad243076789fb56dbab9d69d588ded2306a272110ac762"
        );
    }

    #[test]
    fn fault_27_a_cursor_opens_only_as_it_was_sealed() {
        let (key, here) = ([7; 32], access("a", &[]));
        let all = Sight::default();
        let epoch_here = epoch(&[1; 32], &here, &all);
        let sealed = seal(&key, &here, &epoch_here, Place::Delta { at: 9 });
        assert_eq!(
            open(&key, &here, &epoch_here, &sealed),
            Ok(Place::Delta { at: 9 })
        );
        let elsewhere = access("b", &[]);
        assert_eq!(
            open(&key, &elsewhere, &epoch_here, &sealed),
            Err(Code::CursorInvalid)
        );
        assert_eq!(
            open(&[8; 32], &here, &epoch_here, &sealed),
            Err(Code::CursorInvalid)
        );
        let fewer = access("a", &["north"]);
        assert_eq!(
            open(&key, &fewer, &epoch(&[1; 32], &fewer, &all), &sealed),
            Err(Code::CursorGone)
        );
        for bad in ["", "x", "####", &sealed[..20], &format!("{sealed}AA")] {
            assert_eq!(
                open(&key, &here, &epoch_here, bad),
                Err(Code::CursorInvalid),
                "{bad:?}"
            );
        }
    }
}
