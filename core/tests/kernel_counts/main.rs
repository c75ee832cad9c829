//! What the kernel costs, in counts that do not depend on how busy a machine is.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod allocations;
mod instructions;
mod workload;
