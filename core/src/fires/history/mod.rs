//! The points of the last months, in a compact form, and the times for which they are known: what
//! decides whether changed ground belongs to a fire.

mod point_month;
mod point_times;

pub use point_month::{MonthPoint, PointMonth, PointMonthError, month_of, months_between};
pub use point_times::{KnownBox, PointTimes, surrounds};

#[cfg(test)]
mod tests {
    use crate::fires::detection::Detection;
    use crate::fires::tests::seen;

    /// A point of VIIRS at a longitude and latitude.
    pub(super) fn point_at(lon: f64, lat: f64) -> Detection {
        Detection {
            minute: 0,
            lat_e5: (lat * 1e5).round() as i32,
            lon_e5: (lon * 1e5).round() as i32,
            ..seen(0, 0.0, 0.0)
        }
    }
}
