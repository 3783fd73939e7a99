//! The `deepdive` program.

fn main() {}
