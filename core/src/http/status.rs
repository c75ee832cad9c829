//! What a status means for the one who sent the request.

/// Kinds of status, by what can be done about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusKind {
    /// The request was answered: 2xx.
    Success,
    /// The server is busy or broken for now, and the same request may succeed later: 408, 425, 429
    /// and 5xx.
    Transient,
    /// Access is refused: 401 and 403.
    Forbidden,
    /// There is no such file: 404 and 410.
    NotFound,
    /// The file ends before the requested range: 416.
    PastTheEnd,
    /// Anything else, which another request does not change.
    Other,
}

impl StatusKind {
    /// The kind of a status.
    pub fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Success,
            408 | 425 | 429 | 500..=599 => Self::Transient,
            401 | 403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            416 => Self::PastTheEnd,
            _ => Self::Other,
        }
    }

    /// Whether a file that may be there is taken to be absent: buckets that do not list their files
    /// refuse access to those that do not exist.
    pub fn is_absent(self) -> bool {
        matches!(self, Self::Forbidden | Self::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn only_what_may_pass_is_transient() {
        let transient: Vec<u16> = (100..=999)
            .filter(|status| StatusKind::of(*status) == StatusKind::Transient)
            .filter(|status| *status < 500)
            .collect();
        assert_eq!(transient, [408, 425, 429]);
        assert_eq!(StatusKind::of(503), StatusKind::Transient);
        assert_eq!(StatusKind::of(600), StatusKind::Other);
        assert_eq!(StatusKind::of(301), StatusKind::Other);
    }
}
