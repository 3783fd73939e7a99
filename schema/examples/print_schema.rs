//! Writes `schema.graphql` anew, from what the types say of themselves.
//!
//! Run `cargo run -p schema --example print_schema` after every change of the language; a test fails
//! while the file is stale.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    std::fs::write(path, schema::sdl())
}
