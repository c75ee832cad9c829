//! Doing something again whenever a signal that it read has changed.

use leptos::prelude::Effect;

/// An effect without a memory. All are of one type, so that the page holds the code behind an
/// effect once.
pub fn follow(act: impl FnMut() + 'static) {
    follow_boxed(Box::new(act));
}

fn follow_boxed(mut act: Box<dyn FnMut()>) {
    Effect::new(move |_| act());
}
