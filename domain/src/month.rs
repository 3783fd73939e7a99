//! Months of the calendar.

use std::fmt;

use crate::Timestamp;

/// A calendar month, in UTC. `2026-11`, also in keys.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// The month of a moment; that of 1970 before it, and of 9999 after it.
    pub fn of(at: Timestamp) -> Self {
        // Days since 1970 to a civil date, by eras of 400 years that begin in March.
        let days = at.seconds().clamp(0, 253_402_300_799) / 86_400 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let march = (5 * day + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        let year = era * 400 + year + i64::from(month <= 2);
        Month { year: year as u16, month: month as u8 }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self.month {
            12 => Month { year: self.year + 1, month: 1 },
            month => Month { year: self.year, month: month + 1 },
        }
    }

    /// Its first moment.
    pub fn begin(self) -> Timestamp {
        // As above, the other way round.
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let (year, march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        let days = era * 146_097 + year * 365 + year / 4 - year / 100 + (153 * march + 2) / 5;
        Timestamp((days - 719_468) * 86_400_000)
    }

    /// Its year, of the common era.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12).contains(&month).then_some(Month { year, month })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_in_the_month_that_the_calendar_says() {
        for (seconds, month) in [
            (0, "1970-01"),
            (951_782_399, "2000-02"),
            (951_868_799, "2000-02"),
            (951_868_800, "2000-03"),
            (1_709_251_199, "2024-02"),
            (1_709_251_200, "2024-03"),
            (1_796_083_199, "2026-11"),
            (1_796_083_200, "2026-12"),
            (1_798_761_599, "2026-12"),
            (1_798_761_600, "2027-01"),
            (4_107_542_399, "2100-02"),
            (4_107_542_400, "2100-03"),
            (-5, "1970-01"),
        ] {
            let found = Month::of(Timestamp(seconds * 1000));
            assert_eq!(found.to_string(), month, "{seconds}");
            assert_eq!(Month::parse(month), Some(found));
        }
        for text in ["2026-13", "2026-00", "2026", "26-11", "2026-1", "+026-11", "2026-11-01"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_month_begins_where_the_one_before_it_ends() {
        let mut month = Month::parse("1970-01").unwrap();
        assert_eq!(month.begin(), Timestamp(0));
        while month.year() < 2500 {
            let next = month.next();
            assert_eq!(Month::of(next.begin()), next);
            assert_eq!(Month::of(Timestamp(next.begin().0 - 1)), month);
            month = next;
        }
    }
}
