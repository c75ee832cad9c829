//! Tests of several subjects at once.

mod golden;
mod rehearsal;
