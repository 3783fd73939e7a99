//! `schema.graphql`: generated, complete, described.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{InputValueDefinition, TypeKind, TypeSystemDefinition};

#[test]
fn schema_graphql_is_what_the_types_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql");
    let stored = std::fs::read_to_string(path).unwrap();
    assert!(
        stored == schema::sdl(),
        "schema.graphql is stale: run `cargo run -p schema --example print_schema`"
    );
}

#[test]
fn every_type_field_argument_and_value_has_a_description() {
    let document = parse_schema(schema::sdl()).unwrap();
    let mut bare = vec![];
    let mut check = |described: bool, name: String| {
        if !described {
            bare.push(name);
        }
    };
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let (definition, name) = (definition.node.clone(), definition.node.name.node.to_string());
        check(definition.description.is_some(), name.clone());
        let inputs = |fields: &[async_graphql::Positioned<InputValueDefinition>], place: &str| {
            let described = |field: &async_graphql::Positioned<InputValueDefinition>| {
                let name = format!("{place}.{}", field.node.name.node);
                (field.node.description.is_some(), name)
            };
            fields.iter().map(described).collect::<Vec<_>>()
        };
        let fields = match &definition.kind {
            TypeKind::Object(object) => &object.fields[..],
            TypeKind::Interface(interface) => &interface.fields[..],
            TypeKind::InputObject(input) => {
                inputs(&input.fields, &name).into_iter().for_each(|(ok, name)| check(ok, name));
                &[]
            }
            TypeKind::Enum(values) => {
                for value in &values.values {
                    let name = format!("{name}.{}", value.node.value.node);
                    check(value.node.description.is_some(), name);
                }
                &[]
            }
            TypeKind::Scalar | TypeKind::Union(_) => &[],
        };
        for field in fields {
            let name = format!("{name}.{}", field.node.name.node);
            check(field.node.description.is_some(), name.clone());
            let arguments = inputs(&field.node.arguments, &name);
            arguments.into_iter().for_each(|(ok, name)| check(ok, name));
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn the_guard_can_read_the_schema() {
    let limits = schema::guard::Limits::default();
    schema::guard::Guard::new(limits, &schema::sdl()).unwrap();
}
