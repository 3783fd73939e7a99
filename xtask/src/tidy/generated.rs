//! Files that a program writes are what the program writes.

use super::text;

#[test]
fn schema_graphql_is_what_the_schema_crate_prints() {
    let file = text("schema.graphql".as_ref()).unwrap();
    assert!(file == schema::sdl(), "schema.graphql is stale: run `cargo xtask schema`");
}
