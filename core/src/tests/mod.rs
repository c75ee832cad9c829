//! Tests of several subjects at once.

mod golden;
mod golden_chain;
mod known_collections;
mod rehearsal;
