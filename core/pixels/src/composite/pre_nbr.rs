//! NBR before the fire in steps of 0.01: which vegetation burnt.

use serde::{Deserialize, Serialize};

use crate::severity::classes::Breaks;

/// NBR before the fire in steps of 0.01 from −1 on; [`PreNbrCode::EMPTY`] where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreNbrCode(pub u8);

/// Steps from −1 to 1.
const STEPS: usize = 200;

impl PreNbrCode {
    /// No NBR.
    pub const EMPTY: Self = Self(u8::MAX);

    /// The code of an NBR; NaN has none.
    pub fn of(nbr: f32) -> Self {
        if nbr.is_nan() {
            return Self::EMPTY;
        }
        Self(((f64::from(nbr) + 1.0) * 100.0).clamp(0.0, (STEPS - 1) as f64) as u8)
    }

    /// The step, from 0 to 199; `None` where there is no NBR.
    pub fn step(self) -> Option<usize> {
        Some(usize::from(self.0)).filter(|step| *step < STEPS)
    }
}

/// Counts the NBR before the fire of the cells that burnt.
#[derive(Clone, Debug)]
pub struct BurntPreNbr {
    counts: Vec<u64>,
}

impl Default for BurntPreNbr {
    fn default() -> Self {
        Self { counts: vec![0; STEPS] }
    }
}

impl BurntPreNbr {
    /// Adds a cell: dNBR after the offset was subtracted, NaN where empty, and NBR before the fire.
    #[inline]
    pub fn add(&mut self, dnbr: f32, pre_nbr: PreNbrCode) {
        let is_burnt = Breaks::USGS.classify(dnbr).is_some_and(|class| class.is_burnt());
        if let Some(step) = pre_nbr.step().filter(|_| is_burnt) {
            self.counts[step] += 1;
        }
    }

    /// Adds cells by their dNBR, from which `offset` is subtracted, and their NBR before the fire;
    /// NaN where empty.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn add_all(&mut self, dnbr: &[f32], offset: f32, pre_nbr: &[f32]) {
        for (dnbr, pre_nbr) in dnbr.iter().zip(pre_nbr) {
            let dnbr = dnbr - offset;
            // Most cells did not burn.
            if dnbr > 0.0 {
                self.add(dnbr, PreNbrCode::of(*pre_nbr));
            }
        }
    }

    /// The median NBR before the fire of what burnt, right to 0.005; `None` where nothing did.
    pub fn median(&self) -> Option<f64> {
        let total: u64 = self.counts.iter().sum();
        let mut below = 0;
        let step = self.counts.iter().position(|count| {
            below += count;
            below > 0 && below * 2 >= total
        })?;
        Some((step as f64 + 0.5) / 100.0 - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn codes_are_steps_of_a_hundredth() {
        let steps =
            [-1.0, -0.994, 0.0, 0.5049, 1.0, f32::NAN].map(|nbr| PreNbrCode::of(nbr).step());
        assert_eq!(steps, [Some(0), Some(0), Some(100), Some(150), Some(199), None]);
    }

    #[test]
    fn cells_added_together_count_as_one_by_one() {
        let dnbr = [0.2, 0.14, 0.15, -0.3, f32::NAN, 0.9];
        let pre_nbr = [0.3, 0.4, 0.5, 0.6, 0.7, f32::NAN];
        let (mut together, mut singly) = (BurntPreNbr::default(), BurntPreNbr::default());
        together.add_all(&dnbr, 0.05, &pre_nbr);
        for (dnbr, pre_nbr) in dnbr.into_iter().zip(pre_nbr) {
            singly.add(dnbr - 0.05, PreNbrCode::of(pre_nbr));
        }
        assert_eq!(together.counts, singly.counts);
        assert_eq!(together.counts.iter().sum::<u64>(), 2);
    }

    #[test]
    fn the_median_is_that_of_burnt_cells() {
        let mut burnt = BurntPreNbr::default();
        assert_eq!(burnt.median(), None);
        let dnbr = [0.2, 0.3, 0.4, 0.0, f32::NAN];
        let pre_nbr = [0.101, 0.122, 0.701, 0.9, f32::NAN];
        for (dnbr, pre_nbr) in dnbr.into_iter().zip(pre_nbr) {
            burnt.add(dnbr, PreNbrCode::of(pre_nbr));
        }
        assert!((burnt.median().unwrap() - 0.125).abs() < 1e-9);
    }
}
