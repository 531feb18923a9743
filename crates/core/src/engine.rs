//! One open profile: its databases, its pack, and the tasks that keep it in step.

/// One open profile.
pub struct Engine {}
