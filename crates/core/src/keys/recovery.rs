//! The recovery code: 128 random bits on paper.
//!
//! Crockford's base 32 in seven groups of four, `7K2M-…`: 26 characters of code and two of check,
//! so that a slip of the pen is told from a wrong code. Case, dashes and blanks do not matter; the
//! letters O, I and L are read as the digits that they look like.

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{KeyBytes, KeyError};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES: usize = 16;
const CODE_CHARS: usize = 26;
const CHARS: usize = CODE_CHARS + 2;

/// A recovery code.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode([u8; BYTES]);

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

impl RecoveryCode {
    /// A new code.
    pub(super) fn random() -> Result<Self, KeyError> {
        let mut bytes = [0u8; BYTES];
        getrandom::fill(&mut bytes).map_err(|_| KeyError::Failed("no randomness"))?;
        let code = Self::from_bytes(bytes);
        bytes.zeroize();
        Ok(code)
    }

    /// The code of these bits.
    pub(super) fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// As it is written on paper.
    pub fn shown(&self) -> String {
        let mut digits = Zeroizing::new([0u8; CHARS]);
        self.digits(&mut digits);
        let mut shown = String::with_capacity(CHARS + CHARS / 4);
        for (index, digit) in digits.iter().enumerate() {
            if index > 0 && index % 4 == 0 {
                shown.push('-');
            }
            shown.push(letter(*digit));
        }
        shown
    }

    /// Reads what somebody typed.
    pub fn parse(typed: &str) -> Result<Self, KeyError> {
        if typed.len() > 256 {
            return Err(KeyError::Mistyped);
        }
        let mut digits = Zeroizing::new(Vec::with_capacity(CHARS));
        for char in typed.chars() {
            if !char.is_whitespace() && char != '-' {
                digits.push(digit(char).ok_or(KeyError::Mistyped)?);
            }
        }
        if digits.len() != CHARS {
            return Err(KeyError::Mistyped);
        }
        let mut bits: u128 = 0;
        let code_digits = digits.get(..CODE_CHARS).ok_or(KeyError::Mistyped)?;
        for (index, digit) in code_digits.iter().enumerate() {
            // 26 digits hold 130 bits: the last one has only three of the code's.
            bits = if index + 1 == CODE_CHARS {
                (bits << 3) | u128::from(digit >> 2)
            } else {
                (bits << 5) | u128::from(*digit)
            };
        }
        let code = Self(bits.to_be_bytes());
        bits.zeroize();
        let mut expected = Zeroizing::new([0u8; CHARS]);
        code.digits(&mut expected);
        if expected.as_slice() == digits.as_slice() {
            Ok(code)
        } else {
            Err(KeyError::Mistyped)
        }
    }

    /// The key that it stands for. No stretching: 128 random bits need none.
    pub(super) fn key(&self, profile: &str) -> KeyBytes {
        let mut hash = Sha256::new();
        hash.update(b"watchkeeper recovery key v1\0");
        hash.update(profile.as_bytes());
        hash.update([0]);
        hash.update(self.0);
        Zeroizing::new(hash.finalize().into())
    }

    fn digits(&self, into: &mut [u8; CHARS]) {
        let bits = u128::from_be_bytes(self.0);
        let check =
            Sha256::digest([b"watchkeeper recovery check v1\0", self.0.as_slice()].concat());
        let check = check
            .iter()
            .take(2)
            .fold(0u16, |all, byte| (all << 8) | u16::from(*byte));
        for (index, digit) in into.iter_mut().enumerate() {
            *digit = match index {
                0..25 => ((bits >> (123 - 5 * index)) & 31) as u8,
                25 => ((bits & 7) << 2) as u8,
                26 => (check & 31) as u8,
                _ => ((check >> 5) & 31) as u8,
            };
        }
    }
}

fn letter(digit: u8) -> char {
    ALPHABET
        .get(usize::from(digit))
        .map_or('0', |byte| char::from(*byte))
}

fn digit(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|byte| char::from(*byte) == letter)
        .and_then(|index| u8::try_from(index).ok())
}
