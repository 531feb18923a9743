//! Audit chains as the devices deliver them.
//!
//! A delivery may repeat entries that are held already; they must be the very same. What is new
//! must be the operator's own, whose device it is, and follow the held head without a gap, each entry
//! hashed over the one before it. Then the
//! new head is countersigned with the key that the app pinned at sign-in.

use ed25519_dalek::{Signer, SigningKey};
use serde::Serialize;
use watchkeeper_model::audit::{Entry, genesis};
use watchkeeper_wire::audit::{Delivery, SignedHead};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::problem::ApiError;
use crate::store::Access;

/// The fields under the signature, in any order: RFC 8785 sorts them.
#[derive(Serialize)]
struct Signed<'a> {
    device: uuid::Uuid,
    seq: u64,
    hash: &'a str,
    signed_at: chrono::DateTime<chrono::Utc>,
}

/// Extends a chain. Answers the countersigned head.
pub async fn extend(
    platform: &Platform,
    access: &Access,
    delivery: &Delivery,
) -> Result<SignedHead, ApiError> {
    let (tenant, device) = (access.tenant.as_str(), delivery.device);
    let held = platform.store.signed_head(tenant, device).await?;
    let (mut seq, mut hash) = match &held {
        Some(head) => (head.seq, head.hash.clone()),
        None => (0, genesis()),
    };
    let after = seq;
    let mut fresh: Vec<Entry> = Vec::new();
    for entry in &delivery.entries {
        if entry.device != device {
            return broken(entry.seq, "belongs to another device");
        }
        if entry.computed_hash().ok().as_deref() != Some(entry.hash.as_str()) {
            return broken(entry.seq, "does not have its hash");
        }
        if entry.seq <= after {
            let known = platform.store.audit_hash(tenant, device, entry.seq).await?;
            if known.as_deref() != Some(entry.hash.as_str()) {
                return broken(entry.seq, "is not the one that we hold");
            }
            continue;
        }
        if entry.actor != access.operator.id {
            return broken(entry.seq, "is in the name of somebody else");
        }
        if entry.seq != seq + 1 || entry.prev != hash {
            return broken(entry.seq, "does not follow the one before it");
        }
        if !carries_known_head(platform, tenant, entry, &fresh).await? {
            return broken(entry.seq, "carries a head that we never signed");
        }
        seq = entry.seq;
        hash.clone_from(&entry.hash);
        fresh.push(entry.clone());
    }
    if fresh.is_empty() {
        return held.ok_or_else(|| ApiError::new(Code::BodyInvalid, "the delivery is empty"));
    }
    let head = sign(&platform.audit_key, platform.clock.now(), device, seq, hash)?;
    let extended = platform
        .store
        .extend_audit(tenant, device, after, &fresh, &head)
        .await?;
    if extended {
        Ok(head)
    } else {
        // Two deliveries at once; the other one was first.
        Err(ApiError::from(Code::Busy).retry_after(1))
    }
}

/// An entry may carry the head that the platform had countersigned when it was written.
async fn carries_known_head(
    platform: &Platform,
    tenant: &str,
    entry: &Entry,
    fresh: &[Entry],
) -> Result<bool, ApiError> {
    let Some(head) = &entry.countersigned else {
        return Ok(true);
    };
    let parts = head.split_once(':');
    let Some((seq, hash)) = parts.and_then(|(seq, hash)| Some((seq.parse::<u64>().ok()?, hash)))
    else {
        return Ok(false);
    };
    if let Some(entry) = fresh.iter().find(|entry| entry.seq == seq) {
        return Ok(entry.hash == hash);
    }
    let known = platform.store.audit_hash(tenant, entry.device, seq).await?;
    Ok(known.as_deref() == Some(hash))
}

fn broken(seq: u64, why: &str) -> Result<SignedHead, ApiError> {
    Err(ApiError::new(
        Code::ChainBroken,
        format!("entry {seq} {why}"),
    ))
}

fn sign(
    key: &SigningKey,
    signed_at: chrono::DateTime<chrono::Utc>,
    device: uuid::Uuid,
    seq: u64,
    hash: String,
) -> Result<SignedHead, ApiError> {
    let signed = Signed {
        device,
        seq,
        hash: &hash,
        signed_at,
    };
    let bytes = serde_json_canonicalizer::to_vec(&signed)
        .map_err(|error| ApiError::new(Code::Internal, error.to_string()))?;
    Ok(SignedHead {
        device,
        seq,
        signature: hex::encode(key.sign(&bytes).to_bytes()),
        hash,
        signed_at,
    })
}
