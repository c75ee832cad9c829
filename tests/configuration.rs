//! The configuration that comes with the project: it can be used, and its schema is that of the
//! types.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use dragonfly_core::{Region, regions_from_json};

fn config(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../config").join(file)
}

#[test]
fn the_regions_that_come_with_it_can_be_used() {
    for file in ["regions.json", "fires.json"] {
        let regions = regions_from_json(&fs::read_to_string(config(file)).unwrap()).unwrap();
        assert!(regions.len() >= 2, "{file}");
    }
    let regions = regions_from_json(&fs::read_to_string(config("regions.json")).unwrap()).unwrap();
    for name in ["california", "se_australia", "amazon_fringe"] {
        assert!(regions.iter().any(|region| region.name == name), "{name}");
    }
    let group =
        regions.iter().filter(|region| region.group.as_deref() == Some("mediterranean")).count();
    assert!(group >= 3, "one box around the Mediterranean would be mostly sea");
}

/// A new server has nothing but these files, so a list that names another one fails every night.
#[test]
fn the_regions_that_come_with_it_name_no_file_that_does_not() {
    for file in ["regions.json", "fires.json"] {
        for region in regions_from_json(&fs::read_to_string(config(file)).unwrap()).unwrap() {
            for named in [region.fire_mask_path, region.perimeter_path].into_iter().flatten() {
                assert!(config(&named).is_file(), "{file}: {} names {named}", region.name);
            }
        }
    }
}

#[test]
fn the_configuration_that_comes_with_it_plans_a_first_night() {
    let root = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_dragonfly"))
        .args([
            "--config".as_ref(),
            config("dragonfly.toml").as_os_str(),
            "--root".as_ref(),
            root.path().as_os_str(),
        ])
        .args(["--stac", "https://stac.example", "rotate", "--dry-run"])
        .output()
        .unwrap();
    let plan = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{plan}{}", String::from_utf8_lossy(&run.stderr));
    assert!(plan.contains("california") && plan.contains("amazon_fringe"), "{plan}");
}

/// Renew the file with `RENEW=1 cargo test --locked --release -p dragonfly-batch --test it schema`.
#[test]
fn the_schema_is_that_of_the_types() {
    let schema = schemars::schema_for!(Vec<Region>);
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let file = config("regions.schema.json");
    if std::env::var_os("RENEW").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap_or_default() == text,
        "the types have changed: renew the schema"
    );
}
