//! Bytes cached on the reader's own machine, in the browser's Cache API: blocks of files, responses
//! of the catalogue and finished results; limited, the oldest are deleted first.
//!
//! Workers share the store. An entry's address names the file and the range, so that its size is
//! known without a read; the browser lists entries in the order in which they came.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::ByteCache;
use dragonfly_core::stac::without_token;
use js_sys::{Array, Reflect, Uint8Array, encode_uri_component};
use tokio::sync::{Mutex, OnceCell};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Cache, CacheQueryOptions, CacheStorage, Request, Response};

use crate::program::messages::scope;

const NAME: &str = "dragonfly-blocks";
/// Root of the entries' addresses: no such host exists.
const ROOT: &str = "https://kept.invalid/";
/// The file of all finished results: each begins at its key's bucket.
const RESULTS: &str = "results";
/// Bytes counted for a text whose address does not state its length.
const TEXT_BYTES: u64 = 100_000;

/// The store. Without the Cache API, as on plain http, nothing is cached.
pub(crate) struct ByteStore {
    cache: OnceCell<Option<Cache>>,
    /// Entries of each file that was requested so far.
    known: RefCell<HashMap<String, Rc<OnceCell<StoreEntries>>>>,
    /// Entries to be written when no request is running.
    waiting: RefCell<BTreeMap<String, Vec<u8>>>,
    waiting_bytes: Cell<usize>,
    /// Held while something is written.
    writing: Mutex<()>,
    on_cached: Box<dyn Fn(u64)>,
}

/// Bytes that may wait to be written.
const MAX_WAITING: usize = 64 << 20;

type StoreEntries = RefCell<HashSet<String>>;

impl ByteStore {
    /// `on_cached` receives counts of bytes that need not be fetched.
    pub(crate) fn new(on_cached: impl Fn(u64) + 'static) -> Self {
        Self {
            cache: OnceCell::new(),
            known: RefCell::default(),
            waiting: RefCell::default(),
            waiting_bytes: Cell::new(0),
            writing: Mutex::new(()),
            on_cached: Box::new(on_cached),
        }
    }

    /// Deletes the oldest entries, until so many bytes are left at most.
    pub(crate) async fn limit(&self, max_bytes: u64) {
        let Some(cache) = self.cache().await else { return };
        let Some(entries) = list(cache.keys()).await else { return };
        let mut bytes: u64 = entries.iter().map(|entry| entry_bytes(entry)).sum();
        for entry in &entries {
            if bytes <= max_bytes {
                break;
            }
            bytes -= entry_bytes(entry);
            // An entry that stays is deleted another time.
            let _ = JsFuture::from(cache.delete_with_str(entry)).await;
            // Others stay known, also those that wait to be written and are in no list yet.
            let file = entry
                .rsplit_once('?')
                .and_then(|(file, _)| self.known.borrow().get(file).map(Rc::clone));
            if let Some(entries) = file.as_ref().and_then(|file| file.get()) {
                entries.borrow_mut().remove(entry);
            }
        }
    }

    /// Writes the waiting entries. Writing takes the browser long, so it is done when a request has
    /// ended.
    pub(crate) async fn write(&self) {
        let Some(cache) = self.cache().await else { return };
        let _one_at_a_time = self.writing.lock().await;
        loop {
            let first = self
                .waiting
                .borrow()
                .first_key_value()
                .map(|(entry, bytes)| (entry.clone(), bytes.clone()));
            let Some((entry, bytes)) = first else { return };
            if let Ok(answer) =
                Response::new_with_opt_js_u8_array(Some(&Uint8Array::from(&bytes[..])))
            {
                // An entry that cannot be written is dropped.
                let _ = JsFuture::from(cache.put_with_str(&entry, &answer)).await;
            }
            // Until it is written it is read from here.
            if self.waiting.borrow_mut().remove(&entry).is_some() {
                self.waiting_bytes.set(self.waiting_bytes.get() - bytes.len());
            }
        }
    }

    /// Drops the waiting entries. Nothing is being written any more when this returns.
    pub(crate) async fn drop_pending(&self) {
        self.waiting.take();
        self.waiting_bytes.set(0);
        self.known.take();
        drop(self.writing.lock().await);
    }

    /// Whether a result is cached in a bucket.
    pub(crate) async fn has_result(&self, bucket: u32) -> bool {
        self.result_range(bucket).await.is_some()
    }

    /// The result cached in a bucket.
    pub(crate) async fn result(&self, bucket: u32) -> Option<Vec<u8>> {
        let range = self.result_range(bucket).await?;
        self.get(RESULTS, &range).await
    }

    /// Writes a result to a bucket, instead of any other there. A result that cannot be written is
    /// dropped.
    pub(crate) async fn put_result(&self, bucket: u32, result: Vec<u8>) {
        let Some(cache) = self.cache().await else { return };
        let _one_at_a_time = self.writing.lock().await;
        if let Some(before) = self.result_range(bucket).await {
            let _ = JsFuture::from(cache.delete_with_str(&entry(RESULTS, &before))).await;
        }
        let range = u64::from(bucket)..u64::from(bucket) + result.len() as u64;
        let bytes = Uint8Array::from(&result[..]);
        drop(result);
        if let Ok(answer) = Response::new_with_opt_js_u8_array(Some(&bytes)) {
            let _ = JsFuture::from(cache.put_with_str(&entry(RESULTS, &range), &answer)).await;
        }
        // The entries are listed again.
        self.known.borrow_mut().remove(&file(RESULTS));
    }

    async fn result_range(&self, bucket: u32) -> Option<Range<u64>> {
        let entries = self.entries(&file(RESULTS)).await;
        let ranges = entries.get()?.borrow();
        ranges
            .iter()
            .filter_map(|entry| range_of(entry))
            .find(|range| range.start == u64::from(bucket))
    }

    async fn cache(&self) -> Option<&Cache> {
        self.cache.get_or_init(open).await.as_ref()
    }

    /// The entries of a file.
    async fn entries(&self, file: &str) -> Rc<OnceCell<StoreEntries>> {
        let entries = Rc::clone(self.known.borrow_mut().entry(file.to_owned()).or_default());
        entries
            .get_or_init(async || {
                let Some(cache) = self.cache().await else { return StoreEntries::default() };
                let all_ranges = CacheQueryOptions::new();
                all_ranges.set_ignore_search(true);
                let found = list(cache.keys_with_str_and_options(file, &all_ranges)).await;
                RefCell::new(found.into_iter().flatten().collect())
            })
            .await;
        entries
    }
}

impl ByteCache for ByteStore {
    async fn get(&self, url: &str, range: &Range<u64>) -> Option<Vec<u8>> {
        let (file, entry) = (file(url), entry(url, range));
        let entries = self.entries(&file).await;
        if !entries.get()?.borrow().contains(&entry) {
            return None;
        }
        let waiting = self.waiting.borrow().get(&entry).cloned();
        if let Some(bytes) = waiting {
            (self.on_cached)(bytes.len() as u64);
            return Some(bytes);
        }
        let cache = self.cache().await?;
        let answer: Response =
            JsFuture::from(cache.match_with_str(&entry)).await.ok()?.dyn_into().ok()?;
        let body = JsFuture::from(answer.array_buffer().ok()?).await.ok()?;
        let bytes = Uint8Array::new(&body).to_vec();
        (self.on_cached)(bytes.len() as u64);
        Some(bytes)
    }

    async fn put(&self, url: &str, range: &Range<u64>, bytes: Vec<u8>) {
        let Some(cache) = self.cache().await.cloned() else { return };
        let (file, entry) = (file(url), entry(url, range));
        if let Some(entries) = self.entries(&file).await.get() {
            entries.borrow_mut().insert(entry.clone());
        }
        let waiting_bytes = self.waiting_bytes.get() + bytes.len();
        if waiting_bytes <= MAX_WAITING {
            let replaced = self.waiting.borrow_mut().insert(entry, bytes);
            self.waiting_bytes.set(waiting_bytes - replaced.map_or(0, |old| old.len()));
        } else if let Ok(answer) =
            Response::new_with_opt_js_u8_array(Some(&Uint8Array::from(&bytes[..])))
        {
            // Written in the background: an entry that cannot be written is dropped.
            let write = cache.put_with_str(&entry, &answer);
            spawn_local(async { drop(JsFuture::from(write).await) });
        }
    }
}

async fn open() -> Option<Cache> {
    // Absent on plain http, where access by name would throw.
    let storage = Reflect::get(&scope(), &"caches".into()).ok()?.dyn_into::<CacheStorage>().ok()?;
    JsFuture::from(storage.open(NAME)).await.ok()?.dyn_into().ok()
}

/// The addresses that a listing names.
async fn list(listing: js_sys::Promise) -> Option<Vec<String>> {
    let requests = JsFuture::from(listing).await.ok()?;
    let url = |request: JsValue| request.dyn_into::<Request>().ok().map(|request| request.url());
    Some(Array::from(&requests).iter().filter_map(url).collect())
}

/// A file's address in the store, without the token that opens it.
fn file(url: &str) -> String {
    format!("{ROOT}{}", String::from(encode_uri_component(without_token(url))))
}

fn entry(url: &str, range: &Range<u64>) -> String {
    format!("{}?{}-{}", file(url), range.start, range.end)
}

fn entry_bytes(entry: &str) -> u64 {
    let bytes = range_of(entry).map(|range| range.end - range.start);
    bytes.filter(|bytes| *bytes < 1 << 40).unwrap_or(TEXT_BYTES)
}

fn range_of(entry: &str) -> Option<Range<u64>> {
    let (start, end) = entry.rsplit_once('?')?.1.split_once('-')?;
    let range = start.parse().ok()?..end.parse().ok()?;
    (range.start <= range.end).then_some(range)
}
