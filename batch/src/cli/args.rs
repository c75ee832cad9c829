//! The command line.
#![allow(rustdoc::bare_urls, reason = "these comments are the help of the command line")]

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};

use crate::deployment::settings::Overrides;
use crate::doctor::parse_origin;

/// The subcommand of the worker process.
pub(crate) const WORKER_COMMAND: &str = "run-region";
/// Burn-severity maps from open satellite images
///
/// Maps how badly land burnt: reads the images before and after a fire, computes dNBR, and
/// publishes map tiles, a raster and metadata as static files.
#[derive(Debug, Parser)]
#[command(name = "dragonfly", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Settings of this deployment [default: config/dragonfly.toml, where it exists]
    #[arg(long, global = true, value_name = "FILE", env = "DRAGONFLY_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) overrides: Overrides,

    /// Take this as the present moment, to rehearse another night (RFC 3339)
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) now: Option<DateTime<Utc>>,

    /// Record runs at the moment of --now even where it lies more than a day ahead of this
    /// machine's clock
    #[arg(long, global = true, requires = "now", hide_short_help = true)]
    pub(crate) allow_future: bool,

    #[command(flatten)]
    pub(crate) log: LogOptions,
}

/// What is written to the log, and how.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct LogOptions {
    /// How the log is written
    #[arg(long = "log", global = true, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) format: LogFormat,

    /// Log more; twice for the messages of the libraries
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Log only what went wrong
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

impl LogOptions {
    /// The flags that give these options.
    pub(crate) fn flags(self) -> Vec<&'static str> {
        let format = match self.format {
            LogFormat::Text => "--log=text",
            LogFormat::Json => "--log=json",
        };
        let quiet = self.quiet.then_some("--quiet");
        std::iter::once(format).chain(quiet).chain((0..self.verbose).map(|_| "--verbose")).collect()
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// A line of text a step
    Text,
    /// A JSON object a step
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Choose the regions that are due tonight and update each: what cron runs
    ///
    /// Exit code 0: all well or nothing due; 1: some failed; 2: could not start; 3: another run is
    /// under way.
    Rotate {
        /// Print the plan with its reasons, and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Compute a region's dNBR into the work folder, without publishing it
    Lowres {
        /// Name of the region in regions.json
        region: String,
    },
    /// Cut the newest computed raster of a region into tiles, and publish it
    Tile {
        /// Name of the region in regions.json
        region: String,
    },
    /// Compute and publish regions, now
    Update {
        /// Names of the regions in regions.json
        #[arg(required = true, value_name = "REGION")]
        names: Vec<String>,
    },
    /// Rebuild a region's metadata from its newest whole run, where it cannot be read or its map is
    /// not whole
    Repair {
        /// Name of the region in regions.json
        region: String,
    },
    /// Find fires from public active-fire points, map and list them
    #[command(subcommand)]
    Fires(FiresCommand),
    /// Run one region, given as JSON on standard input: what `update` and `rotate` start for each
    /// region
    #[command(name = WORKER_COMMAND, hide = true)]
    RunRegion,
    /// Check disk, regions and published files, and write meta/health.json
    ///
    /// Exit code 0: healthy; 1: unhealthy; 2: could not check.
    Health {
        /// Notify a monitor: GET this address when healthy, the address and /fail when not
        #[arg(long, value_name = "URL")]
        ping: Option<String>,
    },
    /// Test what a night and the page need, and state what to do about what is wrong
    ///
    /// Root, disk, clock, catalogue and, for some regions, a scene's files: can they be read from
    /// here, are they laid out as expected, may a browser read them? Exit code 0: all well, perhaps
    /// with warnings; 1: something is wrong.
    Doctor {
        /// Names of the regions to probe [default: the first three by priority]
        #[arg(value_name = "REGION")]
        names: Vec<String>,
        /// Send the requests of a browser that shows the page on this site, such as
        /// https://maps.example.org
        #[arg(long, value_name = "URL", value_parser = parse_origin)]
        origin: Option<String>,
        /// Print JSON: a list of {probe, region, status, finding, advice}
        #[arg(long)]
        json: bool,
    },
    /// Serve the page, the published files and, over a local catalogue, a STAC API
    Serve {
        /// Address and port to listen on; port 0 takes any free one
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Folder of the built page
        #[arg(long, default_value = "dist", value_name = "FOLDER")]
        dist: PathBuf,
    },
    /// Write invented scenes for a demo without internet
    ///
    /// Two regions with fires, lakes and clouds, laid out as real Sentinel-2 files are. The folder
    /// holds items.json, regions.json and dragonfly.toml, ready for `dragonfly --config
    /// FOLDER/dragonfly.toml`.
    Sample {
        /// Folder to write into
        folder: PathBuf,
        /// Another seed invents other land
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
}

/// What is done with fires.
#[derive(Debug, Subcommand)]
pub(crate) enum FiresCommand {
    /// Read active-fire points, turn them into fires and publish the list, without mapping
    ///
    /// Exit code 0: all points could be read; 1: some could not.
    Update {
        /// URLs or files of points as CSV [default: `points` of the settings]
        #[arg(long, value_name = "FILE", num_args = 1..)]
        points: Vec<String>,
    },
    /// Map fires, now
    Map {
        /// Ids of the fires, as `fires list` prints them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Print the fires
    List {
        /// Also those that are too small, dismissed or no longer listed
        #[arg(long)]
        all: bool,
        /// Print JSON: a list of fires as in meta/fires.json
        #[arg(long)]
        json: bool,
    },
    /// Remove a fire with its points, map and outlines
    ///
    /// One that still burns is found again from its next points; `exclude` of the settings keeps a
    /// place out.
    Forget {
        /// Id of the fire
        id: String,
    },
    /// Read an archive of points: CSV, a zip file of FIRMS, or a shapefile's .dbf
    ///
    /// Fires of other times are found with --now on a day shortly after them.
    Import {
        /// The archive
        file: PathBuf,
        /// Regions all of whose fires the archive holds, from its first day to its last; without
        /// it those that its points surround
        #[arg(long, value_name = "REGION", num_args = 1..)]
        covers: Vec<String>,
    },
}
