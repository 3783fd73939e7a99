//! What pipelines use, what that costs, and how much of it a month may take.
//!
//! A run that finishes is booked in the same transaction, in the calendar month (UTC) in which it ends.
//! What a run is about to use is reserved before: see [`Hold`] and
//! [`ReserveBudget`](crate::actions::ReserveBudget).

use std::fmt;
use std::str::FromStr;

use crate::Month;
use crate::stage::StageKind;

/// In what the use of a pipeline is counted, beside its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Characters (Unicode scalar values) that were spoken.
    Characters,
    /// Tokens that were read to be summarised.
    Tokens,
    /// Started kilobytes (1,000 bytes) of uploads that were decoded.
    Kilobytes,
}

impl StageKind {
    /// In what its use is counted; none of what takes time alone.
    pub fn unit(self) -> Option<Unit> {
        match self {
            StageKind::Speech => Some(Unit::Characters),
            StageKind::Summary => Some(Unit::Tokens),
            StageKind::Image => Some(Unit::Kilobytes),
            StageKind::Search | StageKind::Purge | StageKind::Tidy => None,
        }
    }
}

/// An amount of money: billionths of the currency's unit, so that one character at any [`Price`] is a
/// whole number and nothing is ever rounded while it is added up.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Cost(pub u64);

impl Cost {
    /// The sum; stays at the highest amount that can be told.
    #[must_use]
    pub fn plus(self, other: Cost) -> Cost {
        Cost(self.0.saturating_add(other.0))
    }
}

/// `12.50`, `0.000016`: at least two decimals and at most six, rounded up.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(self.0.div_ceil(1_000), f)
    }
}

/// What a million of a unit cost: thousandths of the currency's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(pub u64);

impl Price {
    /// The highest: a million of the currency's unit.
    pub const MOST: Price = Price(1_000_000_000);

    /// What so many units cost.
    pub fn of(self, units: u64) -> Cost {
        Cost(self.0.saturating_mul(units))
    }
}

/// `16.00`, as [`FromStr`] reads it.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(self.0.saturating_mul(1_000), f)
    }
}

/// Not an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an amount is written as 16 or 16.50, with at most three decimals and at most {}",
    Price::MOST
)]
pub struct NotAPrice;

impl FromStr for Price {
    type Err = NotAPrice;

    fn from_str(text: &str) -> Result<Self, NotAPrice> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(rest) || rest.len() > 3 {
            return Err(NotAPrice);
        }
        let whole: u64 = whole.parse().map_err(|_| NotAPrice)?;
        let rest: u64 = format!("{rest:0<3}").parse().map_err(|_| NotAPrice)?;
        let price = whole.checked_mul(1_000).and_then(|whole| whole.checked_add(rest));
        price.map(Price).filter(|price| *price <= Price::MOST).ok_or(NotAPrice)
    }
}

/// Millionths as a decimal number with two to six decimals.
fn decimal(micros: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let rest = format!("{:06}", micros % 1_000_000);
    let shown = rest.trim_end_matches('0').len().max(2);
    write!(f, "{}.{}", micros / 1_000_000, &rest[..shown])
}

/// A currency's code by ISO 4217.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Currency(String);

/// Not such a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capitals, such as USD or KRW")]
pub struct NotACurrency;

impl FromStr for Currency {
    type Err = NotACurrency;

    fn from_str(text: &str) -> Result<Self, NotACurrency> {
        let code = text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_uppercase());
        if code { Ok(Currency(text.to_owned())) } else { Err(NotACurrency) }
    }
}

impl TryFrom<String> for Currency {
    type Error = NotACurrency;

    fn try_from(text: String) -> Result<Self, NotACurrency> {
        text.parse()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the services behind the pipelines ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// ISO 4217, such as `USD`.
    pub currency: String,
    /// Of a million characters of speech.
    pub speech: Price,
    /// Of a million tokens of summary.
    pub summary: Price,
}

/// Nothing: the own machine costs time alone.
impl Default for Prices {
    fn default() -> Self {
        Prices { currency: "USD".to_owned(), speech: Price(0), summary: Price(0) }
    }
}

impl Prices {
    /// Of a million units of a kind; none of what costs time alone.
    pub fn of(&self, kind: StageKind) -> Option<Price> {
        let price = match kind {
            StageKind::Speech => self.speech,
            StageKind::Summary => self.summary,
            StageKind::Search | StageKind::Image | StageKind::Purge | StageKind::Tidy => Price(0),
        };
        (price.0 > 0).then_some(price)
    }
}

/// How much of each kind a month may use. None is no limit, and zero lets nothing go unconfirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Budgets {
    /// Characters of speech.
    pub speech: Option<u64>,
    /// Tokens of summaries.
    pub summary: Option<u64>,
}

impl Budgets {
    /// The limit of a kind.
    pub fn limit(&self, kind: StageKind) -> Option<u64> {
        match kind {
            StageKind::Speech => self.speech,
            StageKind::Summary => self.summary,
            StageKind::Search | StageKind::Image | StageKind::Purge | StageKind::Tidy => None,
        }
    }
}

/// What runs used. Adds up over the runs of a stage until one of them finishes and it is booked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Spent {
    /// In the kind's [`Unit`].
    pub units: u64,
    /// Milliseconds of work, as the clock on the wall counts them.
    pub work_ms: u64,
    /// At the prices of the moment of use.
    pub cost: Cost,
}

impl Spent {
    /// The sum.
    #[must_use]
    pub fn plus(self, other: Spent) -> Spent {
        Spent {
            units: self.units.saturating_add(other.units),
            work_ms: self.work_ms.saturating_add(other.work_ms),
            cost: self.cost.plus(other.cost),
        }
    }
}

/// What was used of a kind in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// When.
    pub month: Month,
    /// Of what.
    pub kind: StageKind,
    /// Runs that made something, or failed when they had used something.
    pub runs: u64,
    /// What they used.
    pub spent: Spent,
    /// What runs under way may still use.
    pub reserved: u64,
    /// Counts the changes of the row; 0 while there is none.
    pub version: u64,
}

impl Usage {
    /// Nothing yet.
    pub fn none(month: Month, kind: StageKind) -> Self {
        Usage { month, kind, runs: 0, spent: Spent::default(), reserved: 0, version: 0 }
    }
}

/// What a finished run adds to its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    /// In which it ended.
    pub month: Month,
    /// Of which kind it was.
    pub kind: StageKind,
    /// What it used.
    pub spent: Spent,
}

/// What a run that is under way may use: kept apart for it until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reserved {
    /// Of which month's budget.
    pub month: Month,
    /// In the kind's [`Unit`].
    pub units: u64,
}

/// Why a stage is held: it would use more than its month has left, or it came with the blog from another
/// home, where it would have cost something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hold {
    /// What it would use.
    pub units: u64,
    /// What the month had used and reserved when it was held.
    pub used: u64,
    /// The month's limit then; none when it came from another home: its author alone lets it go, whatever
    /// room the months have.
    pub limit: Option<u64>,
}

impl Hold {
    /// What holds a stage that came from another home.
    pub fn of_arrival(units: u64) -> Self {
        Hold { units, used: 0, limit: None }
    }

    /// Whether the month has no room for it.
    pub fn exceeds(&self) -> bool {
        self.limit.is_some_and(|limit| self.used.saturating_add(self.units) > limit)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_and_told_without_a_rounding() {
        for (text, thousandths, told) in [
            ("16", 16_000, "16.00"),
            ("16.5", 16_500, "16.50"),
            ("0.001", 1, "0.001"),
            ("1000000", 1_000_000_000, "1000000.00"),
        ] {
            let price: Price = text.parse().unwrap();
            assert_eq!((price.0, price.to_string().as_str()), (thousandths, told));
        }
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1.0001", "1,5", "1000000.1", "NaN"] {
            assert_eq!(text.parse::<Price>(), Err(NotAPrice), "{text}");
        }
    }

    #[test]
    fn a_cost_is_exact_and_rounded_up_only_when_it_is_told() {
        let price: Price = "0.25".parse().unwrap();
        let once = price.of(1);
        assert_eq!(once.to_string(), "0.000001");
        let four = once.plus(once).plus(once).plus(once);
        assert_eq!((four, four.to_string().as_str()), (price.of(4), "0.000001"));
        assert_eq!(price.of(1_000_000).to_string(), "0.25");
        assert_eq!(Price::MOST.of(u64::MAX), Cost(u64::MAX));
    }

    #[test]
    fn a_budget_may_be_used_up_to_its_last_unit() {
        let hold = |units| Hold { units, used: 90, limit: Some(100) };
        assert!(!hold(10).exceeds());
        assert!(hold(11).exceeds());
        assert!(Hold { units: 1, used: u64::MAX, limit: Some(u64::MAX - 1) }.exceeds());
    }
}
