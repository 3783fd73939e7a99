//! Lets a plain `cargo check` work before the web client was bundled: the folder that is embedded
//! must exist, though it may be empty. `cargo xtask web` fills it.

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-yew/dist");
    if let Err(error) = std::fs::create_dir_all(&dist) {
        println!("cargo::error=cannot make {}: {error}", dist.display());
    }
    println!("cargo::rerun-if-changed=../web-yew/dist");
}
