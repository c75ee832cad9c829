//! Which requests fetch a set of blocks: neighbours together, distant blocks apart.

use std::ops::Range;

use dragonfly_core::ordered;

/// A request with the blocks that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockRequest<B> {
    pub(crate) range: Range<u64>,
    pub(crate) blocks: Vec<(B, Range<u64>)>,
}

/// Bytes between two blocks that are fetched and dropped rather than skipped: they cost
/// less time than another request.
const MAX_GAP: u64 = 32 << 10;
/// Gaps may be this fraction of a request at most, so that 1.2 × the blocks' bytes is never
/// reached.
const MAX_WASTE: f64 = 0.1;
/// Bytes from which on a request is not lengthened: several go side by side, and pictures appear
/// sooner.
const LONG_REQUEST: u64 = 2 << 20;

/// The requests for blocks, in the order of the file; no byte is requested twice.
pub(crate) fn requests<B>(blocks: Vec<(B, Range<u64>)>) -> Vec<BlockRequest<B>> {
    let start_and_end = |block: &(B, Range<u64>)| (block.1.start, block.1.end);
    let blocks = ordered(blocks, &|a, b| start_and_end(a).cmp(&start_and_end(b)));
    let mut requests: Vec<BlockRequest<B>> = Vec::new();
    let mut waste = 0;
    for (block, range) in blocks {
        if let Some(last) = requests.last_mut() {
            let gap = range.start.saturating_sub(last.range.end);
            let longer = range.end.max(last.range.end) - last.range.start;
            let overlaps = range.start < last.range.end;
            let is_near = gap <= MAX_GAP && (waste + gap) as f64 <= longer as f64 * MAX_WASTE;
            if overlaps || (is_near && longer <= LONG_REQUEST) {
                waste += gap;
                last.range.end = last.range.start + longer;
                last.blocks.push((block, range));
                continue;
            }
        }
        waste = 0;
        requests.push(BlockRequest { range: range.clone(), blocks: vec![(block, range)] });
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Blocks and requests as first byte and end.
    fn check(blocks: &[(u64, u64)], expected: &[(u64, u64)]) {
        let asked = requests(blocks.iter().map(|(start, end)| (start, *start..*end)).collect());
        let ranges: Vec<_> =
            asked.iter().map(|request| (request.range.start, request.range.end)).collect();
        assert_eq!(ranges, expected);
        let answered: usize = asked.iter().map(|request| request.blocks.len()).sum();
        assert_eq!(answered, blocks.len());
        for request in &asked {
            for (_, block) in &request.blocks {
                assert!(request.range.start <= block.start && block.end <= request.range.end);
            }
        }
    }

    #[test]
    fn neighbours_are_fetched_together() {
        check(&[(200_000, 300_000), (0, 100_000), (100_008, 200_000)], &[(0, 300_000)]);
    }

    #[test]
    fn gaps_that_cost_more_than_a_request_are_left_out() {
        check(&[(0, 100_000), (140_000, 200_000)], &[(0, 100_000), (140_000, 200_000)]);
        // Small blocks: the gap would be most of the bytes.
        check(&[(0, 1_000), (2_000, 3_000)], &[(0, 1_000), (2_000, 3_000)]);
    }

    #[test]
    fn a_long_run_is_cut_and_no_byte_asked_for_twice() {
        check(&[(0, 1_500_000), (1_500_000, 3_000_000)], &[(0, 1_500_000), (1_500_000, 3_000_000)]);
        check(&[(0, 100), (0, 100), (50, 200)], &[(0, 200)]);
        check(&[(0, 3_000_000), (2_000_000, 4_000_000)], &[(0, 4_000_000)]);
        check(&[], &[]);
    }
}
