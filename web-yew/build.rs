//! Hands the public contract to cynic, which checks every query of this crate against it.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let schema = cynic_codegen::register_schema("deepdive").from_sdl_file("../schema.graphql")?;
    schema.as_default()?;
    Ok(())
}
