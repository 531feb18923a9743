//! Randomness, passed in.

/// Gives random bytes.
pub trait Random: Send + Sync + 'static {
    /// 32 bytes that nobody can guess.
    fn bytes(&self) -> [u8; 32];

    /// A number in `0.0..1.0`, for jitter.
    fn unit(&self) -> f64 {
        let [a, b, c, d, ..] = self.bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        // Without randomness there are no tokens; the system gives it or never starts.
        while getrandom::fill(&mut bytes).is_err() {
            std::thread::yield_now();
        }
        bytes
    }
}
