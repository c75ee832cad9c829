//! The tools that load when one is first used: measuring, and saving a picture. They see the page through the
//! [`bridge`](crate::bridge), and draw what is theirs.

mod measure;
mod measure_readout;
mod outline;
mod picture;
mod save;
mod save_image;

use std::rc::Rc;

use leptos::mount::mount_to_body;
use leptos::prelude::*;

use crate::bridge::Page;
use measure::Measure;
use measure_readout::MeasureReadout;

/// The command, and the name, of measuring: begins or ends it.
pub const MEASURE: &str = "measure";
/// The command of saving a picture of what is seen.
pub const SAVE_IMAGE: &str = "save-image";

/// The tools, at work on a page.
pub struct Tools {
    page: Page,
    measure: Rc<Measure>,
}

impl Tools {
    /// Sets the tools to work.
    pub fn new(page: Page) -> Self {
        let measure = Measure::on(page.clone());
        let shown = measure.clone();
        mount_to_body(move || view! { <MeasureReadout measure=shown /> });
        Self { page, measure }
    }

    /// Does what a button of the page asks for.
    pub fn run(&self, command: &str) {
        match command {
            MEASURE => self.measure.toggle(),
            SAVE_IMAGE => save::save(&self.page),
            _ => {}
        }
    }
}
