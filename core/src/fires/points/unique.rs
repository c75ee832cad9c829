//! Detections that several files state.

use crate::fires::detection::Detection;

/// Sorts detections, and keeps one of those that have the same satellite, minute and place: that
/// of the latest processing, then of the highest version. The order of the input does not matter.
pub fn unique_detections(mut detections: Vec<Detection>) -> Vec<Detection> {
    // Sorted by the key first, then by processing and version: the last one of a key is kept.
    detections.sort_unstable();
    detections.dedup_by(|next, kept| {
        let is_same = next.key() == kept.key();
        if is_same {
            // The archive states what burns; a later version without that does not forget it.
            let source = next.source.or(kept.source);
            *kept = Detection { source, ..*next };
        }
        is_same
    });
    detections
}
