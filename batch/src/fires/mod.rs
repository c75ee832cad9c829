//! Fires found by themselves: points are read, become fires, and each fire is mapped.
#![allow(dead_code)]

mod place;
mod point_files;
