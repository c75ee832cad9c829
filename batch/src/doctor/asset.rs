//! The files of a scene: whether they can be read from here, a part at a time.

use std::io::Read;
use std::path::Path;

use dragonfly_core::stac::{AssetBand, AssetBandError, Item, shown, without_token};
use dragonfly_core::{BandRole, SpectralIndex};

use super::finding::Finding;
use super::http::{Http, ProbeResponse, RANGE_BYTES};
use crate::deployment::settings::is_url;
use crate::http::Scope;
use crate::read::local_file::{LocalFileError, open_regular};

/// The bands that a map reads, with their usual names; the mask where there is one.
pub(super) fn map_bands(item: &Item) -> Result<Vec<(&'static str, AssetBand<'_>)>, AssetBandError> {
    let roles = SpectralIndex::MAPPED.bands();
    let mut bands: Vec<_> =
        roles.into_iter().map(BandRole::name).zip(item.mapped_bands()?).collect();
    bands.extend(item.mask().map(|(_, band)| ("mask", band)));
    bands.extend(item.haze().map(|(_, band)| ("haze", band)));
    Ok(bands)
}

/// Whether all files of a scene can be read in part.
pub(super) fn readable(item: &Item, http: &Http) -> Finding {
    let bands = match map_bands(item) {
        Ok(bands) => bands,
        Err(error) => {
            let advice = match error {
                AssetBandError::Missing { .. } => {
                    "name a collection with a near and a short-wave infrared band in the region's \
                     `collection`"
                }
                _ => "a run goes on without such scenes: correct them, or name another catalogue",
            };
            return Finding::fail("assets", format!("scene {}: {error}", item.id), advice);
        }
    };
    let mut total_bytes = 0;
    for (name, AssetBand { asset, .. }) in &bands {
        if let Err(error) = http.policy().check_file(&asset.href) {
            let advice = "take a catalogue that names http(s) addresses on public hosts, or report it to \
                this one's operator";
            let found = format!(
                "the {name} {} may not be read: {error}",
                shown(without_token(&asset.href))
            );
            return Finding::fail("assets", found, advice);
        }
        let read = if is_url(&asset.href) {
            check_remote(&asset.href, http)
        } else {
            check_local(&asset.href)
        };
        match read {
            Ok(bytes) => total_bytes += bytes,
            Err(AssetError { found, advice }) => {
                return Finding::fail(
                    "assets",
                    format!("the {name} {} {found}", without_token(&asset.href)),
                    advice,
                );
            }
        }
    }
    if item.lacks_mask() {
        let advice = "cloud in such scenes can look like burnt ground: name a collection with a \
            mask (SCL, QA_PIXEL or Fmask); maps of it carry a warning";
        return Finding::warn("assets", format!("scene {} has no mask", item.id), advice);
    }
    let (count, size_mb) = (bands.len(), total_bytes as f64 / 1e6);
    let how = if is_url(&bands[0].1.asset.href) { "come in ranges" } else { "lie on this machine" };
    Finding::ok("assets", format!("{count} files of {}, {size_mb:.1} MB, {how}", item.id))
}

/// Why a file cannot be read, and what helps.
struct AssetError {
    found: String,
    advice: &'static str,
}

/// The size of a file on this machine, bytes.
fn check_local(href: &str) -> Result<u64, AssetError> {
    if href.contains("://") {
        let found = "is neither a file nor an http address".to_owned();
        return Err(AssetError {
            found,
            advice: "give the catalogue http(s) addresses; s3:// and the like are not read",
        });
    }
    let read = || -> Result<(Vec<u8>, u64), LocalFileError> {
        let file = open_regular(Path::new(href))?;
        let size_bytes = file.metadata()?.len();
        let mut beginning = Vec::new();
        file.take(RANGE_BYTES).read_to_end(&mut beginning)?;
        Ok((beginning, size_bytes))
    };
    let (beginning, size_bytes) = read().map_err(|error| AssetError {
        found: format!("cannot be read: {error}"),
        advice: "check the catalogue's hrefs, which are relative to its file, and who may read \
            the files",
    })?;
    check_tiff(&beginning)?;
    Ok(size_bytes)
}

/// The size of a remote file, bytes, when a range of it came as requested.
fn check_remote(url: &str, http: &Http) -> Result<u64, AssetError> {
    let answer = http.get_range(url, Scope::File, &[]).map_err(|error| AssetError {
        found: format!("does not come: {error}"),
        advice: "check the network and its firewall: curl -I ADDRESS; the bucket may be down",
    })?;
    let advice = match answer.status {
        206 => return check_part(&answer),
        200 => {
            let size = answer.header("content-length").and_then(|text| text.parse::<u64>().ok());
            let whole = size
                .map_or("whole".to_owned(), |bytes| format!("whole, {:.1} MB", bytes as f64 / 1e6));
            return Err(AssetError {
                found: format!(
                    "is sent {whole}, where a part was requested: the server supports no Range"
                ),
                advice: "serve the files with one that does, such as nginx or a bucket, and let \
                    no proxy take Range off",
            });
        }
        401 | 403 => {
            "the bucket wants a login, a token or a payer: choose a catalogue whose files are \
            open to all"
        }
        404 | 410 => {
            "the catalogue lists a file that is gone: report it to its operator, or take another collection"
        }
        _ => "try again later; if it stays, report it to the bucket's operator",
    };
    Err(AssetError { found: format!("cannot be read: {}", answer.describe()), advice })
}

fn check_part(answer: &ProbeResponse) -> Result<u64, AssetError> {
    let bad = |found: String| AssetError {
        found,
        advice: "a proxy or cache on the way may be at fault: read without it",
    };
    let Some(range) = answer.header("content-range") else {
        return Err(bad("comes in part (206), but without Content-Range".to_owned()));
    };
    let Some((start, end, size)) = numbers(range) else {
        return Err(bad(format!("comes with a Content-Range that states too little: {range}")));
    };
    let requested_end = RANGE_BYTES.min(size).saturating_sub(1);
    if (start, end) != (0, requested_end) || answer.body.len() as u64 != end + 1 {
        let got = answer.body.len();
        return Err(bad(format!(
            "comes as {range} in {got} bytes, where 0-{requested_end} were requested"
        )));
    }
    check_tiff(&answer.body)?;
    Ok(size)
}

/// First byte, last byte and size of `bytes 0-99/1234`.
fn numbers(range: &str) -> Option<(u64, u64, u64)> {
    let (part, size) = range.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = part.split_once('-')?;
    Some((start.trim().parse().ok()?, end.trim().parse().ok()?, size.trim().parse().ok()?))
}

fn check_tiff(beginning: &[u8]) -> Result<(), AssetError> {
    const MAGIC: [&[u8]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
    if MAGIC.iter().any(|magic| beginning.starts_with(magic)) {
        return Ok(());
    }
    let text: String =
        String::from_utf8_lossy(&beginning[..beginning.len().min(40)]).escape_default().collect();
    Err(AssetError {
        found: format!("is no TIFF: it begins with \"{text}\""),
        advice: "name a collection whose assets are Cloud-Optimized GeoTIFFs; JPEG 2000 is not \
            read",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_states_position_and_size() {
        assert_eq!(numbers("bytes 0-99/1234"), Some((0, 99, 1234)));
        assert_eq!(numbers("bytes 0-99/*"), None);
        assert_eq!(numbers("bytes */1234"), None);
        assert_eq!(numbers("0-99/1234"), None);
    }

    #[test]
    fn four_beginnings_are_a_tiff() {
        assert!(check_tiff(b"II*\0\x08").is_ok() && check_tiff(b"MM\0+").is_ok());
        let error = check_tiff(b"\0\0\0\x0cjP  \r\n").err().unwrap();
        assert!(
            error.found.contains("jP") && error.advice.contains("JPEG 2000"),
            "{}",
            error.found
        );
        assert!(check_tiff(b"").is_err());
    }
}
