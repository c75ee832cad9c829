//! Tests of several subjects at once.

mod golden;
mod golden_chain;
mod rehearsal;
