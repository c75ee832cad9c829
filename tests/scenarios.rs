//! Scenes of known truth: what clouds, seasons and gaps do to a map, in figures. Each test prints
//! its figures; README lists them.

mod cell_counts;
mod cumulus;
mod dated_scenes;
mod download_size;
mod drift;
mod fire_parting;
mod first_night;
mod flames;
mod flooded_rice;
mod landsat_smoke;
mod long_fire;
mod missed_cloud;
mod missed_snow;
mod provisional_tiles;
mod smoke_after_fire;
mod snow_rim;
mod terrain_shadow;
mod unseen_fire;
