//! A bundle with its publisher's word for it: a [minisign](https://jedisct1.github.io/minisign/)
//! signature over its bytes. Id, version and format stand in those bytes, so that the signature covers
//! them too.

use minisign_verify::{PublicKey, Signature};

use crate::bundle::Bundle;

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Nobody signed it.
    #[error("the pack is not signed")]
    Unsigned,
    /// No minisign public key.
    #[error("the publisher's key is none")]
    Key,
    /// No minisign signature.
    #[error("the pack's signature is none")]
    Malformed,
    /// Another key's, or of other bytes.
    #[error("the pack is not signed by the publisher that was pinned at sign-in")]
    Foreign,
}

/// The public key of whoever publishes a tenant's packs.
#[derive(Debug, Clone)]
pub struct PublisherKey(PublicKey);

impl PublisherKey {
    /// Reads it as minisign writes it, in base64.
    ///
    /// # Errors
    /// [`SignatureError::Key`] where it is none.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        PublicKey::from_base64(text.trim())
            .map(Self)
            .map_err(|_| SignatureError::Key)
    }

    /// Whether these bytes are signed by this key.
    ///
    /// # Errors
    /// Says why they are not.
    pub fn verify(&self, bytes: &[u8], signature: &str) -> Result<(), SignatureError> {
        if signature.is_empty() {
            return Err(SignatureError::Unsigned);
        }
        let signature = Signature::decode(signature).map_err(|_| SignatureError::Malformed)?;
        // Minisign's old form signs the bytes themselves; ours is hashed first, and nothing else.
        let legacy = false;
        self.0
            .verify(bytes, &signature, legacy)
            .map_err(|_| SignatureError::Foreign)
    }
}

/// A bundle whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    bundle: Bundle,
    signature: String,
    publisher: String,
}

impl Signed {
    /// A bundle, its signature, and the public key that it is to hold under.
    ///
    /// # Errors
    /// Says why it does not.
    pub fn new(
        bundle: Bundle,
        signature: String,
        publisher: String,
    ) -> Result<Self, SignatureError> {
        PublisherKey::parse(&publisher)?.verify(bundle.bytes(), &signature)?;
        Ok(Self {
            bundle,
            signature,
            publisher,
        })
    }

    /// The bundle.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The signature, as minisign writes it.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The publisher's public key, base64.
    pub fn publisher(&self) -> &str {
        &self.publisher
    }
}
