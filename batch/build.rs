//! Finds out whether the folder of real fires and items lies beside the project, or where
//! `DRAGONFLY_SHARED` names it: tests that need it are ignored where it does not, and counted so.

use std::path::{Path, PathBuf};

fn main() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("DRAGONFLY_SHARED").map_or(beside, PathBuf::from);
    println!("cargo::rustc-check-cfg=cfg(has_real_data)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=DRAGONFLY_SHARED");
    // A folder that is absent counts as changed at every build, which then costs one process.
    println!("cargo::rerun-if-changed={}", folder.join("README.md").display());
    if folder.join("data").is_dir() {
        println!("cargo::rustc-cfg=has_real_data");
    }
}
