//! A bounded memory of decoded tiles.

use std::rc::Rc;

/// The palette indices of a tile, row by row from the north-west.
pub type Indices = Rc<[u8]>;

/// Keeps the tiles used last, by URL.
#[derive(Debug)]
pub struct TileStore {
    capacity: usize,
    clock: u64,
    tiles: Vec<StoredTile>,
}

#[derive(Debug)]
struct StoredTile {
    url: String,
    last_used: u64,
    indices: Indices,
}

impl TileStore {
    /// A store of at most `capacity` tiles of 64 KiB.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, clock: 0, tiles: Vec::new() }
    }

    /// A tile, if it is still here.
    pub fn find(&mut self, url: &str) -> Option<Indices> {
        self.clock += 1;
        let tile = self.tiles.iter_mut().find(|tile| tile.url == url)?;
        tile.last_used = self.clock;
        Some(tile.indices.clone())
    }

    /// Keeps a tile; the one not used for longest makes room for it.
    pub fn keep(&mut self, url: &str, indices: Indices) {
        self.clock += 1;
        let tile = StoredTile { url: url.to_owned(), last_used: self.clock, indices };
        let replaced = match self.tiles.iter().position(|tile| tile.url == url) {
            None if self.tiles.len() >= self.capacity => {
                let by_use = self.tiles.iter().enumerate().min_by_key(|(_, tile)| tile.last_used);
                by_use.map(|(place, _)| place)
            }
            place => place,
        };
        match replaced.and_then(|place| self.tiles.get_mut(place)) {
            Some(place) => *place = tile,
            None => self.tiles.push(tile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tile_not_used_for_longest_makes_room() {
        let mut store = TileStore::new(2);
        store.keep("a", Rc::from([1]));
        store.keep("b", Rc::from([2]));
        assert!(store.find("a").is_some());
        store.keep("c", Rc::from([3]));
        assert!(store.find("b").is_none());
        assert_eq!(store.find("a").as_deref(), Some([1].as_slice()));
        assert_eq!(store.find("c").as_deref(), Some([3].as_slice()));
    }

    #[test]
    fn keeping_a_tile_again_pushes_none_out() {
        let mut store = TileStore::new(2);
        for url in ["a", "b", "b"] {
            store.keep(url, Rc::from([1]));
        }
        assert!(store.find("a").is_some() && store.find("b").is_some());
    }
}
