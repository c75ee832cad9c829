//! Files on disk that answer like a bucket, and record what was requested.

use std::cell::RefCell;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::rc::Rc;
use std::time::Duration;

use dragonfly_worker::{RangeFetcher, RangeResponse, ResponseHead, Transport, TransportError};

/// A host at which the files of this machine lie.
pub(crate) const HOST: &str = "https://files.example";

/// The files of this machine, by path, also behind [`HOST`].
#[derive(Clone, Default)]
pub(crate) struct Files {
    asked: Rc<RefCell<Vec<Range<u64>>>>,
}

pub(crate) struct FilePart {
    head: ResponseHead,
    body: Vec<u8>,
}

impl Files {
    pub(crate) fn far(&self) -> Rc<RangeFetcher<Self>> {
        Rc::new(RangeFetcher::new(self.clone(), 6, |_| {}))
    }

    pub(crate) fn asked(&self) -> Vec<Range<u64>> {
        self.asked.borrow().clone()
    }

    pub(crate) fn forget(&self) {
        self.asked.borrow_mut().clear();
    }
}

impl Transport for Files {
    type Response = FilePart;

    async fn request_range(
        &self,
        url: &str,
        range: Range<u64>,
    ) -> Result<FilePart, TransportError> {
        self.asked.borrow_mut().push(range.clone());
        let file = match File::open(url.strip_prefix(HOST).unwrap_or(url)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let head = ResponseHead { status: 404, ..ResponseHead::default() };
                return Ok(FilePart { head, body: Vec::new() });
            }
            file => file.map_err(|error| TransportError(error.to_string()))?,
        };
        let length = file.metadata().map_err(|error| TransportError(error.to_string()))?.len();
        if range.start >= length {
            return Ok(FilePart {
                head: ResponseHead { status: 416, ..ResponseHead::default() },
                body: Vec::new(),
            });
        }
        let end = range.end.min(length);
        let mut body = vec![0; (end - range.start) as usize];
        file.read_exact_at(&mut body, range.start)
            .map_err(|error| TransportError(error.to_string()))?;
        let content_range = Some(format!("bytes {}-{}/{length}", range.start, end - 1));
        Ok(FilePart {
            head: ResponseHead { status: 206, content_range, ..ResponseHead::default() },
            body,
        })
    }

    async fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

impl RangeResponse for FilePart {
    fn head(&self) -> &ResponseHead {
        &self.head
    }

    async fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, TransportError> {
        into.append(&mut self.body);
        Ok(false)
    }
}
