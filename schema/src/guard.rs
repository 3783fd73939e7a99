//! The query guard: decides from a document alone, before anything is executed, whether answering
//! it is affordable.
//!
//! One lexical look bounds bytes, tokens and nesting; then the document is parsed once and measured
//! in time proportional to its length, whatever its fragments would unfold to. The executor gets
//! the parsed document, so nothing is parsed twice.

mod limits;
mod measure;
mod refusal;
mod shapes;
mod tokens;

use std::collections::{HashMap, HashSet};

use async_graphql_parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql_parser::{Positioned, parse_query};
use async_graphql_value::{ConstValue, Name, Variables};

pub use limits::Limits;
pub use refusal::{Refusal, RefusalCode};

use measure::{Measure, Measuring};
use shapes::Shapes;

/// Checks documents against the limits of one schema.
#[derive(Debug)]
pub struct Guard {
    limits: Limits,
    shapes: Shapes,
}

/// A document that may be executed.
#[derive(Debug)]
pub struct Checked {
    /// The parsed document, for the executor.
    pub document: ExecutableDocument,
    /// Type of the operation that is to be executed.
    pub operation_type: OperationType,
    /// What it costs at most: about one for each row that is read and five for each query to the
    /// table. A connection inside a list costs a query for each parent.
    pub cost: u64,
    /// Fields inside fields of the operation, introspection apart.
    pub depth: u64,
    /// Fields, spreads and inline fragments of the operation, fragments unfolded.
    pub selections: u64,
}

impl Guard {
    /// Makes a guard for the schema that describes itself as `sdl`.
    ///
    /// # Errors
    /// The parser's - when `sdl` is no schema.
    pub fn new(limits: Limits, sdl: &str) -> Result<Self, async_graphql_parser::Error> {
        Ok(Guard { limits, shapes: Shapes::from_sdl(sdl)? })
    }

    /// The limits that this guard keeps.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Parses and measures a document. Pure; takes time in proportion to the document.
    ///
    /// # Errors
    /// [`Refusal`] - when the document is none, does not hold the operation, or passes a limit.
    pub fn check(
        &self,
        document: &str,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> Result<Checked, Refusal> {
        let limits = &self.limits;
        if document.len() > limits.bytes {
            return Err(Refusal::new(
                RefusalCode::TooLarge,
                format!(
                    "the document has {} bytes; at most {}; put long texts into variables",
                    document.len(),
                    limits.bytes
                ),
            ));
        }
        tokens::check(document, limits)?;
        let document = parse_query(document).map_err(syntax)?;
        let (operation_type, measure) = self.measure(&document, operation_name, variables)?;
        Ok(Checked {
            document,
            operation_type,
            cost: measure.cost.max(1),
            depth: measure.depth,
            selections: measure.selections,
        })
    }

    /// Measures all operations, and tells the measure of the chosen one.
    fn measure(
        &self,
        document: &ExecutableDocument,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> Result<(OperationType, Measure), Refusal> {
        let limits = &self.limits;
        let chosen = choose(&document.operations, operation_name)?;
        let written = Written::of(document);
        within(RefusalCode::TooManyAliases, "aliases", written.aliases, limits.aliases)?;
        within(
            RefusalCode::TooManyDirectives,
            "directives",
            written.directives,
            limits.directives,
        )?;

        let measuring = Measuring::new(&self.shapes, document, values(&chosen.node, variables))?;
        // The validator looks at every operation, and at fragments that no operation needs.
        let mut selections = written
            .unspread(document)
            .map(|name| measuring.fragment(name).selections)
            .fold(0u64, u64::saturating_add);
        let mut of_chosen = Measure::default();
        for (_, operation) in document.operations.iter() {
            let place = self.shapes.root(operation.node.ty);
            let measure = measuring.set(place, &operation.node.selection_set.node);
            let fields = measure.fields;
            within(RefusalCode::TooManyRootFields, "root fields", fields, limits.root_fields)?;
            self.check_depth(measure)?;
            selections = selections.saturating_add(measure.selections);
            if std::ptr::eq(operation, chosen) {
                of_chosen = measure;
            }
        }
        let code = RefusalCode::TooManySelections;
        within(code, "selections with its fragments unfolded", selections, limits.selections)?;
        within(RefusalCode::TooCostly, "units of cost", of_chosen.cost, limits.cost)?;
        Ok((chosen.node.ty, of_chosen))
    }

    fn check_depth(&self, measure: Measure) -> Result<(), Refusal> {
        let (code, limits) = (RefusalCode::TooDeep, &self.limits);
        within(code, "levels of fields", measure.depth, limits.depth)?;
        let schema_depth = measure.schema_depth;
        within(code, "levels of introspection", schema_depth, limits.schema_depth)?;
        let schema_lists = measure.schema_lists;
        within(code, "introspection lists in each other", schema_lists, limits.schema_lists)
    }
}

fn within(code: RefusalCode, what: &str, measured: u64, limit: u64) -> Result<(), Refusal> {
    if measured <= limit {
        return Ok(());
    }
    let message = format!("the document has {measured} {what}; at most {limit} are allowed");
    Err(Refusal::new(code, message))
}

/// What stands in the document as it is written.
struct Written<'a> {
    aliases: u64,
    directives: u64,
    spread: HashSet<&'a str>,
}

impl<'a> Written<'a> {
    fn of(document: &'a ExecutableDocument) -> Self {
        let mut written = Written { aliases: 0, directives: 0, spread: HashSet::new() };
        for (_, operation) in document.operations.iter() {
            written.directives += operation.node.directives.len() as u64;
            let variables = operation.node.variable_definitions.iter();
            written.directives += variables.map(|v| v.node.directives.len() as u64).sum::<u64>();
            written.count(&operation.node.selection_set.node);
        }
        for fragment in document.fragments.values() {
            written.directives += fragment.node.directives.len() as u64;
            written.count(&fragment.node.selection_set.node);
        }
        written
    }

    fn count(&mut self, set: &'a SelectionSet) {
        for selection in &set.items {
            self.directives += selection.node.directives().len() as u64;
            match &selection.node {
                Selection::Field(field) => {
                    self.aliases += u64::from(field.node.alias.is_some());
                    self.count(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => self.count(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    self.spread.insert(&spread.node.fragment_name.node);
                }
            }
        }
    }

    /// Fragments that nothing spreads.
    fn unspread(&self, document: &'a ExecutableDocument) -> impl Iterator<Item = &'a str> {
        let names = document.fragments.keys().map(Name::as_str);
        names.filter(|name| !self.spread.contains(name))
    }
}

/// Finds the operation that a request names, or the only one.
fn choose<'a>(
    operations: &'a DocumentOperations,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, Refusal> {
    let chosen = match (operations, name) {
        (DocumentOperations::Single(only), None) => Some(only),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
        (DocumentOperations::Multiple(all), None) => all.values().next().filter(|_| all.len() == 1),
    };
    chosen.ok_or_else(|| {
        let message = match name {
            Some(_) => "the document has no operation of that name".to_owned(),
            None => "the document has several operations; `operationName` chooses one".to_owned(),
        };
        Refusal::new(RefusalCode::UnknownOperation, message)
    })
}

/// The values that the variables of an operation have, defaults included.
fn values<'a>(
    operation: &'a OperationDefinition,
    given: &'a Variables,
) -> HashMap<&'a str, &'a ConstValue> {
    let mut values = HashMap::new();
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        let default = definition.node.default_value.as_ref().map(|value| &value.node);
        if let Some(value) = given.get(name).or(default) {
            values.insert(name.as_str(), value);
        }
    }
    values
}

fn syntax(error: async_graphql_parser::Error) -> Refusal {
    let position = error.positions().next();
    Refusal { code: RefusalCode::Syntax, message: error.to_string(), position }
}

#[cfg(test)]
mod tests;
