//! A mutation that a document asks for twice under one name runs once, as the specification says: its
//! selections are merged. The executor would run it twice.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Request, ServerError};

use crate::error::Code;

/// Merges the root fields of mutations that have the same name in the answer.
///
/// # Errors
/// When they are conditional, so that whether one runs cannot be told from the document.
pub(crate) fn once(request: &mut Request) -> Result<(), ServerError> {
    // What does not parse is refused by the executor.
    let Ok(document) = request.parsed_query() else { return Ok(()) };
    let mutation = |ty| ty == OperationType::Mutation;
    if !document.operations.iter().any(|(_, operation)| mutation(operation.node.ty)) {
        return Ok(());
    }
    let mut merged = document.clone();
    let operations: Vec<_> = match &mut merged.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(all) => all.values_mut().collect(),
    };
    for operation in operations {
        if mutation(operation.node.ty) {
            merge(document, &mut operation.node.selection_set.node)?;
        }
    }
    // A fragment whose fields were merged into the root is not spread any more, which the validator
    // would mind; one that never was it shall mind.
    let (before, after) = (spread(document), spread(&merged));
    merged.fragments.retain(|name, _| after.contains(name) || !before.contains(name));
    request.set_parsed_query(merged);
    Ok(())
}

/// Names of the fragments that something spreads.
fn spread(document: &ExecutableDocument) -> HashSet<Name> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let mut sets: Vec<&SelectionSet> = operations.map(|set| &set.node).collect();
    let mut names = HashSet::new();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => sets.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && names.insert(name.clone())
                    {
                        sets.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    names
}

fn merge(document: &ExecutableDocument, set: &mut SelectionSet) -> Result<(), ServerError> {
    let mut roots = vec![];
    flatten(document, set, false, &mut vec![], &mut roots);
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut merged: Vec<Root> = vec![];
    let mut twice = false;
    for root in roots {
        let name = root.field.node.response_key().node.to_string();
        let Some(known) = first.get(&name).and_then(|known| merged.get_mut(*known)) else {
            first.insert(name, merged.len());
            merged.push(root);
            continue;
        };
        let (one, other) = (&known.field.node, &root.field.node);
        if one.name.node != other.name.node || one.arguments != other.arguments {
            // No valid document: the validator says so.
            return Ok(());
        }
        if known.conditional || root.conditional {
            let message = format!("the mutation `{name}` is asked for twice, and conditionally");
            return Err(Code::ValidationFailed.server_error(message));
        }
        twice = true;
        let items = root.field.node.selection_set.node.items;
        known.field.node.selection_set.node.items.extend(items);
    }
    if twice {
        let selection = |Root { field, .. }: Root| {
            let position = field.pos;
            Positioned::new(Selection::Field(field), position)
        };
        set.items = merged.into_iter().map(selection).collect();
    }
    Ok(())
}

struct Root {
    field: Positioned<Field>,
    conditional: bool,
}

/// The fields of the root, those of fragments included, in the order in which they run.
fn flatten<'a>(
    document: &'a ExecutableDocument,
    set: &SelectionSet,
    conditional: bool,
    inside: &mut Vec<&'a str>,
    roots: &mut Vec<Root>,
) {
    for selection in &set.items {
        let conditional = conditional || !selection.node.directives().is_empty();
        match &selection.node {
            Selection::Field(field) => roots.push(Root { field: field.clone(), conditional }),
            Selection::InlineFragment(inline) => {
                flatten(document, &inline.node.selection_set.node, conditional, inside, roots);
            }
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get_key_value(&spread.node.fragment_name.node);
                let Some((name, fragment)) = fragment else { continue };
                // One that contains itself is refused by the validator.
                if !inside.contains(&name.as_str()) {
                    inside.push(name);
                    let set = &fragment.node.selection_set.node;
                    flatten(document, set, conditional, inside, roots);
                    inside.pop();
                }
            }
        }
    }
}
