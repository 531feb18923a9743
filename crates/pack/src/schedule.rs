//! Schedules: RFC 5545 rules in local time, resolved to instants.

/// A recurring schedule with a zone.
#[derive(Debug)]
pub struct Schedule {}
