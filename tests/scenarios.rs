//! Scenes of known truth: what clouds, seasons and gaps do to a map, in figures. Each test prints
//! its figures; README lists them.

mod cumulus;
mod dated_scenes;
mod drift;
mod first_night;
mod long_fire;
mod unseen_fire;
