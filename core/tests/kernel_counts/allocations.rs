//! The kernel allocates for a window, never for a row or a pixel: counts that do not depend on the
//! machine.
#![allow(unsafe_code, reason = "allocations can be counted only from within the allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use dragonfly_core::{
    Composite, Overpasses, Resampling, RowCompositor, SceneObservations, SideObservations, VALID,
    warp,
};

use crate::workload::{SCALING, WIDTH, band, cloudy_scene, index, lattice};

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// Counts the allocations of each thread, so that tests side by side do not disturb each other.
struct CountingAllocator;

fn add_one() {
    // A thread that ends has no count any more.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add_one();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add_one();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        add_one();
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn allocations<T>(run: impl FnOnce() -> T) -> usize {
    let before = COUNT.get();
    black_box(run());
    COUNT.get() - before
}

#[test]
fn pixels_become_tile_indices_without_an_allocation() {
    let bands = [1, 2, 3, 4].map(band);
    let mut indices = vec![0u8; WIDTH * WIDTH];
    assert_eq!(allocations(|| index(&bands, &mut indices)), 0);
}

#[test]
fn resampling_allocates_for_a_window_and_not_for_its_rows() {
    let scene = cloudy_scene();
    for pixels_per_cell in [1.0, 1.45, 2.0] {
        let resampling = Resampling::for_cell(pixels_per_cell);
        let counts = [8, 64, 128].map(|rows| {
            let (lattice, window) = lattice(rows, pixels_per_cell);
            allocations(|| warp(&lattice, &scene, SCALING, resampling, &window))
        });
        let [few_rows, ..] = counts;
        assert!(few_rows <= MAX_WARP_ALLOCATIONS, "{pixels_per_cell}: {counts:?}");
        assert_eq!(counts, [few_rows; 3], "{pixels_per_cell} pixels per cell");
    }
}

/// Ratios and qualities of the cells; of one square two planes of pixels, and the boxes, sums, ratios
/// and qualities of its cells.
const MAX_WARP_ALLOCATIONS: usize = 8;

#[test]
fn compositing_allocates_for_the_first_row_alone() {
    let scene = cloudy_scene();
    let (lattice, window) = lattice(64, 2.0);
    let resampling = Resampling::for_cell(2.0);
    let observed = || warp(&lattice, &scene, SCALING, resampling, &window);
    let times = ["2024-07-01T18:50:00Z", "2024-07-06T18:50:00Z", "2024-07-11T18:50:00Z"]
        .map(|time| time.parse().unwrap());
    let overpasses = Overpasses::new(Composite::Median, &times);
    let scenes: Vec<SceneObservations> =
        times.iter().map(|_| Some((window.clone(), observed()))).collect();
    let side = SideObservations { overpasses: &overpasses, scenes: &scenes };
    let cells = window.columns.len();
    let mut compositor = RowCompositor::default();
    let (mut values, mut state) = (vec![0.0; cells], vec![VALID; cells]);
    let mut row_count = |row: u32| {
        state.fill(VALID);
        allocations(|| {
            compositor.compute_row((side, side), row, &window.columns, &mut values, &mut state)
        })
    };
    assert!(row_count(0) > 0);
    let later: usize = (1..64).map(&mut row_count).sum();
    assert_eq!(later, 0);
}
