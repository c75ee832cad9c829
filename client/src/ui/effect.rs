//! Running code again whenever a signal that it read has changed.

use leptos::prelude::Effect;

/// An effect without a previous value. All are of one type, so that the page holds the code behind
/// an effect once.
pub fn effect(act: impl FnMut() + 'static) {
    boxed(Box::new(act));
}

fn boxed(mut act: Box<dyn FnMut()>) {
    Effect::new(move |_| act());
}
