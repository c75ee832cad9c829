//! How GDAL reads remote files: through a file system of its own, which copies the chunks that are
//! buffered.
#![allow(unsafe_code, reason = "GDAL calls a file system through pointers")]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, ensure};

use super::RemoteFile;

/// Under which GDAL finds the files.
const PREFIX: &CStr = c"/vsidragonfly/";

/// The files that may be opened now, by what follows the prefix.
static REGISTERED: Mutex<Option<HashMap<String, Arc<RemoteFile>>>> = Mutex::new(None);

/// A file under a path that GDAL can open, until dropped. What GDAL has open by then stays open.
pub(crate) struct RegisteredFile {
    name: String,
}

impl RegisteredFile {
    pub(crate) fn of(file: &Arc<RemoteFile>) -> Self {
        let name = format!("{:p}/{}", Arc::as_ptr(file), file.name());
        let mut registered = REGISTERED.lock().unwrap_or_else(PoisonError::into_inner);
        registered.get_or_insert_default().insert(name.clone(), Arc::clone(file));
        Self { name }
    }

    pub(crate) fn path(&self) -> String {
        format!("{}{}", PREFIX.to_string_lossy(), self.name)
    }
}

impl Drop for RegisteredFile {
    fn drop(&mut self) {
        let mut registered = REGISTERED.lock().unwrap_or_else(PoisonError::into_inner);
        registered.get_or_insert_default().remove(&self.name);
    }
}

/// An open file of GDAL's.
struct OpenFile {
    file: Arc<RemoteFile>,
    position: u64,
    is_at_end: bool,
}

/// Registers the file system with GDAL. Call once.
///
/// # Errors
/// When GDAL refuses it.
pub(crate) fn install() -> Result<()> {
    // SAFETY: the structure comes from GDAL and is copied by it; its callbacks live as long as the
    // program.
    let refused = unsafe {
        let callbacks = gdal_sys::VSIAllocFilesystemPluginCallbacksStruct();
        ensure!(!callbacks.is_null(), "GDAL has no memory for a file system");
        (*callbacks).stat = Some(stat);
        (*callbacks).open = Some(open);
        (*callbacks).tell = Some(tell);
        (*callbacks).seek = Some(seek);
        (*callbacks).read = Some(read);
        (*callbacks).eof = Some(eof);
        (*callbacks).close = Some(close);
        let refused = gdal_sys::VSIInstallPluginHandler(PREFIX.as_ptr(), callbacks);
        gdal_sys::VSIFreeFilesystemPluginCallbacksStruct(callbacks);
        refused
    };
    ensure!(refused == 0, "GDAL accepts no file system for remote files");
    Ok(())
}

/// Files are opened without a check: nothing beside them exists.
unsafe extern "C" fn stat(
    _: *mut c_void,
    _: *const c_char,
    _: *mut gdal_sys::VSIStatBufL,
    _: c_int,
) -> c_int {
    -1
}

unsafe extern "C" fn open(
    _: *mut c_void,
    name: *const c_char,
    access: *const c_char,
) -> *mut c_void {
    // SAFETY: GDAL passes strings that end.
    let (name, access) = unsafe { (CStr::from_ptr(name), CStr::from_ptr(access)) };
    let registered = REGISTERED.lock().unwrap_or_else(PoisonError::into_inner);
    let file = name.to_str().ok().and_then(|name| registered.as_ref()?.get(name).cloned());
    match file {
        Some(file) if access.to_bytes().starts_with(b"r") && !access.to_bytes().contains(&b'+') => {
            Box::into_raw(Box::new(OpenFile { file, position: 0, is_at_end: false })).cast()
        }
        _ => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn tell(handle: *mut c_void) -> gdal_sys::vsi_l_offset {
    // SAFETY: GDAL passes what `open` gave, to one call at a time.
    unsafe { (*handle.cast::<OpenFile>()).position }
}

unsafe extern "C" fn seek(
    handle: *mut c_void,
    offset: gdal_sys::vsi_l_offset,
    whence: c_int,
) -> c_int {
    // SAFETY: as in `tell`.
    let handle = unsafe { &mut *handle.cast::<OpenFile>() };
    // SEEK_SET, SEEK_CUR, SEEK_END. An offset below zero comes as its complement.
    let from = match whence {
        0 => 0,
        1 => handle.position,
        2 => handle.file.size(),
        _ => return -1,
    };
    handle.position = from.wrapping_add(offset);
    handle.is_at_end = false;
    0
}

unsafe extern "C" fn read(
    handle: *mut c_void,
    buffer: *mut c_void,
    size: usize,
    count: usize,
) -> usize {
    let Some(length) = size.checked_mul(count).filter(|length| *length > 0) else { return 0 };
    // SAFETY: as in `tell`; GDAL's buffer holds `size` × `count` bytes.
    let (handle, buffer) = unsafe {
        // Rust reads no byte of a slice that may not be written yet.
        std::ptr::write_bytes(buffer.cast::<u8>(), 0, length);
        (
            &mut *handle.cast::<OpenFile>(),
            std::slice::from_raw_parts_mut(buffer.cast::<u8>(), length),
        )
    };
    // A panic must not pass through GDAL.
    let file = &handle.file;
    let read = std::panic::AssertUnwindSafe(|| file.read_at(handle.position, buffer));
    let got = std::panic::catch_unwind(read).unwrap_or(0);
    handle.position = handle.position.saturating_add(got as u64);
    handle.is_at_end = got < length;
    got / size
}

unsafe extern "C" fn eof(handle: *mut c_void) -> c_int {
    // SAFETY: as in `tell`.
    unsafe { (*handle.cast::<OpenFile>()).is_at_end.into() }
}

unsafe extern "C" fn close(handle: *mut c_void) -> c_int {
    // SAFETY: what `open` gave, for the last time.
    drop(unsafe { Box::from_raw(handle.cast::<OpenFile>()) });
    0
}
