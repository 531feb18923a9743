//! What another day has in addition: requests that wait, and a week that sold so and so.

use super::generate::{Generator, Standing, minutes};
use super::world::{Day, Week};

/// Hours of the week that ends with the start.
const WEEK: f64 = 168.0;

impl Generator<'_> {
    /// Adds what this day has.
    pub(super) fn day(&mut self, day: &Day) {
        for open in &day.open_refunds {
            self.open_refund(open);
        }
        if let Some(week) = day.week {
            self.week(week);
        }
    }

    /// Sells what is still missing of this week; the first of it is given back.
    fn week(&mut self, week: Week) {
        let begin = self.ago(WEEK).timestamp();
        let charges = self.out.charges.iter();
        let sold = charges.filter(|charge| charge.created >= begin).count();
        let mut buyer = None;
        for number in 0..week.purchases.saturating_sub(sold) {
            let hours = self.draw().between(2.0, WEEK - 2.0);
            let mut purchase = self.situation(hours);
            if number < week.of_one_buyer {
                purchase.business = *buyer.get_or_insert(purchase.business);
            }
            let at = purchase.at;
            if number < week.refunded {
                // Asked for and decided within the 72 hours, and before the start.
                let after = |share: f64| at + minutes(share * hours.min(70.0) * 60.0);
                self.refunded(&purchase, after(0.4), after(0.8));
            } else {
                self.book(&purchase, &Standing::Active { from: at }, None);
            }
        }
    }
}
