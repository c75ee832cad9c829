//! `doctor`: tests what a night and the page need, and states what is wrong and what to do.

// What every probe returns, and how it is shown.
mod finding;
mod report;

// What is probed, in which order.
mod examination;
mod records;
mod region_probes;

// The machine.
mod machine;

// What is remote.
mod asset;
mod basemaps;
mod catalogue;
mod cors;
mod extract;
mod http;
mod layout;
mod mask;
mod offset;
mod opening;
mod overlays;
mod points;

pub(crate) use cors::parse_origin;
pub(crate) use examination::Examination;
pub(crate) use finding::{Finding, FindingStatus};
pub(crate) use report::{as_json, describe};
