//! National and continental grids: their parameters in PROJ's words.

/// A grid of the EPSG's list.
struct NationalGrid {
    code: u16,
    /// In PROJ's words; on the ellipsoid GRS 80 where they name none, in metres.
    words: &'static str,
}

const fn grid(code: u16, words: &'static str) -> NationalGrid {
    NationalGrid { code, words }
}

/// From the EPSG's list, version 10.076, as PROJ 9.1 writes them. All lie on datums that agree with
/// WGS 84 within two metres, or state their shift to it. Left out are grids whose axes run south or
/// west, or in feet.
const GRIDS: [NationalGrid; 76] = [
    // GGRS87 / Greek Grid.
    grid(2100, "+proj=tmerc +lon_0=24 +k=0.9996 +x_0=500000 +towgs84=-199.87,74.79,246.62"),
    // RGF93 v1 / Lambert-93.
    grid(2154, "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000"),
    // IRENET95 / Irish Transverse Mercator.
    grid(2157, "+proj=tmerc +lat_0=53.5 +lon_0=-8 +k=0.99982 +x_0=600000 +y_0=750000"),
    // ETRF2000-PL / CS92.
    grid(2180, "+proj=tmerc +lon_0=19 +k=0.9993 +x_0=500000 +y_0=-5300000"),
    // NZGD2000 / New Zealand Transverse Mercator 2000.
    grid(2193, "+proj=tmerc +lon_0=173 +k=0.9996 +x_0=1600000 +y_0=10000000"),
    // NAD83 / Oregon LCC (m).
    grid(2991, "+proj=lcc +lat_0=41.75 +lon_0=-120.5 +lat_1=43 +lat_2=45.5 +x_0=400000"),
    // NAD83 / BC Albers.
    grid(3005, "+proj=aea +lat_0=45 +lon_0=-126 +lat_1=50 +lat_2=58.5 +x_0=1000000"),
    // SWEREF99 TM.
    grid(3006, "+proj=utm +zone=33"),
    // WGS 84 / Antarctic Polar Stereographic.
    grid(3031, "+proj=stere +lat_0=-90 +lat_ts=-71 +ellps=WGS84"),
    // ETRS89-extended / LCC Europe.
    grid(3034, "+proj=lcc +lat_0=52 +lon_0=10 +lat_1=35 +lat_2=65 +x_0=4000000 +y_0=2800000"),
    // ETRS89-extended / LAEA Europe.
    grid(3035, "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000"),
    // LKS92 / Latvia TM.
    grid(3059, "+proj=tmerc +lon_0=24 +k=0.9996 +x_0=500000 +y_0=-6000000"),
    // ETRS89 / TM35FIN(E,N).
    grid(3067, "+proj=utm +zone=35"),
    // GDA94 / SA Lambert.
    grid(3107, "+proj=lcc +lat_0=-32 +lon_0=135 +lat_1=-28 +lat_2=-36 +x_0=1000000 +y_0=2000000"),
    // GDA94 / Vicgrid.
    grid(3111, "+proj=lcc +lat_0=-37 +lon_0=145 +lat_1=-36 +lat_2=-38 +x_0=2500000 +y_0=2500000"),
    // GDA94 / Geoscience Australia Lambert.
    grid(3112, "+proj=lcc +lon_0=134 +lat_1=-18 +lat_2=-36"),
    // NAD83(CSRS) / BC Albers.
    grid(3153, "+proj=aea +lat_0=45 +lon_0=-126 +lat_1=50 +lat_2=58.5 +x_0=1000000"),
    // NAD83 / Ontario MNR Lambert.
    grid(3161, "+proj=lcc +lon_0=-85 +lat_1=44.5 +lat_2=53.5 +x_0=930000 +y_0=6430000"),
    // NAD83(CSRS) / Ontario MNR Lambert.
    grid(3162, "+proj=lcc +lon_0=-85 +lat_1=44.5 +lat_2=53.5 +x_0=930000 +y_0=6430000"),
    // Estonian Coordinate System of 1997.
    grid(
        3301,
        "+proj=lcc +lat_0=57.5175539305556 +lon_0=24 +lat_1=59.3333333333333 +lat_2=58 +x_0=500000 +y_0=6375000",
    ),
    // GDA94 / NSW Lambert.
    grid(
        3308,
        "+proj=lcc +lat_0=-33.25 +lon_0=147 +lat_1=-30.75 +lat_2=-35.75 +x_0=9300000 +y_0=4500000",
    ),
    // NAD83 / California Albers.
    grid(3310, "+proj=aea +lon_0=-120 +lat_1=34 +lat_2=40.5 +y_0=-4000000"),
    // NAD83(HARN) / California Albers.
    grid(3311, "+proj=aea +lon_0=-120 +lat_1=34 +lat_2=40.5 +y_0=-4000000"),
    // NAD83 / Alaska Albers.
    grid(3338, "+proj=aea +lat_0=50 +lon_0=-154 +lat_1=55 +lat_2=65"),
    // LKS94 / Lithuania TM.
    grid(3346, "+proj=tmerc +lon_0=24 +k=0.9998 +x_0=500000"),
    // NAD83 / Statistics Canada Lambert.
    grid(
        3347,
        "+proj=lcc +lat_0=63.390675 +lon_0=-91.8666666666667 +lat_1=49 +lat_2=77 +x_0=6200000 +y_0=3000000",
    ),
    // NAD83(CSRS) / Statistics Canada Lambert.
    grid(
        3348,
        "+proj=lcc +lat_0=63.390675 +lon_0=-91.8666666666667 +lat_1=49 +lat_2=77 +x_0=6200000 +y_0=3000000",
    ),
    // NAD83 / Alberta 10-TM (Forest).
    grid(3400, "+proj=tmerc +lon_0=-115 +k=0.9992 +x_0=500000"),
    // NAD83 / Alberta 10-TM (Resource).
    grid(3401, "+proj=tmerc +lon_0=-115 +k=0.9992"),
    // NAD83(CSRS) / Alberta 10-TM (Forest).
    grid(3402, "+proj=tmerc +lon_0=-115 +k=0.9992 +x_0=500000"),
    // NAD83(CSRS) / Alberta 10-TM (Resource).
    grid(3403, "+proj=tmerc +lon_0=-115 +k=0.9992"),
    // WGS 84 / NSIDC Sea Ice Polar Stereographic North.
    grid(3413, "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +ellps=WGS84"),
    // GDA94 / Australian Albers.
    grid(3577, "+proj=aea +lon_0=132 +lat_1=-18 +lat_2=-36"),
    // ETRS89 / Portugal TM06.
    grid(3763, "+proj=tmerc +lat_0=39.6682583333333 +lon_0=-8.13310833333333"),
    // HTRS96 / Croatia TM.
    grid(3765, "+proj=tmerc +lon_0=16.5 +k=0.9999 +x_0=500000"),
    // Slovenia 1996 / Slovene National Grid.
    grid(3794, "+proj=tmerc +lon_0=15 +k=0.9999 +x_0=500000 +y_0=-5000000"),
    // ETRS89 / Belgian Lambert 2008.
    grid(
        3812,
        "+proj=lcc +lat_0=50.797815 +lon_0=4.35921583333333 +lat_1=49.8333333333333 +lat_2=51.1666666666667 +x_0=649328 +y_0=665262",
    ),
    // TWD97 / TM2 zone 121.
    grid(3826, "+proj=tmerc +lon_0=121 +k=0.9999 +x_0=250000"),
    // NAD83 / Canada Atlas Lambert.
    grid(3978, "+proj=lcc +lat_0=49 +lon_0=-95 +lat_1=49 +lat_2=77"),
    // NAD83(CSRS) / Canada Atlas Lambert.
    grid(3979, "+proj=lcc +lat_0=49 +lon_0=-95 +lat_1=49 +lat_2=77"),
    // WGS 84 / Arctic Polar Stereographic.
    grid(3995, "+proj=stere +lat_0=90 +lat_ts=71 +ellps=WGS84"),
    // NAD83 / Conus Albers.
    grid(5070, "+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5"),
    // Korea 2000 / Unified CS.
    grid(5179, "+proj=tmerc +lat_0=38 +lon_0=127.5 +k=0.9996 +x_0=1000000 +y_0=2000000"),
    // Korea 2000 / Central Belt.
    grid(5181, "+proj=tmerc +lat_0=38 +lon_0=127 +x_0=200000 +y_0=500000"),
    // Korea 2000 / West Belt 2010.
    grid(5185, "+proj=tmerc +lat_0=38 +lon_0=125 +x_0=200000 +y_0=600000"),
    // Korea 2000 / Central Belt 2010.
    grid(5186, "+proj=tmerc +lat_0=38 +lon_0=127 +x_0=200000 +y_0=600000"),
    // Korea 2000 / East Belt 2010.
    grid(5187, "+proj=tmerc +lat_0=38 +lon_0=129 +x_0=200000 +y_0=600000"),
    // Korea 2000 / East Sea Belt 2010.
    grid(5188, "+proj=tmerc +lat_0=38 +lon_0=131 +x_0=200000 +y_0=600000"),
    // TUREF / TM27.
    grid(5253, "+proj=tmerc +lon_0=27 +x_0=500000"),
    // TUREF / TM30.
    grid(5254, "+proj=tmerc +lon_0=30 +x_0=500000"),
    // TUREF / TM33.
    grid(5255, "+proj=tmerc +lon_0=33 +x_0=500000"),
    // TUREF / TM36.
    grid(5256, "+proj=tmerc +lon_0=36 +x_0=500000"),
    // TUREF / TM39.
    grid(5257, "+proj=tmerc +lon_0=39 +x_0=500000"),
    // TUREF / TM42.
    grid(5258, "+proj=tmerc +lon_0=42 +x_0=500000"),
    // TUREF / TM45.
    grid(5259, "+proj=tmerc +lon_0=45 +x_0=500000"),
    // POSGAR 2007 / Argentina 1.
    grid(5343, "+proj=tmerc +lat_0=-90 +lon_0=-72 +x_0=1500000 +ellps=WGS84"),
    // POSGAR 2007 / Argentina 2.
    grid(5344, "+proj=tmerc +lat_0=-90 +lon_0=-69 +x_0=2500000 +ellps=WGS84"),
    // POSGAR 2007 / Argentina 3.
    grid(5345, "+proj=tmerc +lat_0=-90 +lon_0=-66 +x_0=3500000 +ellps=WGS84"),
    // POSGAR 2007 / Argentina 4.
    grid(5346, "+proj=tmerc +lat_0=-90 +lon_0=-63 +x_0=4500000 +ellps=WGS84"),
    // POSGAR 2007 / Argentina 5.
    grid(5347, "+proj=tmerc +lat_0=-90 +lon_0=-60 +x_0=5500000 +ellps=WGS84"),
    // POSGAR 2007 / Argentina 6.
    grid(5348, "+proj=tmerc +lat_0=-90 +lon_0=-57 +x_0=6500000 +ellps=WGS84"),
    // POSGAR 2007 / Argentina 7.
    grid(5349, "+proj=tmerc +lat_0=-90 +lon_0=-54 +x_0=7500000 +ellps=WGS84"),
    // SIRGAS 2000 / Brazil Polyconic.
    grid(5880, "+proj=poly +lon_0=-54 +x_0=5000000 +y_0=10000000"),
    // NAD83(2011) / Conus Albers.
    grid(6350, "+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5"),
    // Mexico ITRF2008 / LCC.
    grid(6372, "+proj=lcc +lat_0=12 +lon_0=-102 +lat_1=17.5 +lat_2=29.5 +x_0=2500000"),
    // NAD83(2011) / Alaska Albers.
    grid(6393, "+proj=aea +lat_0=50 +lon_0=-154 +lat_1=55 +lat_2=65"),
    // NAD83(2011) / California Albers.
    grid(6414, "+proj=aea +lon_0=-120 +lat_1=34 +lat_2=40.5 +y_0=-4000000"),
    // NAD83(CSRS) / Quebec Lambert.
    grid(6622, "+proj=lcc +lat_0=44 +lon_0=-68.5 +lat_1=60 +lat_2=46"),
    // WGS 84 / NSIDC EASE-Grid 2.0 Global.
    grid(6933, "+proj=cea +lat_ts=30 +ellps=WGS84"),
    // BGS2005 / CCS2005.
    grid(
        7801,
        "+proj=lcc +lat_0=42.6678756833333 +lon_0=25.5 +lat_1=42 +lat_2=43.3333333333333 +x_0=500000 +y_0=4725824.3591",
    ),
    // GDA2020 / GA LCC.
    grid(7845, "+proj=lcc +lon_0=134 +lat_1=-18 +lat_2=-36"),
    // GDA2020 / Vicgrid.
    grid(7899, "+proj=lcc +lat_0=-37 +lon_0=145 +lat_1=-36 +lat_2=-38 +x_0=2500000 +y_0=2500000"),
    // GDA2020 / NSW Lambert.
    grid(
        8058,
        "+proj=lcc +lat_0=-33.25 +lon_0=147 +lat_1=-30.75 +lat_2=-35.75 +x_0=9300000 +y_0=4500000",
    ),
    // GDA2020 / SA Lambert.
    grid(8059, "+proj=lcc +lat_0=-32 +lon_0=135 +lat_1=-28 +lat_2=-36 +x_0=1000000 +y_0=2000000"),
    // MAGNA-SIRGAS / Origen-Nacional.
    grid(9377, "+proj=tmerc +lat_0=4 +lon_0=-73 +k=0.9992 +x_0=5000000 +y_0=2000000"),
    // GDA2020 / Australian Albers.
    grid(9473, "+proj=aea +lon_0=132 +lat_1=-18 +lat_2=-36"),
];

/// A grid in PROJ's words; `None` where the number is none of them.
pub(super) fn proj_string(code: u16) -> Option<String> {
    let words = GRIDS.iter().find(|grid| grid.code == code)?.words;
    let ellipsoid = if words.contains("+ellps=") { "" } else { " +ellps=GRS80" };
    Some(format!("{words}{ellipsoid} +units=m"))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_number_is_listed_once() {
        assert!(GRIDS.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(proj_string(1), None);
    }
}
