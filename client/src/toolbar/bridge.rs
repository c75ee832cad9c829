//! What a module that loads later sees of the page.
//!
//! The page and such a module are two WebAssembly programs with a memory each. They share the
//! document, and one JavaScript object, made by the page (`toolbox.rs`) and handed to the module
//! when it is loaded: this one.
//!
//! - What the reader chose is told as the page's address tells it: [`PageBridge::address`] gives the text
//!   that `Address::from_fragment` reads (palette, hidden classes, range of dNBR, opacity, chosen
//!   region and place).
//! - What is published is told as it was published: [`PageBridge::region`] gives the text that
//!   `published::region_from_json` reads, untrusted as ever.
//! - A module speaks as the page does ([`PageBridge::language`], [`PageBridge::units`]) out of the same tables;
//!   `Tools` keeps `words()` in step, so that whatever is reactive speaks anew.
//! - Whoever wants to follow the page calls [`PageBridge::listen`]: its function is called, without
//!   arguments, after anything told here has changed. Where the map is, Leaflet itself tells:
//!   [`PageBridge::map`] is Leaflet's own object.
//! - A tool that wants clicks and keys on the map for itself claims it ([`PageBridge::claim`]); the page
//!   reads no place meanwhile. One tool has the map at a time: who finds that another claimed it
//!   ends.
//! - A tool draws its own elements: in the panel in the [`PageBridge::room`], beside the map in the body.
//!   Styles are the page's. What it leaves in the room stays when the page makes its panel anew.
//!   Layers that it lays in Leaflet's pane `severity` have the opacity and the divider that the
//!   reader chose for the page's own.
//! - A module has a part of the address to itself, `hr=…` ([`PageBridge::part`]); the page keeps it
//!   through links and reloads, and loads the tools when it opens with one.

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::map::leaflet::Map;

#[wasm_bindgen]
extern "C" {
    /// The page.
    #[derive(Clone)]
    pub type PageBridge;

    /// Leaflet's map.
    #[wasm_bindgen(method, getter)]
    pub fn map(this: &PageBridge) -> Map;

    /// An element of the panel, between the legend and the choices, that belongs to the tools.
    #[wasm_bindgen(method, getter)]
    pub fn room(this: &PageBridge) -> HtmlElement;

    /// What is shown, as the page's address says it after `#`.
    #[wasm_bindgen(method)]
    pub fn address(this: &PageBridge) -> String;

    /// `meta/<region>.json` of the region that the legend speaks of, as it was published; `None`
    /// without one.
    #[wasm_bindgen(method)]
    pub fn region(this: &PageBridge) -> Option<String>;

    /// Whose work the map shows.
    #[wasm_bindgen(method)]
    pub fn sources(this: &PageBridge) -> String;

    /// The tag of the language that the page speaks, as `Language::from_tag` reads it.
    #[wasm_bindgen(method)]
    pub fn language(this: &PageBridge) -> String;

    /// The units of areas, as `Units::from_key` reads them.
    #[wasm_bindgen(method)]
    pub fn units(this: &PageBridge) -> String;

    /// What the address holds for the tools, unescaped; `None` for nothing.
    #[wasm_bindgen(method)]
    pub fn part(this: &PageBridge) -> Option<String>;

    /// Lets the address hold this for the tools: any text, `None` for nothing.
    #[wasm_bindgen(method, js_name = setPart)]
    pub fn set_part(this: &PageBridge, part: Option<&str>);

    /// The tool that has the map; `None` while the page has it.
    #[wasm_bindgen(method)]
    pub fn claimed(this: &PageBridge) -> Option<String>;

    /// Gives the map to a tool, by its name; with `None` back to the page.
    #[wasm_bindgen(method)]
    pub fn claim(this: &PageBridge, tool: Option<&str>);

    /// Says a sentence beside the map and to those who listen, for some seconds; `None` takes it
    /// back.
    #[wasm_bindgen(method)]
    pub fn say(this: &PageBridge, sentence: Option<&str>);

    /// Adds a sentence to the notice of what went wrong, which stays until the reader dismisses it.
    #[wasm_bindgen(method)]
    pub fn complain(this: &PageBridge, sentence: Option<&str>);

    /// Calls a function after anything told here has changed, but for the middle of the map.
    #[wasm_bindgen(method)]
    pub fn listen(this: &PageBridge, hear: &js_sys::Function);
}
