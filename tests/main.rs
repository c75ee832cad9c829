//! The real binary on real imagery, on invented scenes and on broken input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

// A test bed on which the binary runs, a remote bucket, and a raster to read.
mod bucket;
mod fault_injection;
mod limited;
mod raster;
mod test_bed;
mod tiff_patch;

// Imagery of many catalogues, judged.
mod collections;
mod items;

// Real fires against what others made of them.
mod antimeridian_fire;
mod coarse;
mod counted;
mod fires;
mod found_fires;
mod offset;
mod outline_by_map;
mod point_history;
mod remote;

// Areas and coordinate systems beside GDAL.
mod areas;

// The browser's reader beside GDAL, its computing beside batch's, and its files.
mod cog;
mod engine;
mod products;
mod strips;

// What is configured.
mod configuration;

// What is published: files, tiles, metadata.
mod layers;
mod published;
mod readers;
mod serve;

// What happens unattended.
mod clocks;
mod crash_points;
mod doctor;
mod faults;
mod health;
mod hostile;
mod lost_metadata;
mod night;
mod ownership;

// What cannot be mapped.
mod broken;
mod odd_files;
mod odd_scenes;
mod odd_servers;
mod scenarios;
