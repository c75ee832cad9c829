//! The version of ESA's processor that made a Sentinel-2 scene.

use std::fmt;

/// A processing baseline, such as `05.11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Baseline {
    major: u32,
    minor: u32,
}

impl Baseline {
    /// The first whose numbers carry an offset; it began on 2022-01-25.
    pub const WITH_OFFSET: Self = Self { major: 4, minor: 0 };

    /// As a property states it: `05.11`.
    pub(super) fn from_property(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self { major: number(major)?, minor: number(minor)? })
    }

    /// As a product's name states it:
    /// `S2A_MSIL2A_20240106T175731_N0510_R141_T12RWT_20240106T205550`.
    pub(super) fn from_product_name(name: &str) -> Option<Self> {
        name.split('_').find_map(|part| {
            let digits = part.strip_prefix('N').filter(|digits| digits.len() == 4)?;
            let (major, minor) = digits.split_at_checked(2)?;
            Some(Self { major: number(major)?, minor: number(minor)? })
        })
    }
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}.{:02}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_baseline_is_read_from_property_and_name() {
        let text = |baseline: Option<Baseline>| baseline.map(|baseline| baseline.to_string());
        assert_eq!(text(Baseline::from_property("05.11")).as_deref(), Some("05.11"));
        assert_eq!(Baseline::from_property("latest"), None);
        assert_eq!(Baseline::from_property("+5.11"), None);
        let name = "S2A_MSIL2A_20200714T115221_N0214_R123_T28QCH_20200714T191310.SAFE";
        assert_eq!(text(Baseline::from_product_name(name)).as_deref(), Some("02.14"));
        assert_eq!(Baseline::from_product_name("S2A_10SGD_20250806_0_L2A"), None);
        assert_eq!(Baseline::from_product_name("S2A_Né12_N05"), None);
    }

    #[test]
    fn the_offset_came_with_04_00() {
        assert!(Baseline::from_property("03.01") < Some(Baseline::WITH_OFFSET));
        assert!(Baseline::from_property("04.00") >= Some(Baseline::WITH_OFFSET));
        assert!(Baseline::from_property("99.99") >= Some(Baseline::WITH_OFFSET));
    }
}
