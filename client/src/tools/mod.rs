//! The tools that load when one is first used: measuring, saving a picture, high resolution. They
//! access the page through the [`bridge`](crate::toolbar::bridge), and draw their own elements.

mod copied_tiles;
pub(crate) mod highres;
mod legend_swatch;
mod map_picture;
mod measure;
mod measure_readout;
mod measured_area;
mod outline;
mod overlays;
mod picture;
mod publication;
mod save;
mod save_image;
mod search;
pub(crate) mod share_words;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use leptos::mount::mount_to_body;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::i18n::{Language, Units, Words, language_file, set_locale, words};
use crate::toolbar::bridge::PageBridge;
use highres::Highres;
use measure::Measure;
use measure_readout::MeasureReadout;
use measured_area::burnt_inside;
use overlays::Overlays;
use save::ShownResult;

/// The command, and the name, of measuring: begins or ends it.
pub const MEASURE: &str = "measure";
/// The command of high resolution: has it in the panel.
pub const HIGHRES: &str = "highres";
/// The same, and scrolls to it.
pub const HIGHRES_OPEN: &str = "highres-open";
/// The command of a search that the page's own did not find; the text follows it.
pub const FIND: &str = "find:";
/// The command of the site's further layers: shows them, and requests again what failed.
pub const OVERLAYS: &str = "overlays";
/// The command of saving a picture of what is seen.
pub const SAVE_IMAGE: &str = "save-image";

/// The tools of a page.
pub struct Tools {
    page: PageBridge,
    measure: Rc<Measure>,
    highres: Rc<OnceCell<Rc<Highres>>>,
    overlays: Rc<RefCell<Option<Rc<Overlays>>>>,
}

impl Tools {
    /// Creates the tools, and shows a result that the address names.
    pub fn new(page: PageBridge) -> Self {
        sync_locale(&page);
        let on_change = Closure::<dyn Fn()>::new({
            let page = page.clone();
            move || sync_locale(&page)
        });
        page.listen(on_change.into_js_value().unchecked_ref());
        let measure = Measure::on(page.clone(), MEASURE);
        let (shown, map_page) = (measure.clone(), page.clone());
        mount_to_body(move || {
            let burnt = burnt_inside(map_page, shown.outline());
            view! {
                <MeasureReadout
                    measure=shown
                    testid="measure-readout"
                    title=|| words().measure
                    how=|| words().measure_how
                    burnt
                />
            }
        });
        let tools = Self { page, measure, highres: Rc::default(), overlays: Rc::default() };
        // A link to a result of high resolution.
        if tools.page.part().is_some() {
            tools.run(HIGHRES);
        }
        tools
    }

    /// Runs the command of a button.
    pub fn run(&self, command: &str) {
        match command {
            MEASURE => self.measure.toggle(),
            HIGHRES | HIGHRES_OPEN => {
                self.highres.get_or_init(|| highres::show(self.page.clone()));
                if command == HIGHRES_OPEN {
                    self.page.tools_container().scroll_into_view();
                }
            }
            SAVE_IMAGE => {
                let highres = self.highres.clone();
                save::save(&self.page, move || {
                    let highres = highres.get();
                    ShownResult {
                        about: highres.and_then(|highres| highres.provenance()),
                        legend: highres.and_then(|highres| highres.shown_legend()),
                    }
                });
            }
            OVERLAYS => {
                let overlays = self.overlays.borrow().clone();
                match overlays {
                    Some(overlays) => overlays.arrange(),
                    None => Overlays::load(self.page.clone(), self.overlays.clone()),
                }
            }
            _ => {
                if let Some(text) = command.strip_prefix(FIND) {
                    search::find(&self.page, text);
                }
            }
        }
    }
}

/// Sets language and units to the page's; unknown ones stay as before.
fn sync_locale(page: &PageBridge) {
    let before = untrack(words);
    let language = Language::from_tag(&page.language()).filter(|language| {
        language_file::is_loaded(*language)
            || page.phrases().is_some_and(|text| language_file::load(*language, &text))
    });
    let wanted = Words {
        language: language.unwrap_or(before.language),
        units: Units::from_key(&page.units()).unwrap_or(before.units),
    };
    if wanted != before {
        set_locale(wanted);
    }
}
