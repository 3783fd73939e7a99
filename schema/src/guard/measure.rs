//! Measures selection sets, each fragment once.
//!
//! What a fragment adds to a query does not depend on where it is spread: its type condition fixes
//! the place, and sums and maxima do the rest. So a fragment that is spread a thousand times is
//! measured once, and the whole takes time in proportion to the document.

use std::collections::HashMap;

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{
    ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet,
};
use async_graphql_value::{ConstValue, Name, Value};

use super::refusal::{Refusal, RefusalCode};
use super::shapes::{Kind, Place, Shapes};

/// Rows of a list whose length the query does not tell.
const ROWS_OF_A_LIST: u64 = 10;
/// Rows of a connection for which neither query nor schema tells the page.
const ROWS_OF_A_PAGE: u64 = 20;
/// A query to the table, in rows that are read at the same price.
const QUERY: u64 = 5;
/// What reading the whole schema costs.
const SCHEMA: u64 = 50;

/// Fields that let introspection walk in circles.
const SCHEMA_LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

/// What a selection set asks for, its fragments unfolded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// Fields inside fields.
    pub(super) depth: u64,
    /// The same, within the introspection system.
    pub(super) schema_depth: u64,
    /// Introspection lists inside each other.
    pub(super) schema_lists: u64,
    /// Fields, spreads and inline fragments.
    pub(super) selections: u64,
    /// Fields of the set itself.
    pub(super) fields: u64,
    /// Cost that comes once.
    pub(super) cost: u64,
    /// Cost that comes with each row of the page, in a selection set on a connection.
    pub(super) cost_of_row: u64,
}

impl Measure {
    /// Adds what stands beside it in the same selection set.
    fn add(&mut self, other: Measure) {
        self.depth = self.depth.max(other.depth);
        self.schema_depth = self.schema_depth.max(other.schema_depth);
        self.schema_lists = self.schema_lists.max(other.schema_lists);
        self.selections = self.selections.saturating_add(other.selections);
        self.fields = self.fields.saturating_add(other.fields);
        self.cost = self.cost.saturating_add(other.cost);
        self.cost_of_row = self.cost_of_row.saturating_add(other.cost_of_row);
    }
}

/// Measures one document, with the values that its variables have.
pub(super) struct Measuring<'a> {
    shapes: &'a Shapes,
    variables: HashMap<&'a str, &'a ConstValue>,
    fragments: HashMap<&'a str, Measure>,
}

impl<'a> Measuring<'a> {
    /// Measures all fragments, those first that others contain.
    ///
    /// # Errors
    /// [`RefusalCode::Invalid`] - when a fragment contains itself.
    pub(super) fn new(
        shapes: &'a Shapes,
        document: &'a ExecutableDocument,
        variables: HashMap<&'a str, &'a ConstValue>,
    ) -> Result<Self, Refusal> {
        let mut measuring = Measuring { shapes, variables, fragments: HashMap::new() };
        for (name, fragment) in inner_first(document)? {
            let place = shapes.on(&fragment.type_condition.node.on.node);
            let measure = measuring.set(place, &fragment.selection_set.node);
            measuring.fragments.insert(name, measure);
        }
        Ok(measuring)
    }

    /// Measures a selection set. Recurses with the brackets of the document, not with its fragments.
    pub(super) fn set(&self, place: Place, set: &SelectionSet) -> Measure {
        let mut sum = Measure::default();
        for selection in &set.items {
            sum.add(match &selection.node {
                Selection::Field(field) => self.field(place, &field.node),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    counted(self.fragments.get(name).copied().unwrap_or_default())
                }
                Selection::InlineFragment(fragment) => {
                    let place = match &fragment.node.type_condition {
                        Some(condition) => self.shapes.on(&condition.node.on.node),
                        None => place,
                    };
                    counted(self.set(place, &fragment.node.selection_set.node))
                }
            });
        }
        sum
    }

    /// The measure of a fragment, for those that no operation spreads.
    pub(super) fn fragment(&self, name: &str) -> Measure {
        self.fragments.get(name).copied().unwrap_or_default()
    }

    fn field(&self, place: Place, field: &Field) -> Measure {
        let name = field.name.node.as_str();
        let composite = !field.selection_set.node.items.is_empty();
        let shape = self.shapes.field(place, name, composite);
        let below = self.set(shape.leads_to, &field.selection_set.node);
        let mut here =
            Measure { fields: 1, selections: below.selections.saturating_add(1), ..below };
        if place == Place::Introspection {
            here.schema_depth += 1;
            here.schema_lists += u64::from(SCHEMA_LISTS.contains(&name));
            (here.cost, here.cost_of_row) = (0, 0);
            return here;
        }
        here.depth += 1;
        (here.cost, here.cost_of_row) = match shape.kind {
            _ if name == "__schema" => (SCHEMA, 0),
            Kind::Leaf => (0, 0),
            Kind::Object => (one(below), 0),
            Kind::List => (self.rows(field).saturating_mul(one(below)).saturating_add(1), 0),
            Kind::Rows => (0, one(below)),
            Kind::Connection { page } => {
                let rows = self.page(field).or(page).unwrap_or(ROWS_OF_A_PAGE);
                let cost = rows.saturating_mul(below.cost_of_row).saturating_add(below.cost);
                (cost.saturating_add(1 + QUERY), 0)
            }
        };
        here
    }

    /// The page that a query asks for, as `first` or `last`.
    fn page(&self, field: &Field) -> Option<u64> {
        let page = field.get_argument("first").or_else(|| field.get_argument("last"))?;
        match self.value(&page.node)? {
            Known::Number(number) => Some(number),
            Known::Length(_) => None,
        }
    }

    /// The length of a list: that of the longest list that is asked with, such as `ids`.
    fn rows(&self, field: &Field) -> u64 {
        let lengths =
            field.arguments.iter().filter_map(|(_, value)| match self.value(&value.node) {
                Some(Known::Length(length)) => Some(length),
                _ => None,
            });
        lengths.max().unwrap_or(ROWS_OF_A_LIST)
    }

    fn value(&self, value: &Value) -> Option<Known> {
        match value {
            Value::Variable(name) => match self.variables.get(name.as_str())? {
                ConstValue::Number(number) => Some(Known::number(number)),
                ConstValue::List(list) => Some(Known::Length(list.len() as u64)),
                _ => None,
            },
            Value::Number(number) => Some(Known::number(number)),
            Value::List(list) => Some(Known::Length(list.len() as u64)),
            _ => None,
        }
    }
}

enum Known {
    Number(u64),
    Length(u64),
}

impl Known {
    /// Negative numbers and fractions are refused later, and bring no rows.
    fn number(number: &async_graphql_value::Number) -> Self {
        Known::Number(number.as_u64().unwrap_or(0))
    }
}

/// The cost of one object; `edges` outside of a connection count as a page.
fn one(below: Measure) -> u64 {
    below.cost_of_row.saturating_mul(ROWS_OF_A_PAGE).saturating_add(below.cost).saturating_add(1)
}

fn counted(inside: Measure) -> Measure {
    Measure { selections: inside.selections.saturating_add(1), ..inside }
}

/// The fragments in an order in which each comes after those that it spreads.
fn inner_first(document: &ExecutableDocument) -> Result<Vec<(&str, &FragmentDefinition)>, Refusal> {
    let mut names: Vec<&str> = document.fragments.keys().map(Name::as_str).collect();
    names.sort_unstable();
    let mut order = Vec::with_capacity(names.len());
    // False while what it spreads is on the way, true when it is in order.
    let mut done: HashMap<&str, bool> = HashMap::new();
    for name in names {
        let mut way = vec![(name, false)];
        while let Some((name, spread)) = way.pop() {
            let Some((name, fragment)) = document.fragments.get_key_value(name) else { continue };
            let name = name.as_str();
            if spread {
                done.insert(name, true);
                order.push((name, &fragment.node));
                continue;
            }
            match done.get(name) {
                Some(true) => continue,
                Some(false) => return Err(contains_itself(name, fragment)),
                None => {}
            }
            done.insert(name, false);
            way.push((name, true));
            let mut inner = Vec::new();
            spreads(&fragment.node.selection_set.node, &mut inner);
            // A fragment that is spread twice may wait twice on the way; the second is done by then.
            for inner in inner {
                if done.get(inner) == Some(&false) {
                    return Err(contains_itself(inner, fragment));
                }
                way.push((inner, false));
            }
        }
    }
    Ok(order)
}

/// The names of the fragments that a selection set spreads itself.
fn spreads<'a>(set: &'a SelectionSet, found: &mut Vec<&'a str>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => spreads(&field.node.selection_set.node, found),
            Selection::InlineFragment(inline) => {
                spreads(&inline.node.selection_set.node, found);
            }
            Selection::FragmentSpread(spread) => found.push(&spread.node.fragment_name.node),
        }
    }
}

fn contains_itself(name: &str, fragment: &Positioned<FragmentDefinition>) -> Refusal {
    Refusal {
        code: RefusalCode::Invalid,
        message: format!("fragment `{name}` contains itself"),
        position: Some(fragment.pos),
    }
}
