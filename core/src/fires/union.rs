//! Disjoint sets of numbers (union-find), whose root is the smallest number of each set.

/// Sets of the numbers from 0 on.
#[derive(Clone, Debug)]
pub(super) struct DisjointSets {
    parents: Vec<u32>,
}

impl DisjointSets {
    /// Every number by itself.
    pub(super) fn new(count: usize) -> Self {
        Self { parents: (0..count as u32).collect() }
    }

    /// The smallest number in the set of another.
    pub(super) fn root(&mut self, number: u32) -> u32 {
        let mut at = number;
        loop {
            let parent = self.parents[at as usize];
            if parent == at {
                return at;
            }
            // Shortens the path for the next.
            let next = self.parents[parent as usize];
            self.parents[at as usize] = next;
            at = next;
        }
    }

    /// Joins the sets of two roots.
    pub(super) fn join_roots(&mut self, a: u32, b: u32) {
        let (low, high) = (a.min(b), a.max(b));
        self.parents[high as usize] = low;
    }
}
