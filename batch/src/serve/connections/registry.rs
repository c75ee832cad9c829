//! All open connections: their number is limited, and each can be closed from here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot};

use super::activity::{Activity, TimeLimits};

/// How long to wait for a connection to become closable before another check.
const RETRY: Duration = Duration::from_millis(50);

/// The open connections.
#[derive(Debug)]
pub(super) struct Registry {
    max_connections: usize,
    connections: Mutex<Connections>,
    /// A connection has ended.
    freed: Notify,
}

#[derive(Debug, Default)]
struct Connections {
    next_id: u64,
    open: HashMap<u64, ConnectionEntry>,
}

#[derive(Debug)]
struct ConnectionEntry {
    activity: Activity,
    /// `None` once used.
    close: Option<oneshot::Sender<()>>,
}

/// The place of one connection; free again when dropped.
#[derive(Debug)]
pub(super) struct ConnectionKey {
    id: u64,
    registry: Arc<Registry>,
}

impl Registry {
    /// None yet, and never more than `max_connections`.
    pub(super) fn new(max_connections: usize) -> Self {
        Self { max_connections, connections: Mutex::default(), freed: Notify::new() }
    }

    /// A place for a connection, and the signal that it is to be closed.
    pub(super) fn add(
        self: &Arc<Self>,
        activity: Activity,
    ) -> (ConnectionKey, oneshot::Receiver<()>) {
        let (close, closed) = oneshot::channel();
        let mut connections = self.connections();
        let id = connections.next_id;
        connections.next_id += 1;
        connections.open.insert(id, ConnectionEntry { activity, close: Some(close) });
        (ConnectionKey { id, registry: Arc::clone(self) }, closed)
    }

    /// Waits until one more connection may be open. Where too many are, those that do nothing are
    /// closed.
    pub(super) async fn room(&self) {
        loop {
            let freed = self.freed.notified();
            if self.connections().open.len() < self.max_connections {
                return;
            }
            self.close_idlest();
            let _ = tokio::time::timeout(RETRY, freed).await;
        }
    }

    /// Closes the connection that can best be done without: first those without a request, the
    /// longest idle first.
    pub(super) fn close_idlest(&self) {
        let now = Instant::now();
        let mut connections = self.connections();
        let closable = connections.open.values_mut().filter(|entry| entry.close.is_some());
        let idlest = closable.filter_map(|entry| Some((entry.activity.closable(now)?, entry)));
        if let Some((_, entry)) = idlest.min_by_key(|(rank, _)| *rank) {
            entry.close();
        }
    }

    /// Closes every connection that is past its limit of time.
    pub(super) fn close_overdue(&self, limits: &TimeLimits) {
        let now = Instant::now();
        let mut connections = self.connections();
        connections
            .open
            .values_mut()
            .filter(|entry| entry.activity.is_overdue(limits, now))
            .for_each(ConnectionEntry::close);
    }

    /// Waits until no connection is open.
    pub(super) async fn emptied(&self) {
        loop {
            let freed = self.freed.notified();
            if self.connections().open.is_empty() {
                return;
            }
            let _ = tokio::time::timeout(RETRY, freed).await;
        }
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionEntry {
    fn close(&mut self) {
        if let Some(close) = self.close.take() {
            let _ = close.send(());
        }
    }
}

impl Drop for ConnectionKey {
    fn drop(&mut self) {
        self.registry.connections().open.remove(&self.id);
        self.registry.freed.notify_one();
    }
}
