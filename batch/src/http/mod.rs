//! Requests over http: one client for the catalogue, its tokens, the files of scenes, the doctor
//! and the monitor.
//!
//! Every request, and every redirect of one, goes only where the catalogue's address policy
//! permits; every wait ends by the run's deadline; every body has a limit and a least throughput.
//! No error quotes what a server sent.

mod client;
mod error;
mod limits;
mod notify;
mod redirect;
mod resolver;
mod response;
mod retry;
mod slots;

#[cfg(test)]
pub(crate) mod loopback;
#[cfg(test)]
mod tests;

pub(crate) use client::{Client, HttpRequest, Scope};
pub(crate) use error::HttpError;
pub(crate) use limits::RequestLimits;
pub(crate) use notify::notify;
pub(crate) use response::Response;
pub(crate) use retry::{Retries, RetryableError};
