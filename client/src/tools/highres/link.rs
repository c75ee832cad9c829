//! The part of the page's address that belongs to high resolution: written whenever what is shown
//! changes, and opened when the reader goes to another address.

use std::rc::Rc;

use leptos::prelude::*;

use super::plan::Plan;
use super::{Highres, HighresSignals};

impl Highres {
    /// Keeps in the address what is shown: the computed plan, in the look that the reader chose.
    pub fn link_on_change(self: &Rc<Self>) {
        let HighresSignals { plan, computed, shows_pictures, swipe_percent, .. } = self.signals;
        let shown = Memo::new(move |_| {
            let mut shown = computed.get()?.with_look_of(&plan.read());
            let divider_percent = swipe_percent.get().filter(|_| shows_pictures.get());
            shown.divider_percent = divider_percent.filter(|_| shown.picture.is_some());
            Some(shown.to_part())
        });
        let this = self.clone();
        Effect::new(move |_| {
            if let Some(part) = shown.get() {
                this.set_part(Some(part));
            }
        });
    }

    /// Writes into the address.
    pub fn set_part(&self, part: Option<String>) {
        self.own_part.borrow_mut().clone_from(&part);
        self.page.set_part(part.as_deref());
    }

    /// Shows what the address holds, where the reader went to another one.
    pub fn open_part(self: &Rc<Self>, part: Option<String>) {
        if *self.own_part.borrow() == part {
            return;
        }
        self.own_part.borrow_mut().clone_from(&part);
        let Some(part) = part else {
            return self.close_result();
        };
        let HighresSignals { plan, shows_pictures, swipe_percent, .. } = self.signals;
        let opened = Plan::from_part(&part, self.start.borrow().clone());
        shows_pictures.set(opened.divider_percent.is_some());
        swipe_percent.set(opened.divider_percent);
        plan.set(opened);
        self.search();
    }
}
