//! The embedded server: the page, the published files and, over a local catalogue, a STAC API.

// What is served.
mod files;
mod site;

// What only this server answers.
mod client_config;
mod stac;

// What every answer has to get right.
mod base_url;
mod caching;
mod compression;
mod cors;
mod origin;
mod policy;

// How answers reach their readers.
mod connections;
mod guarded_body;

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use axum::Router;
use dragonfly_core::metadata::ClientConfig;
use tokio::signal::unix::{Signal, SignalKind, signal};

use connections::ConnectionLimits;
use files::Folder;
use policy::Sources;
use site::Site;
use stac::CatalogueFile;

/// Threads that wait for files.
const MAX_FILE_THREADS: usize = 16;

/// What is served, and where.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    /// Address to listen on; port 0 takes any free one.
    pub(crate) listen: SocketAddr,
    /// Folder of the built page.
    pub(crate) dist: PathBuf,
    /// Folder of the published files.
    pub(crate) root: PathBuf,
    /// A STAC ItemCollection, served as a STAC API under `/stac`.
    pub(crate) catalogue: Option<PathBuf>,
    /// What the page gets of these settings.
    pub(crate) client: ClientConfig,
    /// Origins from which the page may read images, besides the hosts of the settings.
    pub(crate) image_sources: Vec<String>,
    /// Sites that may show the page in a frame.
    pub(crate) frame_ancestors: Vec<String>,
}

/// Serves until Ctrl-C or SIGTERM. `on_ready` receives the address once readers can connect.
///
/// # Errors
/// When the page, the root, the catalogue or the address cannot be had, a source of images is no
/// origin, or too few files may be open. Nothing is served then.
pub(crate) fn run(served: &Served, on_ready: impl FnOnce(SocketAddr)) -> Result<()> {
    let site = Site {
        page: page_folder(&served.dist)?,
        published: published_folder(&served.root)?,
        catalogue: served.catalogue.as_deref().map(CatalogueFile::open).transpose()?.map(Arc::new),
        sources: Sources::new(&served.client, &served.image_sources)?
            .in_frames_of(&served.frame_ancestors)?,
    };
    let limits = ConnectionLimits::of_this_process()?;
    let listener = listen(served.listen)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(MAX_FILE_THREADS)
        .enable_all()
        .build()
        .context("starting the server")?;
    let outcome = runtime.block_on(serve(listener, site::router(&site), limits, on_ready));
    runtime.shutdown_background();
    outcome
}

fn page_folder(dist: &Path) -> Result<Folder> {
    if !dist.join("index.html").is_file() {
        bail!(
            "no page at {}, it has no index.html: run `trunk build --release`, or set with --dist \
            where the page is",
            dist.display()
        );
    }
    Folder::open(dist)
}

fn published_folder(root: &Path) -> Result<Folder> {
    if !root.is_dir() {
        bail!(
            "no published files at {}: run `dragonfly update` first, or set with --root where \
            they are",
            root.display()
        );
    }
    Folder::open(root)
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow!(
                "{address} is in use: stop what listens there, or choose another address with \
                --listen"
            )
        }
        ErrorKind::PermissionDenied => {
            anyhow!("not allowed to listen on {address}: choose a port above 1023 with --listen")
        }
        ErrorKind::AddrNotAvailable => {
            anyhow!(
                "{address} is no address of this machine: choose one with --listen, such as \
                127.0.0.1:8080"
            )
        }
        _ => anyhow!(error).context(format!("listening on {address}")),
    })?;
    listener.set_nonblocking(true).with_context(|| format!("listening on {address}"))?;
    Ok(listener)
}

async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    on_ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let stop = StopSignals::new()?;
    let address = listener.local_addr()?;
    tracing::debug!("listening on http://{address}");
    on_ready(address);
    connections::serve(listener, router, limits, stop.received()).await;
    Ok(())
}

/// Ctrl-C from a terminal, SIGTERM from a service manager.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
