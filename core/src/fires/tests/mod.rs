//! Nights, shuffled and left out.
