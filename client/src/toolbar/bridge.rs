//! The interface between the page and the tools that load later.
//!
//! The page and such a module are two WebAssembly programs, each with its own memory. They share
//! the document and one JavaScript object, which the page makes (`toolbox.rs`) and passes to the
//! module when it is loaded: this one.
//!
//! - [`PageBridge::address`] returns the reader's choices as the page's address holds them, in the
//!   format of `Address::from_fragment` (palette, hidden classes, range of dNBR, opacity, chosen
//!   region and place).
//! - [`PageBridge::region`] returns the metadata of a region as it was published, for
//!   `published::region_from_json`. It is untrusted input.
//! - Both programs contain the English phrases. `Tools` sets its `words()` to the page's
//!   [`PageBridge::language`] and [`PageBridge::units`], so that reactive views are updated; the
//!   phrases of another language are [`PageBridge::phrases`].
//! - [`PageBridge::listen`] subscribes to changes: its function is called, without arguments, after
//!   any value returned here has changed. The position of the map comes from Leaflet itself:
//!   [`PageBridge::map`] is Leaflet's own object.
//! - A tool that needs clicks and keys on the map claims it ([`PageBridge::claim`]); the page reads
//!   no place meanwhile. One tool has the map at a time: when another claims it, the tool ends.
//! - A tool draws its own elements: in the panel in [`PageBridge::tools_container`], beside the map
//!   in the body. Styles are the page's. What it puts into the container stays when the page builds
//!   its panel again. Layers in Leaflet's pane `severity` have the opacity and the divider that the
//!   reader chose for the page's own.
//! - The part `hr=…` of the address belongs to the tools ([`PageBridge::part`]); the page keeps it
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

    /// The element of the panel, between the legend and the controls, that belongs to the tools.
    #[wasm_bindgen(method, getter, js_name = toolsContainer)]
    pub fn tools_container(this: &PageBridge) -> HtmlElement;

    /// What is shown, as the page's address has it after `#`.
    #[wasm_bindgen(method)]
    pub fn address(this: &PageBridge) -> String;

    /// `meta/<region>.json` of the region that the legend describes, as it was published; `None`
    /// without one.
    #[wasm_bindgen(method)]
    pub fn region(this: &PageBridge) -> Option<String>;

    /// The attribution of what the map shows.
    #[wasm_bindgen(method)]
    pub fn sources(this: &PageBridge) -> String;

    /// The tag of the page's language, in the format of `Language::from_tag`.
    #[wasm_bindgen(method)]
    pub fn language(this: &PageBridge) -> String;

    /// The file of the page's language, in the format of `i18n/language_file.rs`; `None` for
    /// English.
    #[wasm_bindgen(method)]
    pub fn phrases(this: &PageBridge) -> Option<String>;

    /// The units of areas, in the format of `Units::from_key`.
    #[wasm_bindgen(method)]
    pub fn units(this: &PageBridge) -> String;

    /// What the address holds for the tools, unescaped; `None` for nothing.
    #[wasm_bindgen(method)]
    pub fn part(this: &PageBridge) -> Option<String>;

    /// Sets what the address holds for the tools: any text, `None` for nothing.
    #[wasm_bindgen(method, js_name = setPart)]
    pub fn set_part(this: &PageBridge, part: Option<&str>);

    /// Sets the part `layers=…` of the address: the further layers that are shown, `None` for those
    /// that the site shows by itself.
    #[wasm_bindgen(method, js_name = setLayers)]
    pub fn set_layers(this: &PageBridge, layers: Option<&str>);

    /// Sets the legend of a result that lies over the nightly maps, in the format of
    /// `panel/result_legend.rs`; `None` when it is closed.
    #[wasm_bindgen(method, js_name = setLegend)]
    pub fn set_legend(this: &PageBridge, text: Option<&str>);

    /// The tool that has the map; `None` while the page has it.
    #[wasm_bindgen(method)]
    pub fn claimed(this: &PageBridge) -> Option<String>;

    /// Gives the map to a tool, by its name; with `None` back to the page.
    #[wasm_bindgen(method)]
    pub fn claim(this: &PageBridge, tool: Option<&str>);

    /// Shows a status message for some seconds; `None` removes it.
    #[wasm_bindgen(method, js_name = showMessage)]
    pub fn show_message(this: &PageBridge, message: Option<&str>);

    /// Adds a sentence to the notice of errors, which stays until the reader dismisses it.
    #[wasm_bindgen(method, js_name = reportError)]
    pub fn report_error(this: &PageBridge, sentence: Option<&str>);

    /// Calls a function after any value returned here has changed, except the middle of the map.
    #[wasm_bindgen(method)]
    pub fn listen(this: &PageBridge, on_change: &js_sys::Function);
}
