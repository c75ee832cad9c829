//! Decimal numbers, read and written. The standard library's own tables and functions for them
//! make the first load a twentieth larger; results are the same, and the tests compare them.

/// Powers of ten up to this one are exact.
const MAX_EXACT_POWER: usize = 22;
/// Below this one every whole number is exact.
const MAX_EXACT_WHOLE: u64 = 1 << 53;
/// Bits of a number after the leading one.
const MANTISSA_BITS: u32 = 52;
/// What the exponent of a number is stored with, for its last bit.
const EXPONENT_BIAS: i32 = 1075;
/// More decimals are not written exactly.
const MAX_DECIMALS: usize = 12;

/// The finite number that a text is, as near as numbers are; `None` for anything else.
pub fn read(text: &str) -> Option<f64> {
    let is_decimal = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_decimal) {
        return None;
    }
    read_plain(text).or_else(|| host::read(text)).filter(|number| number.is_finite())
}

/// A number of few digits without an exponent: both parts of the fraction are exact.
fn read_plain(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut whole = 0_u64;
    let mut decimals = None;
    for byte in digits.bytes() {
        if byte == b'.' && decimals.is_none() {
            decimals = Some(0);
            continue;
        }
        let digit = char::from(byte).to_digit(10)?;
        whole = whole.checked_mul(10)?.checked_add(u64::from(digit))?;
        decimals = decimals.map(|count| count + 1);
    }
    let decimals = decimals.unwrap_or(0);
    let has_digits = digits.len() > usize::from(digits.contains('.'));
    if !has_digits || whole > MAX_EXACT_WHOLE || decimals > MAX_EXACT_POWER {
        return None;
    }
    let size = whole as f64 / (0..decimals).fold(1.0, |power, _| power * 10.0);
    Some(if digits.len() < text.len() { -size } else { size })
}

/// A number with so many decimals, as `{:.decimals$}` writes it.
pub fn write(number: f64, decimals: usize) -> String {
    match scaled(number.abs(), decimals) {
        Some(scaled) => {
            let digits = format!("{scaled:0width$}", width = decimals + 1);
            let (whole, broken) = digits.split_at(digits.len() - decimals);
            let sign = if number.is_sign_negative() { "-" } else { "" };
            let mark = if decimals > 0 { "." } else { "" };
            [sign, whole, mark, broken].concat()
        }
        None => host::write(number, decimals),
    }
}

/// A length of a style, in whole pixels.
pub fn pixels(length_px: f64) -> String {
    format!("{}px", write(length_px, 0))
}

/// The whole number nearest to size × 10^decimals, of two the even one; `None` beyond its range.
fn scaled(size: f64, decimals: usize) -> Option<u64> {
    if !size.is_finite() || decimals > MAX_DECIMALS {
        return None;
    }
    let bits = size.to_bits();
    let stored_exponent = (bits >> MANTISSA_BITS) as i32;
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1);
    let leading = u64::from(stored_exponent > 0) << MANTISSA_BITS;
    let product = u128::from(mantissa | leading) * 10_u128.pow(decimals as u32);
    let exponent = stored_exponent.max(1) - EXPONENT_BIAS;
    if exponent >= 0 {
        let whole = u64::try_from(product).ok()?;
        return whole.checked_mul(1_u64.checked_shl(exponent.unsigned_abs())?);
    }
    // All 93 bits of the product lie behind the half.
    let shift = exponent.unsigned_abs();
    if shift > 100 {
        return Some(0);
    }
    let (whole, rest, half) = (product >> shift, product & ((1 << shift) - 1), 1 << (shift - 1));
    let is_up = rest > half || rest == half && whole & 1 == 1;
    u64::try_from(whole + u128::from(is_up)).ok()
}

/// What is left to the browser: numbers of many digits.
#[cfg(target_arch = "wasm32")]
mod host {
    use js_sys::Number;
    use wasm_bindgen::JsValue;

    pub fn read(text: &str) -> Option<f64> {
        Some(Number::from(JsValue::from_str(text)).value_of())
    }

    pub fn write(number: f64, decimals: usize) -> String {
        let text = Number::from(number).to_fixed(decimals as u8);
        text.map_or_else(|_| String::new(), String::from)
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod host {
    pub fn read(text: &str) -> Option<f64> {
        text.parse().ok()
    }

    pub fn write(number: f64, decimals: usize) -> String {
        format!("{number:.decimals$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_finite_decimal_number_is_none() {
        for text in
            ["", "-", "+", ".", "-.", "e5", "5e", "1e999", "inf", "nan", "0x1", " 1", "1.2.3"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["0", "-0", "1.", ".5", "+1", "007", "-1.5e-3", "9007199254740993", "1e22"] {
            assert_eq!(read(text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
        }
    }

    #[test]
    fn halves_go_to_the_even_number() {
        for (number, decimals) in [
            (0.5, 0),
            (1.5, 0),
            (2.5, 0),
            (-2.5, 0),
            (1.25, 1),
            (0.125, 2),
            (-0.04, 1),
            (-0.0, 1),
            (0.0, 3),
            (f64::MAX, 2),
            (f64::MIN_POSITIVE, 4),
            (5e-324, 0),
            (1e15 + 0.5, 0),
            (18_446_744_073_709_551_615.0, 0),
            (9.999, 2),
            (f64::NAN, 1),
            (f64::INFINITY, 1),
        ] {
            assert_eq!(write(number, decimals), format!("{number:.decimals$}"), "{number:e}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_like_the_standard_library_reads_them(
            number: f64, size in -1e7..1e7_f64, decimals in 0..9_usize,
        ) {
            let plain = format!("{size:.decimals$}");
            prop_assert_eq!(read(&plain).map(f64::to_bits), plain.parse().ok().map(f64::to_bits));
            let text = format!("{number:e}");
            prop_assert_eq!(read(&text), text.parse().ok().filter(|it: &f64| it.is_finite()));
        }

        #[test]
        fn numbers_are_written_like_the_standard_library_writes_them(
            number: f64, size in -1e7..1e7_f64, quarters in -1_000_000..1_000_000_i32,
            decimals in 0..9_usize,
        ) {
            for number in [number, size, f64::from(quarters) / 4.0] {
                prop_assert_eq!(write(number, decimals), format!("{number:.decimals$}"));
            }
        }
    }
}
