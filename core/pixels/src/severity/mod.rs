//! Burn ratios, and the severity classes made of them.

pub(crate) mod burn_ratio;
pub(crate) mod classes;
pub(crate) mod index;
pub(crate) mod legend;
pub(crate) mod palette;
pub(crate) mod thresholds;

pub use burn_ratio::{dnbr, is_rdnbr_stable, nbr, rbr, rdnbr};
pub use classes::{
    Breaks, BreaksError, IMPLAUSIBLE_ABOVE, IMPLAUSIBLE_BELOW, Severity, is_implausible,
};
pub use index::Index;
pub use legend::{LEGEND, LegendEntry};
pub use palette::{Palette, Rgb};
pub use thresholds::{ClassTable, TableClass, Thresholds, ThresholdsError};
