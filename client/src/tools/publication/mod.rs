//! A picture for publication: the map in sight with all that a reader needs who sees nothing but the
//! picture, in the shapes that newspapers, social networks and printers take.

mod address;
mod draw;
mod layout;
mod locator;
mod menu;
mod shape;
mod wrap;

pub use address::page_address;
pub use draw::{Publication, save_publication};
pub use layout::Texts;
pub use menu::{PictureChoice, choose};
pub use shape::Shape;
