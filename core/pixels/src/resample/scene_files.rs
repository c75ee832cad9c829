//! Whether the files of a scene can be read together, pixel by pixel.

use crate::resample::placement::ImageFrame;

/// A file of a scene.
#[derive(Clone, Copy, Debug)]
pub struct SceneFile<'a> {
    /// Its address, for messages.
    pub name: &'a str,
    /// Its extent and place at full resolution.
    pub frame: &'a ImageFrame,
}

/// Files that are not of one scene.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SceneFilesError {
    /// The two bands have different pixels.
    #[error("{0} and {1} do not lie on one grid, so their pixels cannot be paired")]
    DifferentGrids(String, String),
    /// The mask covers other ground than the bands.
    #[error("{0} and {1} do not cover the same ground")]
    DifferentGround(String, String),
    /// The mask covers the ground of the bands, with rows or columns in another direction.
    #[error(
        "the rows of {0} and {1} run in different directions: rewrite one of them so that both \
         begin in the north-west (gdalwarp)"
    )]
    DifferentDirections(String, String),
    /// A file of several bands, of an item that does not state which is meant.
    #[error(
        "{file} holds {bands} bands, and its item does not state which one is meant: name them in \
         the item's `bands` (or `eo:bands`)"
    )]
    UnknownBand {
        /// The file.
        file: String,
        /// Bands that it holds, without alpha.
        bands: usize,
    },
    /// A band that the item lists and the file does not have.
    #[error("{file} holds {bands} bands, and its item lists one as number {number}: they disagree")]
    NoSuchBand {
        /// The file.
        file: String,
        /// Bands that it holds, without alpha.
        bands: usize,
        /// The band that the item means, counted from 1.
        number: usize,
    },
    /// A band of one file on both sides: their difference would be no change.
    #[error(
        "{0} is named before the fire and after it: correct the items, or choose windows that do not \
         overlap"
    )]
    SameOnBothSides(String),
}

/// Checks that both bands have the same pixels, and that the masks cover the same ground.
///
/// # Errors
/// When they do not.
pub fn check_scene_files(
    [first, second]: [SceneFile; 2],
    masks: &[SceneFile],
) -> Result<(), SceneFilesError> {
    let names = |other: &SceneFile| (first.name.to_owned(), other.name.to_owned());
    let is_turned = |other: &SceneFile| {
        !first.frame.same_place(other.frame) && first.frame.same_ground(other.frame)
    };
    if let Some(turned) = [&second].into_iter().chain(masks).find(|file| is_turned(file)) {
        let (first, turned) = names(turned);
        return Err(SceneFilesError::DifferentDirections(first, turned));
    }
    if first.frame.size != second.frame.size || !first.frame.same_place(second.frame) {
        let (first, second) = names(&second);
        return Err(SceneFilesError::DifferentGrids(first, second));
    }
    match masks.iter().find(|mask| !first.frame.same_place(mask.frame)) {
        Some(mask) => {
            let (first, mask) = names(mask);
            Err(SceneFilesError::DifferentGround(first, mask))
        }
        None => Ok(()),
    }
}

/// Which band of a file to read, counted from 0: the one that its item states, else its only one.
/// `bands` are those of the file without alpha, in order.
///
/// # Errors
/// When the file does not have it, or has several and the item states none.
pub fn band_of_file(
    file: &str,
    stated: Option<usize>,
    bands: &[usize],
) -> Result<usize, SceneFilesError> {
    match (stated, bands) {
        (Some(index), _) if bands.contains(&index) => Ok(index),
        (Some(index), _) => Err(SceneFilesError::NoSuchBand {
            file: file.to_owned(),
            bands: bands.len(),
            number: index + 1,
        }),
        (None, [only]) => Ok(*only),
        (None, _) => {
            Err(SceneFilesError::UnknownBand { file: file.to_owned(), bands: bands.len() })
        }
    }
}

/// Checks that no band of a file stands on both sides. Each is the file's name, `#`, and the band.
///
/// # Errors
/// Names the first that does.
pub fn check_sides(pre: &[String], post: &[String]) -> Result<(), SceneFilesError> {
    match pre.iter().find(|band| post.contains(band)) {
        Some(shared) => Err(SceneFilesError::SameOnBothSides(shared.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::geo_transform::GeoTransform;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn frame(size: (usize, usize), pixel_m: f64) -> ImageFrame {
        ImageFrame { size, geo_transform: GeoTransform([0.0, pixel_m, 0.0, 0.0, 0.0, -pixel_m]) }
    }

    fn check(second: ImageFrame, mask: ImageFrame) -> Result<(), SceneFilesError> {
        let first = frame((100, 100), 20.0);
        let file = |name, frame| SceneFile { name, frame };
        check_scene_files([file("nir", &first), file("swir", &second)], &[file("scl", &mask)])
    }

    #[test]
    fn files_are_of_one_scene_only_with_the_same_pixels_over_the_same_ground() {
        let same = || frame((100, 100), 20.0);
        assert_eq!(check(same(), frame((200, 200), 10.0)), Ok(()));
        let names = |other: &str| ("nir".to_owned(), other.to_owned());
        let (first, second) = names("swir");
        let different = Err(SceneFilesError::DifferentGrids(first, second));
        assert_eq!(check(frame((200, 200), 10.0), same()), different);
        assert_eq!(check(frame((100, 100), 10.0), same()), different);
        let (first, mask) = names("scl");
        assert_eq!(
            check(same(), frame((100, 100), 10.0)),
            Err(SceneFilesError::DifferentGround(first, mask))
        );
    }

    #[test]
    fn files_with_rows_in_different_directions_are_named() {
        let south_up = ImageFrame {
            size: (100, 100),
            geo_transform: GeoTransform([0.0, 20.0, 0.0, -2000.0, 0.0, 20.0]),
        };
        let same = frame((100, 100), 20.0);
        let differ = |error| matches!(error, Err(SceneFilesError::DifferentDirections(..)));
        assert!(differ(check(same, south_up)) && differ(check(south_up, same)));
    }

    #[test]
    fn the_band_of_a_file_is_stated_or_its_only_one() {
        let band = |stated, bands: &[usize]| band_of_file("a.tif", stated, bands);
        let error = |stated, bands: &[usize]| band(stated, bands).unwrap_err().to_string();
        assert_eq!(band(None, &[0]), Ok(0));
        assert_eq!(band(Some(2), &[0, 1, 2]), Ok(2));
        // Alpha comes first.
        assert_eq!(band(None, &[1]), Ok(1));
        assert!(error(Some(0), &[1]).contains("lists one as number 1"));
        assert!(error(None, &[0, 1, 2]).starts_with("a.tif holds 3 bands, and its item does not"));
        assert!(error(Some(1), &[0]).contains("lists one as number 2"));
    }

    #[test]
    fn a_band_on_both_sides_is_named() {
        let bands = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let (pre, post) = (bands(&["a.tif#1", "b.tif#1"]), bands(&["c.tif#1", "b.tif#2"]));
        assert_eq!(check_sides(&pre, &post), Ok(()));
        let shared = check_sides(&pre, &bands(&["b.tif#1"])).unwrap_err().to_string();
        assert!(shared.starts_with("b.tif#1 is named before the fire and after it"), "{shared}");
    }
}
