//! A remote Cloud-Optimized GeoTIFF: its head read once, then only the blocks that a window
//! needs.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use dragonfly_core::http::{FORMAT_BYTES, ForeignFormat};
use dragonfly_core::stac::without_token;
use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::OnceCell;

use crate::fetch::block_requests::{BlockRequest, requests};
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cached_part::CachedVersion;
use crate::fetch::fetch_error::FetchError;
use crate::fetch::range_fetcher::RangeFetcher;
use crate::fetch::transport::Transport;
use dragonfly_tiff::BlockError;
use dragonfly_tiff::Pixels;
use dragonfly_tiff::TiffError;
use dragonfly_tiff::TiffImage;
use dragonfly_tiff::{BlockPlace, Level};
use dragonfly_tiff::{KnownBytes, KnownBytesError};

/// A file whose head has been read.
pub struct Cog<T, C> {
    file: CogFile<T, C>,
    image: TiffImage,
}

/// A file with the bytes of its head.
struct CogFile<T, C> {
    fetcher: Rc<RangeFetcher<T>>,
    cache: Rc<C>,
    url: String,
    head: KnownBytes,
    /// What all its parts belong to.
    version: RefCell<CachedVersion>,
    /// Set once a cached head without validators was compared with the server's.
    is_confirmed: OnceCell<()>,
}

/// Pixels of one block and band, on their way.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockPixels {
    /// Which band, counted from 0.
    pub band: u16,
    /// Columns of the level.
    pub columns: Range<u32>,
    /// Rows of the level.
    pub rows: Range<u32>,
    /// Row by row.
    pub pixels: Pixels,
}

/// A file that cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{url}: {cause}")]
pub struct ReadError {
    /// Where it lies, without a token.
    pub url: String,
    /// What is wrong.
    pub cause: ReadErrorCause,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ReadErrorCause {
    /// Its bytes cannot be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is a file of another format.
    #[error("the file cannot be read as a GeoTIFF: {0}")]
    Format(ForeignFormat),
    /// Its head cannot be understood.
    #[error("the file cannot be read as a GeoTIFF: {0}")]
    Tiff(#[from] TiffError),
    /// A block is broken.
    #[error("block {} of row {} is broken: {cause}", place.column, place.row)]
    Block {
        /// Which.
        place: BlockPlace,
        /// Why.
        cause: BlockError,
    },
}

/// Bytes fetched first: the whole head of nearly every such file.
const FIRST_BYTES: u64 = 16 << 10;
/// Bytes by which the head grows at least, when it is longer.
const GROWTH_BYTES: u64 = 64 << 10;
/// Bytes of a head at most: a million blocks' places take half of it.
const MAX_HEAD_BYTES: u64 = 32 << 20;
/// Requests for one head at most, for files whose directories lie scattered.
const MAX_HEAD_REQUESTS: usize = 64;

impl<T: Transport, C: ByteCache> Cog<T, C> {
    /// Reads the head of a file.
    ///
    /// # Errors
    /// When the file cannot be had or is none that can be read. Names the file.
    pub async fn open(
        fetcher: Rc<RangeFetcher<T>>,
        cache: Rc<C>,
        url: &str,
    ) -> Result<Self, ReadError> {
        let mut file = CogFile {
            fetcher,
            cache,
            url: url.to_owned(),
            head: KnownBytes::default(),
            version: RefCell::default(),
            is_confirmed: OnceCell::new(),
        };
        let image = file
            .open()
            .await
            .map_err(|cause| ReadError { url: without_token(url).to_owned(), cause })?;
        Ok(Self { file, image })
    }

    /// Where the file lies, without a token.
    pub fn url(&self) -> &str {
        without_token(&self.file.url)
    }

    /// What the head of the file states.
    pub fn image(&self) -> &TiffImage {
        &self.image
    }

    /// Reads the blocks of a level that hold pixels of a rectangle, and hands on each as it comes.
    ///
    /// `bands` are counted from 0. Blocks are handed on with all their columns, also those outside
    /// the rectangle, and in the order in which they arrive. Dropping the future ends all requests.
    ///
    /// # Errors
    /// When a block cannot be had or is broken. Names the file.
    pub async fn read(
        &self,
        level: &Level,
        columns: &Range<u32>,
        rows: &Range<u32>,
        bands: &[u16],
        on_block: impl FnMut(BlockPixels),
    ) -> Result<(), ReadError> {
        let fill = self.image.no_data.unwrap_or(0.0);
        self.read_filled(level, (columns, rows), bands, fill, on_block).await
    }

    /// Reads the blocks of a mask as [`Cog::read`] does. Pixels of a block that is not stored are
    /// 0: they hold no data.
    ///
    /// # Errors
    /// When a block cannot be had or is broken. Names the file.
    pub async fn read_mask(
        &self,
        mask: &Level,
        band: u16,
        columns: &Range<u32>,
        rows: &Range<u32>,
        on_block: impl FnMut(BlockPixels),
    ) -> Result<(), ReadError> {
        self.read_filled(mask, (columns, rows), &[band], 0.0, on_block).await
    }

    /// Reads blocks; `fill` is the value of pixels whose block is not stored.
    async fn read_filled(
        &self,
        level: &Level,
        (columns, rows): (&Range<u32>, &Range<u32>),
        bands: &[u16],
        fill: f64,
        mut on_block: impl FnMut(BlockPixels),
    ) -> Result<(), ReadError> {
        let deliver = |place: BlockPlace, stored: Option<&[u8]>| {
            let (columns, own_rows) = level.pixels_of(place);
            let rows = own_rows.start.max(rows.start)..own_rows.end.min(rows.end);
            let found = match stored {
                Some(stored) => level.decode(place, &rows, stored, bands)?,
                None => level.empty(place, rows.len(), bands, fill),
            };
            for (band, pixels) in found {
                on_block(BlockPixels {
                    band,
                    columns: columns.clone(),
                    rows: rows.clone(),
                    pixels,
                });
            }
            Ok(())
        };
        let places = level
            .blocks(columns, rows, bands)
            .into_iter()
            .map(|place| (place, level.byte_range(place)));
        let read = self.file.read_blocks(places.collect(), deliver).await;
        read.map_err(|cause| ReadError { url: self.url().to_owned(), cause })
    }
}

impl<T: Transport, C: ByteCache> CogFile<T, C> {
    /// Fetches the head as far as it is needed to understand it.
    async fn open(&mut self) -> Result<TiffImage, ReadErrorCause> {
        let mut requested = 0..FIRST_BYTES;
        for _ in 0..MAX_HEAD_REQUESTS {
            let bytes = self.head_bytes(requested).await?;
            if let Some(format) = self.foreign_format() {
                return Err(ReadErrorCause::Format(format));
            }
            if bytes == 0 {
                return Err(TiffError::CutShort("its head").into());
            }
            let missing = match TiffImage::parse(&self.head) {
                Err(TiffError::Missing(range)) => range,
                parsed => return Ok(parsed?),
            };
            let grown = missing.start..missing.end.max(missing.start.saturating_add(GROWTH_BYTES));
            requested = self.head.until_known(grown);
            let value = self.head.len().saturating_add(requested.end - requested.start);
            if value > MAX_HEAD_BYTES {
                return Err(
                    TiffError::TooLarge { name: "head", value, most: MAX_HEAD_BYTES }.into()
                );
            }
        }
        Err(TiffError::NotRead("directories scattered over the whole file".to_owned()).into())
    }

    /// What the file is instead of a TIFF, as far as its first bytes show it.
    fn foreign_format(&self) -> Option<ForeignFormat> {
        ForeignFormat::of(self.head.get(0..self.head.len().min(FORMAT_BYTES as u64)).ok()?)
    }

    /// Takes bytes into the head; returns how many there were.
    async fn head_bytes(&mut self, range: Range<u64>) -> Result<usize, ReadErrorCause> {
        let is_start = self.head.is_empty();
        let bytes = match self.cached(&range, is_start).await {
            Some(bytes) => bytes,
            None => {
                let fetched = self.fetch(range.clone()).await?;
                if is_start {
                    self.version.borrow_mut().set_start(&fetched);
                    // It came from the server just now.
                    let _ = self.is_confirmed.set(());
                }
                self.put(&range, &fetched).await;
                fetched
            }
        };
        let found = bytes.len() as u64;
        // Fewer than requested: there the file ends.
        let ends = found < range.end - range.start;
        let stated = self.version.borrow().version.length();
        if let Some(length) = stated.or(ends.then_some(range.start + found)) {
            self.head.set_file_length(length);
        }
        self.head.add(range.start, bytes);
        Ok(found as usize)
    }

    /// A part from the cache, if it belongs to the version of the file that is read; the start of
    /// the file decides which one that is.
    async fn cached(&self, range: &Range<u64>, is_start: bool) -> Option<Vec<u8>> {
        let cached = self.cache.get(&self.url, range).await?;
        let (version, bytes) = CachedVersion::unwrap(cached)?;
        if is_start {
            self.version.replace(version);
            return Some(bytes);
        }
        self.version.borrow().is_same(&version).then_some(bytes)
    }

    async fn put(&self, range: &Range<u64>, bytes: &[u8]) {
        let entry = self.version.borrow().wrap(bytes);
        self.cache.put(&self.url, range, entry).await;
    }

    /// Fetches a part of the version that is read.
    async fn fetch(&self, range: Range<u64>) -> Result<Vec<u8>, FetchError> {
        let fetched = self.fetch_unchecked(range).await;
        if matches!(fetched, Err(FetchError::Changed | FetchError::PastTheEnd(_))) {
            // The next time the file is read from its start, and not from the cache.
            self.cache.put(&self.url, &(0..FIRST_BYTES), Vec::new()).await;
        }
        fetched
    }

    async fn fetch_unchecked(&self, range: Range<u64>) -> Result<Vec<u8>, FetchError> {
        let known = self.version.borrow().version.clone();
        if !self.head.is_empty() && !known.has_validator() {
            self.is_confirmed.get_or_try_init(|| self.confirm_start()).await?;
        }
        let fetched = self.fetcher.fetch(&self.url, range, &known).await?;
        // Others may have arrived meanwhile.
        self.version.borrow_mut().version.confirm(&fetched.version)?;
        Ok(fetched.bytes)
    }

    /// Compares the start of the file with the cached one: where no validator is stated, this alone
    /// shows that the file was replaced.
    async fn confirm_start(&self) -> Result<(), FetchError> {
        let known = self.version.borrow().clone();
        let start = self.fetcher.fetch(&self.url, 0..FIRST_BYTES, &known.version).await?;
        if CachedVersion::new(known.version.clone(), &start.bytes) != known {
            return Err(FetchError::Changed);
        }
        Ok(())
    }

    /// Hands on the bytes of blocks as they come: none where a block is not stored.
    async fn read_blocks(
        &self,
        blocks: Vec<(BlockPlace, Option<Range<u64>>)>,
        mut deliver: impl FnMut(BlockPlace, Option<&[u8]>) -> Result<(), BlockError>,
    ) -> Result<(), ReadErrorCause> {
        let mut hand_on = |place, stored: Option<&[u8]>| {
            deliver(place, stored).map_err(|cause| ReadErrorCause::Block { place, cause })
        };
        let mut far_off = Vec::new();
        for (place, range) in blocks {
            let Some(range) = range else {
                hand_on(place, None)?;
                continue;
            };
            match self.head.get(range.clone()) {
                Ok(stored) => hand_on(place, Some(stored))?,
                Err(KnownBytesError::PastTheEnd) => {
                    return Err(FetchError::PastTheEnd(range.end).into());
                }
                Err(KnownBytesError::Missing(_)) => far_off.push((place, range)),
            }
        }
        let cached = join_all(far_off.iter().map(|(_, range)| self.cached(range, false))).await;
        let mut unread = Vec::new();
        for ((place, range), cached) in far_off.into_iter().zip(cached) {
            match cached {
                Some(stored) => hand_on(place, Some(&stored))?,
                None => unread.push((place, range)),
            }
        }
        let mut answers: FuturesUnordered<_> =
            requests(unread).into_iter().map(|request| self.fetch_blocks(request)).collect();
        while let Some(answer) = answers.next().await {
            let (request, bytes) = answer?;
            for (place, range) in request.blocks {
                let stored = part(&bytes, request.range.start, &range)?;
                self.put(&range, stored).await;
                hand_on(place, Some(stored))?;
            }
        }
        Ok(())
    }

    async fn fetch_blocks(
        &self,
        request: BlockRequest<BlockPlace>,
    ) -> Result<(BlockRequest<BlockPlace>, Vec<u8>), ReadErrorCause> {
        let bytes = self.fetch(request.range.clone()).await?;
        Ok((request, bytes))
    }
}

/// The bytes of a block among those that begin at `start`.
fn part<'a>(bytes: &'a [u8], start: u64, range: &Range<u64>) -> Result<&'a [u8], FetchError> {
    bytes
        .get((range.start - start) as usize..(range.end - start) as usize)
        .ok_or(FetchError::PastTheEnd(start + bytes.len() as u64))
}
