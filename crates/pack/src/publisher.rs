//! Signing packs. Only programs that publish have this; the app verifies.

use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};

use crate::bundle::Bundle;
use crate::signed::{SignatureError, Signed};

/// Whoever publishes packs.
pub struct Publisher {
    secret: SecretKey,
    public: String,
}

impl Publisher {
    /// One with a new key.
    ///
    /// # Errors
    /// Where the machine has no randomness.
    pub fn generate() -> Result<Self, SignatureError> {
        let pair = KeyPair::generate_unencrypted_keypair().map_err(|_| SignatureError::Key)?;
        Ok(Self {
            public: pair.pk.to_base64(),
            secret: pair.sk,
        })
    }

    /// From the text that [`Self::secret`] gave, or that `minisign -G -W` wrote.
    ///
    /// # Errors
    /// [`SignatureError::Key`] where it is none, or has a password.
    pub fn from_secret(text: &str) -> Result<Self, SignatureError> {
        let key = || {
            let secret = SecretKeyBox::from_string(text)?.into_unencrypted_secret_key()?;
            let public = PublicKey::from_secret_key(&secret)?.to_base64();
            Ok::<_, minisign::PError>(Self { secret, public })
        };
        key().map_err(|_| SignatureError::Key)
    }

    /// The key as a text to be kept where nobody else reads it.
    ///
    /// # Errors
    /// [`SignatureError::Key`] where it cannot be written.
    pub fn secret(&self) -> Result<String, SignatureError> {
        let comment = Some("Watchkeeper pack publisher's secret key");
        let text = self.secret.to_box(comment);
        text.map(SecretKeyBox::into_string)
            .map_err(|_| SignatureError::Key)
    }

    /// The public key, base64: what a tenant's laptops pin.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Signs a bundle.
    ///
    /// # Errors
    /// Where the machine has no randomness.
    pub fn sign(&self, bundle: Bundle) -> Result<Signed, SignatureError> {
        let signature = self.signature(bundle.bytes())?;
        Signed::new(bundle, signature, self.public.clone())
    }

    /// The signature of these bytes, as minisign writes it.
    ///
    /// # Errors
    /// Where the machine has no randomness.
    pub fn signature(&self, bytes: &[u8]) -> Result<String, SignatureError> {
        let comment = Some("signature of a Watchkeeper pack");
        let signed = minisign::sign(None, &self.secret, bytes, comment, comment);
        signed
            .map(minisign::SignatureBox::into_string)
            .map_err(|_| SignatureError::Key)
    }
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::signed::PublisherKey;

    fn bundle(version: u32) -> Bundle {
        let text = format!("format: 1\nid: small\nversion: {version}\n");
        Bundle::from_files(BTreeMap::from([("pack.yaml".to_owned(), text)])).unwrap()
    }

    #[test]
    fn a_signature_holds_for_its_bytes_and_its_key_alone() {
        let (ours, theirs) = (
            Publisher::generate().unwrap(),
            Publisher::generate().unwrap(),
        );
        let signed = ours.sign(bundle(1)).unwrap();
        let key = PublisherKey::parse(ours.public()).unwrap();
        let bytes = signed.bundle().bytes();
        assert_eq!(key.verify(bytes, signed.signature()), Ok(()));

        let other = bundle(2);
        let moved = key.verify(other.bytes(), signed.signature());
        assert_eq!(moved, Err(SignatureError::Foreign));
        let foreign = PublisherKey::parse(theirs.public()).unwrap();
        let foreign = foreign.verify(bytes, signed.signature());
        assert_eq!(foreign, Err(SignatureError::Foreign));
        assert_eq!(key.verify(bytes, ""), Err(SignatureError::Unsigned));
        assert_eq!(key.verify(bytes, "junk"), Err(SignatureError::Malformed));
        // The comment is signed as well.
        let altered = signed
            .signature()
            .replace("trusted comment: s", "trusted comment: S");
        assert_ne!(altered, signed.signature());
        assert_eq!(key.verify(bytes, &altered), Err(SignatureError::Foreign));
        assert!(PublisherKey::parse("junk").is_err());
    }

    #[test]
    fn a_key_goes_on_after_it_was_kept() {
        let made = Publisher::generate().unwrap();
        let again = Publisher::from_secret(&made.secret().unwrap()).unwrap();
        assert_eq!(again.public(), made.public());
        let signed = again.sign(bundle(1)).unwrap();
        assert_eq!(signed.publisher(), made.public());
        assert!(Publisher::from_secret("junk").is_err());
        let shown = format!("{made:?}");
        assert!(shown.contains(made.public()));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
