//! The float functions of the page are the browser's own, which are there already: those of the
//! standard library make the first load 7 KB larger. The page only places shapes and labels with
//! them; maps are computed in the worker, with the standard library's.
#![expect(unsafe_code, reason = "a name that the linker looks for is declared as such")]

use js_sys::Math;

macro_rules! of_browser {
    ($($name:ident)*) => {
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $name(number: f64) -> f64 {
                Math::$name(number)
            }
        )*
    };
}

of_browser! { atan cos exp log sin tan }

#[unsafe(no_mangle)]
extern "C" fn exp2(number: f64) -> f64 {
    Math::pow(2.0, number)
}

#[unsafe(no_mangle)]
extern "C" fn pow(base: f64, exponent: f64) -> f64 {
    Math::pow(base, exponent)
}
