//! The golden set: many pixels through the whole chain, hashed. The same hashes natively, in wasm
//! under Node and in wasm in Chromium prove that the page computes what the batch computes.

use dragonfly_pixels::{Breaks, Scaling, class_from_index, dnbr, index_from_dnbr, nbr};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const RANDOM_QUADRUPLES: usize = 120_000;
/// Digital numbers at which something changes: no data, around the offsets, common ground,
/// saturation.
const NOTABLE_DN: [u16; 12] =
    [0, 1, 999, 1000, 1001, 1500, 3000, 7272, 7273, 10_000, 32_768, 65_535];

/// Digital numbers before and after the fire: NIR, SWIR2, NIR, SWIR2.
type Quadruple = [u16; 4];

fn quadruples() -> Vec<Quadruple> {
    let mut all = Vec::new();
    for a in NOTABLE_DN {
        for b in NOTABLE_DN {
            for c in NOTABLE_DN {
                all.extend(NOTABLE_DN.map(|d| [a, b, c, d]));
            }
        }
    }
    let mut state = 0x0123_4567_89ab_cdef_u64;
    let mut random_dn = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Mostly what ground looks like, now and then anything at all.
        let bits = (state >> 40) as u16;
        if (state >> 60) == 0 { bits } else { 400 + bits % 5000 }
    };
    all.extend((0..RANDOM_QUADRUPLES).map(|_| std::array::from_fn(|_| random_dn())));
    all
}

const SCALINGS: [Scaling; 3] = [
    Scaling { scale: 1e-4, offset_dn: 0.0 },
    Scaling { scale: 1e-4, offset_dn: -1000.0 },
    Scaling { scale: 2.75e-5, offset_dn: -0.2 / 2.75e-5 },
];

/// Every dNBR of the set: quadruples with equal and with mixed offsets, and each break ± 1 ulp.
fn dnbr_values() -> Vec<f32> {
    let mut values = Vec::new();
    for (index, [nir_pre, swir_pre, nir_post, swir_post]) in quadruples().into_iter().enumerate() {
        let (pre, post) = (SCALINGS[index % 3], SCALINGS[index / 3 % 3]);
        let before = nbr(pre.reflectance(nir_pre), pre.reflectance(swir_pre));
        let after = nbr(post.reflectance(nir_post), post.reflectance(swir_post));
        values.push(dnbr(before, after));
    }
    for value in Breaks::USGS.values() {
        values.extend([value, value.next_up(), value.next_down()]);
    }
    values
}

/// FNV-1a, 64 bits.
pub(super) fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The bits of a value; one pattern for every NaN, whose payload no target promises.
pub(super) fn bits(value: f32) -> [u8; 4] {
    if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() }.to_le_bytes()
}

#[test]
fn the_same_pixels_give_the_same_bits_everywhere() {
    let values = dnbr_values();
    assert!(values.len() > 100_000);
    let classes =
        values.iter().map(|value| Breaks::USGS.classify(*value).map_or(0, |class| class as u8));
    let indices = values.iter().map(|value| index_from_dnbr(*value).unwrap_or(0));
    let hashes = [hash(values.iter().flat_map(|value| bits(*value))), hash(classes), hash(indices)];
    assert_eq!(hashes.map(|hash| format!("{hash:016x}")), GOLDEN);
}

/// Hashes of the dNBR bits, the classes and the tile indices.
const GOLDEN: [&str; 3] = ["56c4ca9175608a2a", "c9dfb21c10eb517d", "e04f7388e34c80a5"];

#[test]
fn the_class_of_an_index_is_the_class_of_the_float() {
    for value in dnbr_values() {
        let from_index =
            index_from_dnbr(value).and_then(|index| class_from_index(index, &Breaks::USGS));
        assert_eq!(from_index, Breaks::USGS.classify(value), "{value}");
    }
}

#[test]
fn the_set_holds_what_it_must() {
    let values = dnbr_values();
    let holes = values.iter().filter(|value| value.is_nan()).count();
    assert!(holes > 100, "{holes} holes");
    for class in crate::Severity::ALL {
        let count =
            values.iter().filter(|value| Breaks::USGS.classify(**value) == Some(class)).count();
        assert!(count > 1000, "{count} of {class:?}");
    }
    assert!(values.iter().all(|value| value.is_nan() || (-2.0..=2.0).contains(value)));
}
