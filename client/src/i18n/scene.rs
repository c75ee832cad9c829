//! Why a scene has its offset, why a scene was not used, and why a map is doubtful.

use dragonfly_core::{OffsetReason, SkipReason, WarningReason};

use super::Words;

impl Words {
    /// Why a scene has its offset; `None` for a reason that this page does not know.
    pub fn offset_reason(&self, kind: Option<OffsetReason>) -> Option<&'static str> {
        Some(match kind? {
            OffsetReason::RasterBands => self.offset_raster_bands,
            OffsetReason::NoOffset => self.offset_none,
            OffsetReason::Collection => self.offset_collection,
            OffsetReason::BaselineBelow0400 => self.offset_below_04_00,
            OffsetReason::BoaOffsetApplied => self.offset_boa_applied,
            OffsetReason::DoubtedBoaOffsetApplied => self.offset_boa_doubted,
            OffsetReason::AsDelivered => self.offset_as_delivered,
            OffsetReason::DarkPixels => self.offset_dark_pixels,
            OffsetReason::UnverifiedRasterBands => self.offset_unverified_bands,
            OffsetReason::UnverifiedBaseline => self.offset_unverified_baseline,
            OffsetReason::RasterBandsInDn => self.offset_raster_bands_in_dn,
            OffsetReason::UnverifiedNoOffset => self.offset_unverified_none,
        })
    }

    /// Why a scene was not used; `None` for a reason that this page does not know.
    pub fn skip_reason(&self, why: Option<&SkipReason>) -> Option<String> {
        let percent = |value: f64| self.number(value, 0);
        match why? {
            SkipReason::Duplicate { of } => Some(self.skipped_duplicate.fill([of])),
            SkipReason::TooCloudy { cloud_cover, max_cloud_cover } => Some(
                self.skipped_too_cloudy.fill([&percent(*cloud_cover), &percent(*max_cloud_cover)]),
            ),
            SkipReason::BetterScenes { count, tile } => {
                Some(self.skipped_better_scenes.fill([&self.count(*count), tile]))
            }
            SkipReason::Unreadable => Some(self.skipped_unreadable.to_owned()),
            SkipReason::Refused => Some(self.skipped_refused.to_owned()),
            SkipReason::Other => None,
        }
    }

    /// Why a map is doubtful; `None` for a reason that this page does not know.
    pub fn warning(&self, why: WarningReason) -> Option<String> {
        let count = |number: u64| self.number(number as f64, 0);
        Some(match why {
            WarningReason::IncompleteSearch { matched, received } => {
                self.warning_incomplete_search.fill([&count(matched), &count(received)])
            }
            WarningReason::UnrequestedScenes { unrequested, received } => {
                self.warning_unrequested.fill([&count(unrequested), &count(received)])
            }
            WarningReason::Unmasked { scenes } => self.warning_unmasked.fill([&count(scenes)]),
            WarningReason::OtherMask { scenes } => self.warning_other_mask.fill([&count(scenes)]),
            WarningReason::MostlyBurnt { percent } => {
                self.warning_mostly_burnt.fill([&count(percent)])
            }
            WarningReason::MostlyRegrown { percent } => {
                self.warning_mostly_regrown.fill([&count(percent)])
            }
            WarningReason::LessSeen { scenes } => self.warning_less_seen.fill([&count(scenes)]),
            WarningReason::UncertainOffset { scenes } => {
                self.warning_uncertain_offset.fill([&count(scenes)])
            }
            WarningReason::NoFireForOffset => self.warning_no_fire_for_offset.to_owned(),
            WarningReason::SmallOffsetRing { cells } => {
                self.warning_small_offset_ring.fill([&count(cells)])
            }
            WarningReason::BackgroundDrift { thousandths } => self
                .warning_background_drift
                .fill([&self.number(f64::from(thousandths) / 1000.0, 3)]),
            WarningReason::SparseVegetation { thousandths } => self
                .warning_sparse_vegetation
                .fill([&self.number(f64::from(thousandths) / 1000.0, 2)]),
            WarningReason::LowSun { scenes } => self.warning_low_sun.fill([&count(scenes)]),
            WarningReason::DriftingOrbit { scenes } => {
                self.warning_drifting_orbit.fill([&count(scenes)])
            }
            WarningReason::Other => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::published::tests::{OFFSET_KINDS, WARNING_REASONS, skip_reasons};
    use crate::i18n::{ENGLISH, GERMAN};

    #[test]
    fn an_offset_that_is_not_verified_is_called_so_in_every_language() {
        for kind in OFFSET_KINDS {
            let (english, german) =
                (ENGLISH.offset_reason(Some(kind)), GERMAN.offset_reason(Some(kind)));
            let is_unverified = kind.describe().contains("unverified");
            assert_eq!(english.unwrap().contains("not verified"), is_unverified, "{kind:?}");
            assert_eq!(german.unwrap().contains("ungeprüft"), is_unverified, "{kind:?}");
        }
        assert_eq!(GERMAN.offset_reason(None), None);
    }

    #[test]
    fn a_skipped_scene_has_a_reason_in_every_language() {
        for why in skip_reasons() {
            let (english, german) =
                (ENGLISH.skip_reason(Some(&why)), GERMAN.skip_reason(Some(&why)));
            assert!(english.is_some() && german.is_some() && english != german, "{why:?}");
        }
        let cloudy = SkipReason::TooCloudy { cloud_cover: 83.4, max_cloud_cover: 60.0 };
        assert_eq!(
            GERMAN.skip_reason(Some(&cloudy)).as_deref(),
            Some("83 % Wolken, mehr als 60 %")
        );
        assert_eq!(ENGLISH.skip_reason(Some(&SkipReason::Other)), None);
        assert_eq!(ENGLISH.skip_reason(None), None);
    }

    #[test]
    fn a_warning_has_words_in_every_language() {
        for why in WARNING_REASONS {
            let (english, german) = (ENGLISH.warning(why), GERMAN.warning(why));
            assert!(english.is_some() && german.is_some() && english != german, "{why:?}");
        }
        assert_eq!(ENGLISH.warning(WarningReason::Other), None);
    }
}
