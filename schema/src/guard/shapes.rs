//! What the guard knows of the schema: which field leads where, and how many rows it brings.

use std::collections::HashMap;

use async_graphql_parser::types::{
    BaseType, FieldDefinition, ServiceDocument, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql_parser::{Positioned, parse_schema};
use async_graphql_value::{ConstValue, Name};

/// Where a selection set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On a type of the schema.
    Type(usize),
    /// On a type of the introspection system, `__Schema` and the like.
    Introspection,
    /// On a type that the schema does not have; the validator says so later.
    Unknown,
}

/// What a field brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A scalar or enum, or a list of them.
    Leaf,
    /// One object.
    Object,
    /// A list of objects.
    List,
    /// `edges` or `nodes` of a connection: as many as its page.
    Rows,
    /// A page of a list, and how many it holds when the query does not say.
    Connection { page: Option<u64> },
}

#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) leads_to: Place,
}

/// The schema, as far as the guard needs it.
#[derive(Debug)]
pub(super) struct Shapes {
    names: HashMap<Name, usize>,
    fields: Vec<HashMap<Name, Shape>>,
    roots: [Place; 3],
}

impl Shapes {
    /// Reads the schema's own description of itself.
    pub(super) fn from_sdl(sdl: &str) -> Result<Self, async_graphql_parser::Error> {
        let document = parse_schema(sdl)?;
        let mut composites = Vec::new();
        for definition in &document.definitions {
            if let TypeSystemDefinition::Type(definition) = definition {
                let name = &definition.node.name.node;
                match &definition.node.kind {
                    TypeKind::Object(object) => composites.push((name, object.fields.as_slice())),
                    TypeKind::Interface(interface) => {
                        composites.push((name, interface.fields.as_slice()));
                    }
                    TypeKind::Union(_) => composites.push((name, &[][..])),
                    _ => {}
                }
            }
        }
        let names: HashMap<Name, usize> =
            composites.iter().enumerate().map(|(i, (name, _))| ((*name).clone(), i)).collect();
        let connections: Vec<bool> =
            composites.iter().map(|(name, fields)| is_connection(name, fields)).collect();
        let fields = composites
            .iter()
            .enumerate()
            .map(|(i, (_, fields))| {
                let shape = |field: &Positioned<FieldDefinition>| {
                    let shape = shape(&field.node, connections[i], &names, &connections);
                    (field.node.name.node.clone(), shape)
                };
                fields.iter().map(shape).collect()
            })
            .collect();
        let roots = roots(&document).map(|name| match names.get(name.as_str()) {
            Some(root) => Place::Type(*root),
            None => Place::Unknown,
        });
        Ok(Shapes { names, fields, roots })
    }

    /// Where the root fields of a query, a mutation, a subscription stand.
    pub(super) fn root(&self, ty: async_graphql_parser::types::OperationType) -> Place {
        use async_graphql_parser::types::OperationType;
        match ty {
            OperationType::Query => self.roots[0],
            OperationType::Mutation => self.roots[1],
            OperationType::Subscription => self.roots[2],
        }
    }

    /// Where a fragment on a type stands.
    pub(super) fn on(&self, type_name: &str) -> Place {
        match self.names.get(type_name) {
            Some(found) => Place::Type(*found),
            None if type_name.starts_with("__") => Place::Introspection,
            None => Place::Unknown,
        }
    }

    /// What a field brings at a place.
    pub(super) fn field(&self, place: Place, name: &str, composite: bool) -> Shape {
        let other =
            |leads_to| Shape { kind: if composite { Kind::Object } else { Kind::Leaf }, leads_to };
        match place {
            _ if name == "__schema" || name == "__type" => other(Place::Introspection),
            Place::Type(i) => {
                self.fields[i].get(name).cloned().unwrap_or_else(|| other(Place::Unknown))
            }
            Place::Introspection => other(Place::Introspection),
            Place::Unknown => other(Place::Unknown),
        }
    }
}

fn is_connection(name: &str, fields: &[Positioned<FieldDefinition>]) -> bool {
    name.ends_with("Connection") && fields.iter().any(|f| f.node.name.node == "pageInfo")
}

fn shape(
    field: &FieldDefinition,
    of_connection: bool,
    names: &HashMap<Name, usize>,
    connections: &[bool],
) -> Shape {
    let (name, list) = base(&field.ty.node);
    let Some(&target) = names.get(name) else {
        return Shape { kind: Kind::Leaf, leads_to: Place::Unknown };
    };
    let kind = match list {
        true if of_connection => Kind::Rows,
        true => Kind::List,
        false if connections[target] => Kind::Connection { page: default_page(field) },
        false => Kind::Object,
    };
    Shape { kind, leads_to: Place::Type(target) }
}

fn base(ty: &Type) -> (&Name, bool) {
    let (mut ty, mut list) = (ty, false);
    loop {
        match &ty.base {
            BaseType::Named(name) => return (name, list),
            BaseType::List(inner) => (ty, list) = (inner, true),
        }
    }
}

fn default_page(field: &FieldDefinition) -> Option<u64> {
    let first = field.arguments.iter().find(|argument| argument.node.name.node == "first")?;
    match &first.node.default_value.as_ref()?.node {
        ConstValue::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn roots(document: &ServiceDocument) -> [Name; 3] {
    let mut roots = ["Query", "Mutation", "Subscription"].map(Name::new);
    for definition in &document.definitions {
        if let TypeSystemDefinition::Schema(schema) = definition {
            let given = [&schema.node.query, &schema.node.mutation, &schema.node.subscription];
            for (root, given) in roots.iter_mut().zip(given) {
                if let Some(given) = given {
                    *root = given.node.clone();
                }
            }
        }
    }
    roots
}
