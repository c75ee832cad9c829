//! Slots: no more connections to one host at a time than allowed.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::nightly::deadline::{Deadline, DeadlineError};

/// How many requests each host answers now.
#[derive(Debug)]
pub(super) struct HostSlots {
    max_per_host: usize,
    busy: Mutex<HashMap<String, usize>>,
    freed: Condvar,
}

/// The right to one connection to a host, until dropped.
#[derive(Debug)]
pub(super) struct HostSlot {
    slots: Arc<HostSlots>,
    host: String,
}

impl HostSlots {
    pub(super) fn new(max_per_host: usize) -> Arc<Self> {
        Arc::new(Self {
            max_per_host: max_per_host.max(1),
            busy: Mutex::default(),
            freed: Condvar::new(),
        })
    }

    /// Waits until the host of a URL has a connection to spare.
    ///
    /// # Errors
    /// When the deadline passes.
    pub(super) fn acquire(
        self: &Arc<Self>,
        url: &str,
        deadline: &Deadline,
    ) -> Result<HostSlot, DeadlineError> {
        let host = url.split('/').nth(2).unwrap_or(url).to_owned();
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while busy.get(&host).is_some_and(|count| *count >= self.max_per_host) {
            deadline.check()?;
            busy = self
                .freed
                .wait_timeout(busy, deadline.remaining())
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        *busy.entry(host.clone()).or_default() += 1;
        Ok(HostSlot { slots: Arc::clone(self), host })
    }
}

impl Drop for HostSlot {
    fn drop(&mut self) {
        let mut busy = self.slots.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = busy.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                busy.remove(&self.host);
            }
        }
        drop(busy);
        self.slots.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn waiting_for_a_slot_ends_with_the_deadline() {
        let slots = HostSlots::new(1);
        let late = Deadline::after(Duration::from_secs(600));
        let slot = slots.acquire("http://a/1", &late).unwrap();
        assert!(slots.acquire("http://a/2", &Deadline::after(Duration::from_millis(20))).is_err());
        let _other = slots.acquire("http://b/1", &late).unwrap();
        drop(slot);
        assert!(slots.acquire("http://a/2", &late).is_ok());
    }
}
