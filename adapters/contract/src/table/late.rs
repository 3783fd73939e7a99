//! How a table looked some operations ago.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use store::table::{Attributes, Index, Item, Key, Page, Query, SortRange, Start, TTL, Value};

/// What was overwritten lately, to answer as if it were not yet.
#[derive(Default)]
pub struct Past {
    /// Operations until now.
    now: u64,
    overwritten: VecDeque<Overwritten>,
}

struct Overwritten {
    at: u64,
    key: Key,
    old: Option<Item>,
}

/// Items that differ between then and now, as they were then.
pub type Then = BTreeMap<Key, Option<Item>>;

impl Past {
    /// Counts an operation.
    pub fn tick(&mut self) {
        self.now += 1;
    }

    /// Notes that a write took the place of `old`; forgets what is older than `keep` operations.
    pub fn note(&mut self, key: Key, old: Option<Item>, keep: u64) {
        self.overwritten.push_back(Overwritten { at: self.now, key, old });
        while self.overwritten.front().is_some_and(|first| first.at + keep < self.now) {
            self.overwritten.pop_front();
        }
    }

    /// Looks `ago` operations back.
    pub fn then(&self, ago: u64) -> Then {
        let mut then = Then::new();
        for write in &self.overwritten {
            // A write of the present operation is not yet seen with `ago` of 0 either way: reads have
            // operations of their own.
            if write.at + ago > self.now {
                // The first write after that moment knows how it was.
                then.entry(write.key.clone()).or_insert_with(|| write.old.clone());
            }
        }
        then
    }
}

/// Makes of a page as it is now the page as it was then.
pub fn page_then(query: &Query, now: Page, then: &Then, second: i64) -> Page {
    let covered = |place: &Place| match &now.next {
        None => true,
        Some(end) => in_order(query, place, &Place::of_start(end)).is_le(),
    };
    let mut items: Vec<(Place, Item)> = now
        .items
        .iter()
        .filter(|item| !then.contains_key(&item.key))
        .chain(then.values().flatten().filter(|item| !expired(item, second)))
        .filter_map(|item| Some((place(query, item)?, item.clone())))
        .filter(|(place, _)| covered(place) && begun(query, place))
        .collect();
    items.sort_by(|(a, _), (b, _)| in_order(query, a, b));

    let limit = query.limit as usize;
    let mut next = now.next;
    if items.len() > limit {
        items.truncate(limit);
        next = items.last().map(|(place, _)| place.start(query.index));
    }
    Page { items: items.into_iter().map(|(_, item)| item).collect(), next }
}

/// Whether an item's last second has passed.
pub fn expired(item: &Item, second: i64) -> bool {
    matches!(item.attributes.get(TTL), Some(Value::N(ttl)) if *ttl < second)
}

/// A place in the order of a query: sort key first, the item's key where that is equal.
struct Place {
    text: String,
    number: i64,
    key: Key,
}

impl Place {
    fn new(sort: &Value, key: &Key) -> Option<Self> {
        let key = key.clone();
        match sort {
            Value::S(text) => Some(Self { text: text.clone(), number: 0, key }),
            Value::N(number) => Some(Self { text: String::new(), number: *number, key }),
            _ => None,
        }
    }

    fn of_start(start: &Start) -> Self {
        let of_table = || Self { text: start.key.sk.clone(), number: 0, key: start.key.clone() };
        let of_index = start.index_sort.as_ref().and_then(|sort| Self::new(sort, &start.key));
        of_index.unwrap_or_else(of_table)
    }

    fn start(&self, index: Option<Index>) -> Start {
        let index_sort = index.map(|index| match index {
            Index::Gsi3 => Value::N(self.number),
            Index::Gsi1 | Index::Gsi2 => Value::S(self.text.clone()),
        });
        Start { key: self.key.clone(), index_sort }
    }
}

/// Where an item stands in a query; none if it does not.
fn place(query: &Query, item: &Item) -> Option<Place> {
    let (partition, sort) = keys(query.index, item)?;
    if partition != query.partition {
        return None;
    }
    let within = match (&query.range, &sort) {
        (SortRange::All, _) => true,
        (SortRange::Prefix(prefix), Value::S(text)) => text.starts_with(prefix.as_str()),
        (SortRange::Between(from, to), Value::S(text)) => from <= text && text <= to,
        (SortRange::NumberBetween(from, to), Value::N(number)) => from <= number && number <= to,
        _ => false,
    };
    if within { Place::new(&sort, &item.key) } else { None }
}

fn keys(index: Option<Index>, item: &Item) -> Option<(String, Value)> {
    let Some(index) = index else {
        return Some((item.key.pk.clone(), Value::S(item.key.sk.clone())));
    };
    let (partition, sort) = index.attributes();
    let attributes: &Attributes = &item.attributes;
    let Some(Value::S(partition)) = attributes.get(partition) else { return None };
    Some((partition.clone(), attributes.get(sort)?.clone()))
}

fn begun(query: &Query, place: &Place) -> bool {
    query.start.as_ref().is_none_or(|start| in_order(query, place, &Place::of_start(start)).is_gt())
}

fn in_order(query: &Query, a: &Place, b: &Place) -> Ordering {
    let by_value = (&a.text, a.number, &a.key).cmp(&(&b.text, b.number, &b.key));
    if query.ascending { by_value } else { by_value.reverse() }
}
