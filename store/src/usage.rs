//! What months used: a row for each month and kind, of counters.
//!
//! Each finish of a stage adds to one. On AWS a row takes some hundred such transactions a second, far
//! more than voices and models are asked for, so it is not spread over several.

use std::collections::BTreeMap;

use domain::Month;
use domain::ports::{Change, PortError};
use domain::stage::{Stage, StageKind};
use domain::usage::{Budgets, Cost, Spent, Usage};

use crate::blog::Blog;
use crate::keys;
use crate::rows::{self, REVISION};
use crate::table::{Change as Field, Consistency, Index, Item, Key, Query, SortRange, Value};

const RUNS: &str = "runs";
const UNITS: &str = "units";
const WORK_MS: &str = "work_ms";
const COST: &str = "cost";
/// The attribute of what runs under way may use.
pub(crate) const RESERVED: &str = "reserved";

/// Kinds of which months know.
const KINDS: u32 = StageKind::ALL.len() as u32;
/// Held stages that are counted; beyond, there are as many at least.
pub const COUNTED: u32 = 1_000;

/// An update of a counters' row.
type Update = (Key, Vec<Field>);

/// What a change adds to the rows of months, and what such a row must still say for it.
pub(crate) fn writes(change: &Change) -> Vec<(Update, Option<Usage>)> {
    let mut rows: BTreeMap<Key, Vec<Field>> = BTreeMap::new();
    if let Some(booked) = &change.booked {
        let Spent { units, work_ms, cost: Cost(cost) } = booked.spent;
        rows.entry(keys::usage(booked.month, booked.kind)).or_default().extend([
            Field::Add(RUNS, 1),
            Field::Add(UNITS, whole(units)),
            Field::Add(WORK_MS, whole(work_ms)),
            Field::Add(COST, whole(cost)),
        ]);
    }
    let mut reserved: BTreeMap<Key, i64> = BTreeMap::new();
    for step in &change.stages {
        let mut add = |stage: &Stage, sign: i64| {
            if let Some(part) = stage.reserved {
                let key = keys::usage(part.month, stage.id.kind);
                *reserved.entry(key).or_default() += sign * whole(part.units);
            }
        };
        // A stage that is written for the first time has not run.
        if let Some(before) = &step.before {
            add(before, -1);
            add(&step.after, 1);
        }
    }
    for (key, units) in reserved.into_iter().filter(|(_, units)| *units != 0) {
        rows.entry(key).or_default().push(Field::Add(RESERVED, units));
    }
    let seen = change.while_used.map(|seen| (keys::usage(seen.month, seen.kind), seen));
    if let Some((key, _)) = &seen {
        rows.entry(key.clone()).or_default();
    }
    rows.into_iter()
        .map(|(key, fields)| {
            let seen = seen.as_ref().filter(|(of, _)| *of == key).map(|(_, seen)| *seen);
            (update(key, fields), seen)
        })
        .collect()
}

/// What a stage that is removed gives back.
pub(crate) fn freed(stage: &Stage) -> Option<Update> {
    let part = stage.reserved?;
    let key = keys::usage(part.month, stage.id.kind);
    Some(update(key, vec![Field::Add(RESERVED, -whole(part.units))]))
}

fn update(key: Key, mut fields: Vec<Field>) -> Update {
    fields.extend([Field::Set("v", Value::N(rows::VERSION)), Field::Add(REVISION, 1)]);
    (key, fields)
}

/// A month's row, or that there is none.
pub(crate) fn read(month: Month, kind: StageKind, row: Option<&Item>) -> Usage {
    let Some(row) = row else { return Usage::none(month, kind) };
    let count = |name: &str| match row.attributes.get(name) {
        Some(Value::N(count)) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    };
    Usage {
        month,
        kind,
        runs: count(RUNS),
        spent: Spent { units: count(UNITS), work_ms: count(WORK_MS), cost: Cost(count(COST)) },
        reserved: count(RESERVED),
        version: count(REVISION),
    }
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl Blog {
    /// What the last months used in which anything was used, at most `months` of them, the newest first;
    /// no row of a kind of which nothing was.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn usage(&self, months: u32) -> Result<Vec<Usage>, PortError> {
        let query = Query {
            index: None,
            partition: keys::USAGE.to_owned(),
            range: SortRange::All,
            ascending: false,
            limit: (months * KINDS).clamp(1, 1_000),
            start: None,
            consistency: Consistency::Strong,
        };
        let page = self.page(&query).await?;
        let rows = page.items.iter().filter_map(|row| {
            let (month, kind) = keys::parse_usage(&row.key)?;
            Some(read(month, kind, Some(row)))
        });
        let mut used: Vec<Usage> = rows.collect();
        let mut seen: Vec<Month> = used.iter().map(|usage| usage.month).collect();
        seen.dedup();
        if let Some(beyond) = seen.get(months as usize) {
            used.retain(|usage| usage.month > *beyond);
        }
        Ok(used)
    }

    /// What months may use.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn budgets(&self) -> Result<Budgets, PortError> {
        let row = self.rows(&[keys::site("BUDGETS")]).await?;
        Ok(row.first().map(rows::entity).transpose()?.unwrap_or_default())
    }

    /// How many stages of each kind are held, of all authors; counts up to [`COUNTED`] of them. May be
    /// a moment late.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn count_held(&self) -> Result<BTreeMap<StageKind, u32>, PortError> {
        let mut counts = BTreeMap::new();
        let every = SortRange::All;
        for id in self.stages_at(Index::Gsi2, keys::HELD, every, COUNTED).await? {
            *counts.entry(id.kind).or_default() += 1;
        }
        Ok(counts)
    }
}
