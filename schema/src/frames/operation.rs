//! A subscription's operation: what the document may be, and with whom it shares renders.

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};
use domain::PostId;
use domain::event::StageFacts;
use realtime::GroupKey;
use sha2::{Digest, Sha256};

/// Fields that read the viewer, wherever in a frame they stand. A document that selects one is rendered
/// for each viewer; in a shared render they would be errors.
pub(crate) const VIEWER_FIELDS: [&str; 3] = ["asset", "post", "posts"];

/// What a subscription shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Watched {
    /// All pipelines of the author.
    All,
    /// Those of one post.
    Post(PostId),
}

impl Watched {
    /// Whether a stage is one of a watched post's own: about it, or of an image uploaded for it.
    pub(crate) fn shows(&self, facts: &StageFacts) -> bool {
        match self {
            Watched::All => true,
            Watched::Post(post) => facts.post == *post,
        }
    }
}

/// A subscription that was prepared: parsed, checked, authorised.
#[derive(Debug)]
pub struct Operation {
    /// Rewritten to a query of the frames' root.
    pub(super) document: Arc<ExecutableDocument>,
    pub(super) variables: Variables,
    pub(super) watched: Watched,
    pub(super) reads_viewer: bool,
}

/// A document in which a subscription was found.
pub(super) struct Candidate {
    pub(super) document: ExecutableDocument,
    pub(super) reads_viewer: bool,
    /// The variable that holds `after`, if one does.
    after: Option<Name>,
}

impl Candidate {
    /// Takes the chosen operation out of a valid document and makes it a query.
    ///
    /// # Errors
    /// The message - when it has not exactly one root field, or one that is conditional.
    pub(super) fn of(document: ExecutableDocument, name: Option<&str>) -> Result<Self, String> {
        let ExecutableDocument { operations, fragments } = document;
        let chosen = match operations {
            DocumentOperations::Single(operation) => Some(operation),
            DocumentOperations::Multiple(mut all) => match name {
                Some(name) => all.remove(name),
                None => None,
            },
        };
        let Some(mut operation) = chosen else {
            return Err("the document has no operation of that name".to_owned());
        };
        operation.node.ty = OperationType::Query;
        let operations = DocumentOperations::Single(operation);
        let document = ExecutableDocument { operations, fragments };
        let after = the_root(&document)?;
        let reads_viewer = names(&document).any(|name| VIEWER_FIELDS.contains(&name));
        Ok(Candidate { document, reads_viewer, after })
    }

    /// With whom it shares renders: everybody with the same document, operation and variables, `after`
    /// apart.
    pub(super) fn group(
        &self,
        source: &str,
        operation: Option<&str>,
        variables: &Variables,
    ) -> GroupKey {
        let mut others: Vec<(&Name, &Value)> =
            variables.iter().filter(|(name, _)| self.after.as_ref() != Some(*name)).collect();
        others.sort_by_key(|(name, _)| name.as_str());
        let mut hash = Sha256::new();
        for part in [source, operation.unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        for (name, value) in others {
            hash.update(format!("{name}={value}\n"));
        }
        GroupKey(hash.finalize().into())
    }
}

fn operation(document: &ExecutableDocument) -> Option<&Positioned<OperationDefinition>> {
    document.operations.iter().next().map(|(_, operation)| operation)
}

/// Checks the root, and finds the variable that its `after` is given by.
fn the_root(document: &ExecutableDocument) -> Result<Option<Name>, String> {
    let mut roots = vec![];
    let mut conditional = false;
    let mut seen = HashSet::new();
    if let Some(operation) = operation(document) {
        let set = &operation.node.selection_set.node;
        collect(document, set, &mut seen, &mut roots, &mut conditional);
    }
    let keys: HashSet<&str> =
        roots.iter().map(|field| field.response_key().node.as_str()).collect();
    let (Some(first), 1) = (roots.first(), keys.len()) else {
        return Err("a subscription has exactly one root field".to_owned());
    };
    if first.name.node.starts_with("__") {
        return Err("a subscription's root field is none of introspection".to_owned());
    }
    if conditional {
        return Err("a subscription's root field is never skipped".to_owned());
    }
    let after = first.get_argument("after").map(|value| &value.node);
    Ok(match after {
        Some(async_graphql_value::Value::Variable(name)) => Some(name.clone()),
        _ => None,
    })
}

fn collect<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    seen: &mut HashSet<&'a str>,
    roots: &mut Vec<&'a Field>,
    conditional: &mut bool,
) {
    for selection in &set.items {
        let directives = selection.node.directives().iter();
        let skips = |name: &str| name == "skip" || name == "include";
        *conditional |= directives.map(|d| d.node.name.node.as_str()).any(skips);
        match &selection.node {
            Selection::Field(field) => roots.push(&field.node),
            Selection::InlineFragment(inline) => {
                collect(document, &inline.node.selection_set.node, seen, roots, conditional);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name)
                    && seen.insert(name.as_str())
                {
                    let set = &fragment.node.selection_set.node;
                    collect(document, set, seen, roots, conditional);
                }
            }
        }
    }
}

/// Names of all fields of a document, whether they are reached or not.
fn names(document: &ExecutableDocument) -> impl Iterator<Item = &str> {
    let mut names = vec![];
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let mut sets: Vec<&SelectionSet> = fragments.collect();
    sets.extend(operation(document).map(|operation| &operation.node.selection_set.node));
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    names.push(field.node.name.node.as_str());
                    sets.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(document: &str) -> Result<Candidate, String> {
        Candidate::of(async_graphql::parser::parse_query(document).unwrap(), None)
    }

    #[test]
    fn a_subscription_has_one_root_field_that_is_always_there() {
        let fragment = "subscription { ...F } fragment F on Subscription { myPipelines { seq } }";
        assert!(candidate(fragment).is_ok());
        for bad in [
            "subscription { myPipelines { seq } other: myPipelines { seq } }",
            "subscription { __typename }",
            "subscription { myPipelines @skip(if: false) { seq } }",
            "subscription { ...F @include(if: true) } fragment F on Subscription { a: myPipelines { seq } }",
            "subscription { ...F myPipelines { seq } } fragment F on Subscription { a: myPipelines { seq } }",
        ] {
            assert!(candidate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn where_a_client_stopped_does_not_part_it_from_the_others() {
        let document =
            "subscription($a: EventCursor, $p: ID!) { pipeline(postId: $p, after: $a) { seq } }";
        let group = |variables: serde_json::Value| {
            let variables = Variables::from_json(variables);
            candidate(document).unwrap().group(document, None, &variables)
        };
        let one = group(serde_json::json!({"a": "x", "p": "post_1"}));
        assert!(one == group(serde_json::json!({"p": "post_1", "a": "y"})));
        assert!(one != group(serde_json::json!({"p": "post_2", "a": "x"})));
    }
}
