//! The two invented places: where they lie, what burns there, and when a satellite passes.

use super::fire::SampleOutline;
use super::relief::Terrain;
use super::spot::Spot;
use super::tile::SampleTile;

const KM_PER_DEGREE: f64 = 111.2;

/// A place of the sample.
pub(crate) struct SampleRegion {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Longitude and latitude of the place all kilometres are counted from.
    pub(crate) centre: [f64; 2],
    /// West, south, east, north in degrees.
    pub(crate) bbox: [f64; 4],
    pub(crate) zoom_max: u8,
    /// First and last day of the search.
    pub(crate) pre: [&'static str; 2],
    pub(crate) post: [&'static str; 2],
    pub(crate) shape: Terrain,
    pub(crate) fires: &'static [&'static [SampleOutline]],
    /// Burnt years ago and greening again between the dates.
    pub(crate) old_scars: &'static [SampleOutline],
    pub(crate) tiles: &'static [SampleTile],
    pub(crate) overpasses: &'static [Overpass],
}

/// One passage of a satellite over a region.
pub(crate) struct Overpass {
    pub(crate) side: OverpassSide,
    /// `A`, `B` or `C`.
    pub(crate) satellite: char,
    /// RFC 3339, UTC.
    pub(crate) datetime: &'static str,
    /// The season's drought, from 0 (spring) to 1 (end of summer).
    pub(crate) dryness: f64,
    pub(crate) sun_azimuth_deg: f64,
    pub(crate) sun_elevation_deg: f64,
    /// The half of the region with the clouds. Two passes of a side have opposite halves, so that
    /// together they see nearly all the ground.
    pub(crate) clouds: Half,
    /// East of this line the satellite observed nothing.
    pub(crate) swath_edge: Option<SwathEdge>,
    /// Whether the file keeps the offset of baseline 04.00, and the catalogue states so.
    pub(crate) offset_left_in: bool,
}

/// Before or after the fire.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum OverpassSide {
    Pre,
    Post,
}

/// A half of a region.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Half {
    West,
    East,
}

/// The slanted edge of what a satellite observes in one passage.
#[derive(Clone, Copy)]
pub(crate) struct SwathEdge {
    /// Where it crosses the parallel of the region's centre.
    pub(crate) east_km: f64,
}

impl SwathEdge {
    /// The orbit comes down from the north-north-east.
    const EAST_PER_NORTH: f64 = 0.21;

    /// How far west of the edge a spot is; below 0 nothing is observed.
    pub(crate) fn km_inside(self, spot: Spot) -> f64 {
        self.east_km + Self::EAST_PER_NORTH * spot.north_km - spot.east_km
    }
}

impl SampleRegion {
    /// Kilometres from degrees, on a plane that touches the region's centre.
    pub(crate) fn spot_from_lonlat(&self, [lon, lat]: [f64; 2]) -> Spot {
        let [centre_lon, centre_lat] = self.centre;
        Spot {
            east_km: (lon - centre_lon) * KM_PER_DEGREE * centre_lat.to_radians().cos(),
            north_km: (lat - centre_lat) * KM_PER_DEGREE,
        }
    }

    /// Longitude and latitude of a spot.
    pub(crate) fn lonlat_from_spot(&self, spot: Spot) -> [f64; 2] {
        let [centre_lon, centre_lat] = self.centre;
        let km_per_lon = KM_PER_DEGREE * centre_lat.to_radians().cos();
        [centre_lon + spot.east_km / km_per_lon, centre_lat + spot.north_km / KM_PER_DEGREE]
    }
}

/// The regions of the sample.
pub(crate) const REGIONS: [SampleRegion; 2] = [
    SampleRegion {
        name: "sample_sierra",
        title: "Mountains of northern California (invented)",
        centre: [-121.2, 39.9],
        bbox: [-121.4, 39.75, -121.0, 40.05],
        zoom_max: 12,
        pre: ["2025-06-01", "2025-07-05"],
        post: ["2025-08-20", "2025-09-20"],
        shape: Terrain::Mountains,
        // The wind turned in the middle of it, from west to south.
        fires: &[&[
            SampleOutline {
                east_km: -3.5,
                north_km: -2.0,
                length_km: 9.5,
                width_km: 4.4,
                heading_deg: 68.0,
            },
            SampleOutline {
                east_km: 3.0,
                north_km: 4.2,
                length_km: 8.0,
                width_km: 4.6,
                heading_deg: 22.0,
            },
            SampleOutline {
                east_km: -7.0,
                north_km: -6.2,
                length_km: 4.6,
                width_km: 2.5,
                heading_deg: 105.0,
            },
        ]],
        old_scars: &[
            SampleOutline {
                east_km: 11.0,
                north_km: 9.5,
                length_km: 2.6,
                width_km: 1.3,
                heading_deg: 40.0,
            },
            SampleOutline {
                east_km: -13.0,
                north_km: -12.0,
                length_km: 1.8,
                width_km: 1.0,
                heading_deg: 80.0,
            },
        ],
        tiles: &[SampleTile {
            mgrs: "10TFK",
            epsg: 32610,
            west_m: 634_880.0,
            north_m: 4_437_200.0,
            width_px: 1840,
            height_px: 1840,
        }],
        overpasses: &[
            Overpass {
                side: OverpassSide::Pre,
                satellite: 'A',
                datetime: "2025-06-12T18:55:01Z",
                dryness: 0.2,
                sun_azimuth_deg: 137.0,
                sun_elevation_deg: 69.0,
                clouds: Half::East,
                swath_edge: None,
                offset_left_in: false,
            },
            Overpass {
                side: OverpassSide::Pre,
                satellite: 'B',
                datetime: "2025-06-27T18:55:03Z",
                dryness: 0.35,
                sun_azimuth_deg: 136.0,
                sun_elevation_deg: 68.5,
                clouds: Half::West,
                swath_edge: None,
                offset_left_in: false,
            },
            Overpass {
                side: OverpassSide::Post,
                satellite: 'A',
                datetime: "2025-08-26T18:55:04Z",
                dryness: 0.8,
                sun_azimuth_deg: 148.0,
                sun_elevation_deg: 57.0,
                clouds: Half::West,
                swath_edge: None,
                offset_left_in: true,
            },
            Overpass {
                side: OverpassSide::Post,
                satellite: 'C',
                datetime: "2025-09-10T18:55:02Z",
                dryness: 0.9,
                sun_azimuth_deg: 153.0,
                sun_elevation_deg: 52.5,
                clouds: Half::East,
                swath_edge: None,
                offset_left_in: false,
            },
        ],
    },
    SampleRegion {
        name: "sample_evia",
        title: "Coast of Evia, where two UTM zones meet (invented)",
        centre: [24.0, 38.65],
        bbox: [23.74, 38.53, 24.26, 38.77],
        zoom_max: 12,
        pre: ["2025-06-25", "2025-07-25"],
        post: ["2025-08-20", "2025-09-20"],
        shape: Terrain::Island,
        fires: &[
            // Across the meridian of 24°, where the zones meet.
            &[
                SampleOutline {
                    east_km: 1.2,
                    north_km: 1.6,
                    length_km: 7.0,
                    width_km: 3.6,
                    heading_deg: 232.0,
                },
                SampleOutline {
                    east_km: -2.8,
                    north_km: -3.0,
                    length_km: 5.0,
                    width_km: 3.0,
                    heading_deg: 205.0,
                },
            ],
            &[SampleOutline {
                east_km: 13.2,
                north_km: -7.4,
                length_km: 3.8,
                width_km: 2.0,
                heading_deg: 190.0,
            }],
        ],
        old_scars: &[SampleOutline {
            east_km: -10.5,
            north_km: 7.5,
            length_km: 2.0,
            width_km: 1.1,
            heading_deg: 120.0,
        }],
        tiles: &[
            SampleTile {
                mgrs: "34SGH",
                epsg: 32634,
                west_m: 736_600.0,
                north_m: 4_297_200.0,
                width_px: 1500,
                height_px: 1500,
            },
            SampleTile {
                mgrs: "35SKC",
                epsg: 32635,
                west_m: 233_400.0,
                north_m: 4_297_200.0,
                width_px: 1500,
                height_px: 1500,
            },
        ],
        overpasses: &[
            Overpass {
                side: OverpassSide::Pre,
                satellite: 'B',
                datetime: "2025-07-04T09:20:31Z",
                dryness: 0.5,
                sun_azimuth_deg: 138.0,
                sun_elevation_deg: 68.0,
                clouds: Half::East,
                swath_edge: Some(SwathEdge { east_km: 20.0 }),
                offset_left_in: false,
            },
            Overpass {
                side: OverpassSide::Pre,
                satellite: 'C',
                datetime: "2025-07-19T09:20:34Z",
                dryness: 0.65,
                sun_azimuth_deg: 139.0,
                sun_elevation_deg: 66.5,
                clouds: Half::West,
                swath_edge: None,
                offset_left_in: false,
            },
            Overpass {
                side: OverpassSide::Post,
                satellite: 'B',
                datetime: "2025-08-28T09:20:33Z",
                dryness: 0.9,
                sun_azimuth_deg: 150.0,
                sun_elevation_deg: 57.0,
                clouds: Half::West,
                swath_edge: None,
                offset_left_in: false,
            },
            Overpass {
                side: OverpassSide::Post,
                satellite: 'A',
                datetime: "2025-09-12T09:20:35Z",
                dryness: 0.8,
                sun_azimuth_deg: 156.0,
                sun_elevation_deg: 52.0,
                clouds: Half::East,
                swath_edge: None,
                offset_left_in: false,
            },
        ],
    },
];
