//! The GraphQL type `PipelineUsage`: what pipelines use, and how much of it a month may take.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use domain::Month;
use domain::usage::{Cost, Usage};

use crate::error::Code;
use crate::loaders::Loaders;
use crate::parts::Parts;
use crate::request::or_fault;
use crate::types::enums::StageKind;

/// The most months of one answer.
const MONTHS: i32 = 36;

/// In what the use of a pipeline is counted, beside its time.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::usage::Unit")]
pub enum UsageUnit {
    /// Characters that were spoken.
    Characters,
    /// Tokens that were read to be summarised.
    Tokens,
    /// Started kilobytes (1,000 bytes) of uploaded pictures.
    Kilobytes,
}

/// An amount of money.
#[derive(SimpleObject)]
pub struct Money {
    /// A decimal number with two to six decimals, such as `12.50`; what is smaller is rounded up.
    amount: String,
    /// The currency's code by ISO 4217.
    currency: String,
}

impl Money {
    /// What the blog paid, in its currency.
    pub(crate) fn of(context: &Context<'_>, cost: Cost) -> Self {
        let currency = Parts::of(context).prices.currency.clone();
        Money { amount: cost.to_string(), currency }
    }

    /// What so many units of a kind would cost; none of what costs time alone.
    pub(crate) fn price(
        context: &Context<'_>,
        kind: domain::stage::StageKind,
        units: u64,
    ) -> Option<Self> {
        let price = Parts::of(context).prices.of(kind)?;
        Some(Money::of(context, price.of(units)))
    }
}

/// How much a month may use before pipelines are held and wait for a confirmation. Months are those of
/// the calendar, in UTC.
#[derive(SimpleObject)]
pub struct Budgets {
    /// Characters of speech; null for no limit.
    speech_characters: Option<i32>,
    /// Tokens of summaries; null for no limit.
    summary_tokens: Option<i32>,
}

impl From<domain::usage::Budgets> for Budgets {
    fn from(budgets: domain::usage::Budgets) -> Self {
        let (speech_characters, summary_tokens) =
            (budgets.speech.map(whole), budgets.summary.map(whole));
        Budgets { speech_characters, summary_tokens }
    }
}

/// How many pipelines of a kind are held.
#[derive(SimpleObject)]
pub struct HeldCount {
    /// What they would make.
    kind: StageKind,
    /// How many, of all authors. A thousand of all kinds are counted.
    count: i32,
}

/// What was used of one kind of pipeline in a month. What was skipped costs nothing and is not in it.
#[derive(SimpleObject)]
pub struct KindUsage {
    /// Which.
    kind: StageKind,
    /// Runs that made something, or failed when they had used something.
    runs: i32,
    /// How long they worked, in seconds to the millisecond.
    work_seconds: f64,
    /// In what `units` is counted; null for what takes time alone.
    unit: Option<UsageUnit>,
    /// How much of it was used.
    units: i32,
    /// How much of it runs under way may still use; of kinds with a budget.
    reserved: i32,
    /// What was paid for it, at the prices of the time; null when nothing ever was.
    price: Option<Money>,
}

/// What was used in a month.
#[derive(SimpleObject)]
pub struct MonthUsage {
    /// The calendar month in UTC, such as `2026-11`.
    month: String,
    /// Each kind of pipeline.
    kinds: Vec<KindUsage>,
}

/// What pipelines use, of all authors: for who runs the blog.
pub struct PipelineUsage;

/// What pipelines use, of all authors: for who runs the blog.
#[Object]
impl PipelineUsage {
    /// This month, and those before it in which anything was used; the newest first.
    async fn months(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 36.", default = 12)] last: i32,
    ) -> Result<Vec<MonthUsage>> {
        if !(1..=MONTHS).contains(&last) {
            return Err(Code::BadUserInput.error(format!("`last` is 1 to {MONTHS}")));
        }
        let used = Loaders::of(context).blog().usage(last.unsigned_abs()).await;
        let used = or_fault(context, used)?;
        let mut months = vec![Month::of(Parts::of(context).clock.now())];
        // A clock that went back leaves months that have not begun; they are told all the same.
        months.extend(used.iter().map(|usage| usage.month));
        months.sort_unstable_by(|a, b| b.cmp(a));
        months.dedup();
        months.truncate(last.unsigned_abs() as usize);
        Ok(months.into_iter().map(|month| of_month(context, month, &used)).collect())
    }

    /// How much a month may use.
    async fn budgets(&self, context: &Context<'_>) -> Result<Budgets> {
        let budgets = Loaders::of(context).blog().budgets().await;
        or_fault(context, budgets).map(Budgets::from)
    }

    /// The kinds of which pipelines are held, and how many. May be a moment late.
    async fn held(&self, context: &Context<'_>) -> Result<Vec<HeldCount>> {
        let counts = or_fault(context, Loaders::of(context).blog().count_held().await)?;
        let count = |(kind, count): (domain::stage::StageKind, u32)| {
            let count = whole(count.into());
            StageKind::of(kind).map(|kind| HeldCount { kind, count })
        };
        Ok(counts.into_iter().filter_map(count).collect())
    }

    /// What a million characters of speech cost; null when they cost time alone.
    async fn speech_price(&self, context: &Context<'_>) -> Option<Money> {
        Money::price(context, domain::stage::StageKind::Speech, 1_000_000)
    }

    /// What a million tokens of summaries cost; null when they cost time alone.
    async fn summary_price(&self, context: &Context<'_>) -> Option<Money> {
        Money::price(context, domain::stage::StageKind::Summary, 1_000_000)
    }
}

fn of_month(context: &Context<'_>, month: Month, used: &[Usage]) -> MonthUsage {
    let kinds = domain::stage::StageKind::ALL.into_iter().filter_map(|kind| {
        let found = used.iter().find(|usage| (usage.month, usage.kind) == (month, kind));
        let usage = found.copied().unwrap_or_else(|| Usage::none(month, kind));
        let priced = usage.spent.cost > Cost(0) || Parts::of(context).prices.of(kind).is_some();
        Some(KindUsage {
            kind: StageKind::of(kind)?,
            runs: whole(usage.runs),
            work_seconds: usage.spent.work_ms as f64 / 1_000.0,
            unit: kind.unit().map(UsageUnit::from),
            units: whole(usage.spent.units),
            reserved: whole(usage.reserved),
            price: priced.then(|| Money::of(context, usage.spent.cost)),
        })
    });
    MonthUsage { month: month.to_string(), kinds: kinds.collect() }
}

/// As GraphQL's numbers reach.
pub(crate) fn whole(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
