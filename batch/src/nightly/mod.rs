//! Running unattended: the order of regions, the lock, worker processes, and health.

pub(crate) mod attempt;
pub(crate) mod burnt_seen;
pub(crate) mod clock;
pub(crate) mod deadline;
pub(crate) mod failure;
pub(crate) mod health;
pub(crate) mod lock;
pub(crate) mod night;
pub(crate) mod preflight;
pub(crate) mod region_job;
pub(crate) mod region_run;
