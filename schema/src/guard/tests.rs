#![allow(clippy::unwrap_used, clippy::expect_used)]

//! What the guard refuses, what it lets pass, and that its measures are those of the unfolded
//! document.

use std::time::{Duration, Instant};

use async_graphql_value::Variables;
use proptest::prelude::*;

use super::*;

const SDL: &str = "
type Query {
  site: Site!
  post: Post
  posts(first: Int = 20, after: String): PostConnection!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
}
type Mutation { like: Post }
interface Node { id: ID! }
type Site { title: String! }
type Post implements Node {
  id: ID!
  title: String!
  tags: [String!]!
  author: User!
  stages: [Stage!]
  related(first: Int): PostConnection!
}
type User implements Node { id: ID! name: String! posts(first: Int = 20): PostConnection! }
type Stage { kind: String! post: Post }
type PostConnection { edges: [PostEdge!]! nodes: [Post!]! pageInfo: PageInfo! totalCount: Int! }
type PostEdge { cursor: String! node: Post! }
type PageInfo { hasNextPage: Boolean! }
";

fn guard(limits: Limits) -> Guard {
    Guard::new(limits, SDL).unwrap()
}

fn unlimited() -> Limits {
    Limits {
        bytes: usize::MAX,
        tokens: usize::MAX,
        depth: u64::MAX,
        aliases: u64::MAX,
        root_fields: u64::MAX,
        directives: u64::MAX,
        selections: u64::MAX,
        cost: u64::MAX,
        schema_depth: u64::MAX,
        schema_lists: u64::MAX,
        ..Limits::default()
    }
}

fn variables(json: serde_json::Value) -> Variables {
    Variables::from_json(json)
}

#[track_caller]
fn check_refused(document: &str, code: RefusalCode) {
    let refusal = guard(Limits::default())
        .check(document, None, &Variables::default())
        .expect_err(&document[..document.len().min(200)]);
    assert_eq!(refusal.code, code, "{refusal}");
}

#[track_caller]
fn check_cost(document: &str, given: serde_json::Value, cost: u64) {
    let guard = guard(unlimited());
    let checked = guard.check(document, None, &variables(given)).unwrap();
    assert_eq!(checked.cost, cost, "{document}");
}

#[test]
fn an_everyday_query_passes() {
    let document = "query Home($n: Int!) {
        posts(first: $n) { edges { cursor node { ...Card } } pageInfo { hasNextPage } }
    }
    fragment Card on Post { id title tags author { name } }";
    let guard = guard(Limits::default());
    let checked = guard.check(document, None, &variables(serde_json::json!({"n": 20}))).unwrap();
    assert_eq!(checked.operation_type, OperationType::Query);
    assert_eq!((checked.depth, checked.selections), (5, 12));
    // The field and its query, a page info, and 20 edges with node and author.
    assert_eq!(checked.cost, 6 + 1 + 20 * 3);
}

#[test]
fn the_page_may_be_literal_variable_default_of_either_or_unknown() {
    let none = serde_json::Value::Null;
    check_cost("{ posts(first: 3) { nodes { id } } }", none.clone(), 6 + 3);
    check_cost("{ posts { nodes { id } } }", none.clone(), 6 + 20);
    check_cost("{ post { related { nodes { id } } } }", none.clone(), 1 + 6 + 20);
    check_cost("query($n: Int = 7) { posts(first: $n) { nodes { id } } }", none.clone(), 6 + 7);
    check_cost(
        "query($n: Int = 7) { posts(first: $n) { nodes { id } } }",
        serde_json::json!({"n": 9}),
        6 + 9,
    );
    check_cost("{ posts(first: -3) { nodes { id } } }", none, 6);
}

#[test]
fn a_connection_inside_a_list_costs_a_query_for_each_parent() {
    check_cost(
        "{ posts(first: 10) { nodes { related(first: 4) { nodes { id } } } } }",
        serde_json::Value::Null,
        6 + 10 * (1 + 6 + 4),
    );
}

#[test]
fn a_list_is_as_long_as_the_list_it_is_asked_with() {
    check_cost("{ nodes(ids: [1, 2, 3]) { id } }", serde_json::Value::Null, 1 + 3);
    check_cost(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        serde_json::json!({"ids": ["a", "b"]}),
        1 + 2,
    );
    check_cost("{ post { stages { kind } } }", serde_json::Value::Null, 1 + 1 + 10);
}

#[test]
fn an_immense_page_is_too_costly_and_overflows_nothing() {
    check_refused("{ posts(first: 100000) { nodes { id } } }", RefusalCode::TooCostly);
    let deep = "{ posts(first: 9223372036854775807) { nodes {
        related(first: 9223372036854775807) { nodes {
        related(first: 9223372036854775807) { nodes { id } } } } } } }";
    check_refused(deep, RefusalCode::TooCostly);
}

#[test]
fn each_limit_has_its_own_code() {
    check_refused(&format!("{{ post {{ id }} }} # {}", "x".repeat(16_384)), RefusalCode::TooLarge);
    check_refused(&format!("{{ {} }}", "post ".repeat(1_000)), RefusalCode::TooManyTokens);
    check_refused(
        &format!(
            "{{ post {} {} }}",
            "{ author { posts { nodes ".repeat(4),
            "{ id }".to_owned() + &"}}}".repeat(4)
        ),
        RefusalCode::TooDeep,
    );
    let aliases: String = (0..16).map(|i| format!("a{i}: id ")).collect();
    check_refused(&format!("{{ post {{ {aliases} }} }}"), RefusalCode::TooManyAliases);
    check_refused(&format!("{{ {} }}", "post { id } ".repeat(11)), RefusalCode::TooManyRootFields);
    check_refused(
        &format!("{{ post {{ id {} }} }}", "@a ".repeat(51)),
        RefusalCode::TooManyDirectives,
    );
    check_refused("{ post { id }", RefusalCode::Syntax);
    check_refused("query A { post { id } } query B { post { id } }", RefusalCode::UnknownOperation);
}

#[test]
fn root_fields_are_counted_through_fragments() {
    let many = "{ ...A ...A ...A ...A } fragment A on Query { ...B ...B } \
        fragment B on Query { post { id } site { title } }";
    check_refused(many, RefusalCode::TooManyRootFields);
}

#[test]
fn an_operation_that_is_not_chosen_is_measured_too() {
    let document =
        format!("query A {{ post {{ id }} }} query B {{ {} }}", "post { id } ".repeat(11));
    let refusal =
        guard(Limits::default()).check(&document, Some("A"), &Variables::default()).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::TooManyRootFields);
}

/// 2 to the power of 40 selections in about a kilobyte.
fn doubling() -> String {
    let mut document = "{ post { ...F0 } }".to_owned();
    for i in 0..40 {
        document += &format!("fragment F{i} on Post {{ ...F{j} ...F{j} }}", j = i + 1);
    }
    document + "fragment F40 on Post { id }"
}

#[test]
fn fragments_that_double_each_other_are_refused_at_once() {
    let began = Instant::now();
    check_refused(&doubling(), RefusalCode::TooManySelections);
    assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
}

#[test]
fn fragments_that_double_each_other_are_refused_even_when_nothing_spreads_them() {
    let unused = doubling().replace("{ post { ...F0 } }", "{ post { id } }");
    check_refused(&unused, RefusalCode::TooManySelections);
}

#[test]
fn a_fragment_that_contains_itself_is_refused() {
    for document in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { post { ...B } } fragment B on Post { ...C } \
         fragment C on Post { id ...B }",
        "{ site { title } } fragment A on Query { ...B } fragment B on Query { ...A }",
    ] {
        check_refused(document, RefusalCode::Invalid);
    }
}

#[test]
fn a_fragment_may_be_spread_by_several_others() {
    let document = "{ ...A ...B } fragment A on Query { ...C ...D } \
        fragment B on Query { ...D ...C } fragment C on Query { ...D } \
        fragment D on Query { site { title } }";
    assert!(guard(Limits::default()).check(document, None, &Variables::default()).is_ok());
}

#[test]
fn brackets_of_any_kind_cannot_exhaust_the_stack() {
    let deep = 60_000;
    let limits = Limits { bytes: usize::MAX, tokens: usize::MAX, ..Limits::default() };
    let guard = guard(limits);
    for (before, open) in [("", "{a"), ("{a(x:", "["), ("{a(x:", "{a:"), ("query($a:", "[")] {
        let document = format!("{before}{}", open.repeat(deep));
        let refusal = guard.check(&document, None, &Variables::default()).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::TooDeep, "{open}");
    }
}

#[test]
fn nesting_up_to_the_limit_does_not_exhaust_a_small_stack() {
    let nested =
        |open: &str, close: &str| format!("{{ a(x: {}{}) }}", open.repeat(62), close.repeat(62));
    let documents = [
        nested("[", "]"),
        nested("{a:", "}").replace(":}", ":1}"),
        format!("{}{}", "{a".repeat(64), "}".repeat(64)),
    ];
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || {
        let guard = guard(unlimited());
        documents.map(|d| guard.check(&d, None, &Variables::default()).map(|_| ()))
    });
    assert_eq!(thread.unwrap().join().unwrap(), [Ok(()), Ok(()), Ok(())]);
}

/// As graphql-js writes it, with all its options.
const INTROSPECTION: &str = "
query IntrospectionQuery {
  __schema {
    description
    queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType }
    directives {
      name description isRepeatable locations
      args(includeDeprecated: true) { ...InputValue }
    }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) {
    name description
    args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef }
    isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue {
  name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
}
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  } } } } } } } } }
}";

#[test]
fn the_usual_introspection_passes() {
    let guard = guard(Limits::default());
    let checked = guard.check(INTROSPECTION, None, &Variables::default()).unwrap();
    assert_eq!(checked.cost, 50);
}

#[test]
fn introspection_that_walks_in_circles_is_refused() {
    let document =
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    check_refused(document, RefusalCode::TooDeep);
    let document = "{ __type(name: \"Post\") { ...A } } fragment A on __Type { fields { type { ...B } } } \
        fragment B on __Type { interfaces { possibleTypes { name } } }";
    check_refused(document, RefusalCode::TooDeep);
}

/// Writes a small random document: what it contains is decided by the bytes, one after the other.
struct Writer<'a> {
    bytes: std::slice::Iter<'a, u8>,
    text: String,
}

impl Writer<'_> {
    const TYPES: [&'static str; 6] =
        ["Query", "Post", "User", "PostConnection", "PostEdge", "Stage"];

    fn below(&mut self, n: u8) -> u8 {
        self.bytes.next().copied().unwrap_or(0) % n
    }

    fn document(mut self) -> String {
        let n_fragments = self.below(5);
        self.text += "query($n: Int = 3, $ids: [ID!]! = [1, 2])";
        self.set(0, n_fragments, 3);
        for i in 0..n_fragments {
            let on = usize::from(self.below(6));
            self.text += &format!(" fragment F{i} on {}", Self::TYPES[on]);
            self.set(on, i, 2);
        }
        self.text
    }

    /// A selection set on a type, which may spread the first fragments.
    fn set(&mut self, on: usize, n_fragments: u8, levels: u8) {
        self.text += " {";
        for _ in 0..=self.below(3) {
            let choice = self.below(8);
            if choice < 2 && n_fragments > 0 {
                let fragment = self.below(n_fragments);
                self.text += &format!(" ...F{fragment}");
            } else if choice == 2 && levels > 0 {
                let on = usize::from(self.below(6));
                self.text += &format!(" ... on {}", Self::TYPES[on]);
                self.set(on, n_fragments, levels - 1);
            } else if levels == 0 {
                self.text += " __typename";
            } else {
                self.field(on, n_fragments, levels);
            }
        }
        self.text += " }";
    }

    fn field(&mut self, on: usize, n_fragments: u8, levels: u8) {
        let fields: &[(&str, Option<usize>)] = match on {
            0 => &[
                ("post", Some(1)),
                ("posts", Some(3)),
                ("nodes(ids: $ids)", Some(1)),
                ("posts(first: $n)", Some(3)),
                ("nodes(ids: [1, 2, 3, 4])", Some(2)),
            ],
            1 => &[
                ("title", None),
                ("tags", None),
                ("author", Some(2)),
                ("stages", Some(5)),
                ("related(first: 2)", Some(3)),
            ],
            2 => &[("name", None), ("posts", Some(3)), ("posts(first: 4)", Some(3))],
            3 => &[("edges", Some(4)), ("nodes", Some(1)), ("totalCount", None)],
            4 => &[("cursor", None), ("node", Some(1))],
            _ => &[("kind", None), ("post", Some(1))],
        };
        let (field, inner) = fields[usize::from(self.below(8)) % fields.len()];
        self.text += &format!(" {field}");
        if let Some(inner) = inner {
            self.set(inner, n_fragments, levels - 1);
        }
    }
}

/// The measures by the plainest way: walk the unfolded document from the top.
#[derive(Default, Debug, PartialEq)]
struct Walk {
    depth: u64,
    selections: u64,
    root_fields: u64,
    cost: u64,
}

impl Walk {
    fn set(
        &mut self,
        doc: &ExecutableDocument,
        set: &SelectionSet,
        on: &str,
        depth: u64,
        times: (u64, u64),
    ) {
        for selection in &set.items {
            self.selections += 1;
            match &selection.node {
                Selection::FragmentSpread(spread) => {
                    let fragment = &doc.fragments[&spread.node.fragment_name.node].node;
                    let on = fragment.type_condition.node.on.node.as_str();
                    self.set(doc, &fragment.selection_set.node, on, depth, times);
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().unwrap().node.on.node.as_str();
                    self.set(doc, &inline.node.selection_set.node, on, depth, times);
                }
                Selection::Field(field) => {
                    self.depth = self.depth.max(depth + 1);
                    self.root_fields += u64::from(depth == 0);
                    self.field(doc, &field.node, on, depth + 1, times);
                }
            }
        }
    }

    /// `times.0`: how often the object comes that the field is on; `times.1`: how often its rows do,
    /// when the object is a connection.
    fn field(
        &mut self,
        doc: &ExecutableDocument,
        field: &async_graphql_parser::types::Field,
        on: &str,
        depth: u64,
        times: (u64, u64),
    ) {
        let first =
            field.get_argument("first").map(|first| match first.node.to_string().as_str() {
                "$n" => 3,
                literal => literal.parse().unwrap(),
            });
        let ids =
            field.get_argument("ids").map(|ids| if ids.node.to_string() == "$ids" { 2 } else { 4 });
        let set = &field.selection_set.node;
        let page = |rows: u64| (times.0, times.0 * rows);
        let one = |n: u64| (n, n * 20);
        let (cost, on, times) = match (on, field.name.node.as_str()) {
            ("Query" | "Stage", "post") | ("PostEdge", "node") => (times.0, "Post", one(times.0)),
            ("Post", "author") => (times.0, "User", one(times.0)),
            ("Query", "posts") => (6 * times.0, "PostConnection", page(first.unwrap_or(20))),
            ("User", "posts") => (6 * times.0, "PostConnection", page(first.unwrap_or(20))),
            ("Post", "related") => (6 * times.0, "PostConnection", page(first.unwrap())),
            ("Query", "nodes") => {
                let n = ids.unwrap();
                (times.0 + times.0 * n, "Node", one(times.0 * n))
            }
            ("Post", "stages") => (times.0 + times.0 * 10, "Stage", one(times.0 * 10)),
            ("PostConnection", "edges") => (times.1, "PostEdge", one(times.1)),
            ("PostConnection", "nodes") => (times.1, "Post", one(times.1)),
            // Of a type that does not have the field.
            _ if !set.items.is_empty() => (times.0, "?", one(times.0)),
            _ => (0, "?", one(times.0)),
        };
        self.cost += cost;
        self.set(doc, set, on, depth, times);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn measures_are_those_of_the_unfolded_document(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = Writer { bytes: bytes.iter(), text: String::new() }.document();
        let guard = guard(unlimited());
        let (_, measure) = guard
            .measure(&parse_query(&text).unwrap(), None, &Variables::default())
            .unwrap();
        let doc = parse_query(&text).unwrap();
        let (_, operation) = doc.operations.iter().next().unwrap();
        let mut walk = Walk::default();
        walk.set(&doc, &operation.node.selection_set.node, "Query", 0, (1, 20));
        prop_assert_eq!(
            walk,
            Walk {
                depth: measure.depth,
                selections: measure.selections,
                root_fields: measure.fields,
                cost: measure.cost + 20 * measure.cost_of_row,
            },
            "{}", text
        );
    }

    #[test]
    fn no_text_whatsoever_makes_it_panic(text in "[{}()\\[\\]\"\\\\#a-z$:.@! \n\u{feff}가-힣]{0,200}") {
        let _ = guard(Limits::default()).check(&text, None, &Variables::default());
    }
}
