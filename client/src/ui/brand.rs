//! The name of the page, and one line on what it shows.

use leptos::prelude::*;

use crate::i18n::{NAME, words};

/// The mark, the name and the line below; [`site`](crate::ui::site) puts those of the site in their
/// place.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <header class="brand">
            <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
                <g class="wings">
                    <path d="M23 17C17 9.5 8.5 6 3.2 8.2c-2.6 1.1-2 4.6 1.2 6.4C9.6 17.5 17 \
                        18.8 23 19.6z" />
                    <path d="M25 17c6-7.5 14.5-11 19.8-8.8 2.6 1.1 2 4.6-1.2 \
                        6.4C38.4 17.5 31 18.8 25 19.6z" />
                    <path d="M23 21.2c-6.5.2-13.6 2.6-15.8 6.6-1.3 2.4.6 4.4 \
                        3.4 3.7C15.4 30.2 20.4 26.2 23 22.8z" />
                    <path d="M25 21.2c6.5.2 13.6 2.6 15.8 6.6 1.3 2.4-.6 \
                        4.4-3.4 3.7-4.8-1.3-9.8-5.3-12.4-8.7z" />
                </g>
                <g class="body">
                    <circle cx="24" cy="11.5" r="3.1" />
                    <path d="M24 15.4c1.7 0 2.7 1.5 2.7 4.1 0 2.3-.6 4.4-1 \
                        5.8L24.6 43c-.1 1.1-1.1 1.1-1.2 \
                        0l-1.1-17.7c-.4-1.4-1-3.5-1-5.8 0-2.6 1-4.1 2.7-4.1z" />
                </g>
            </svg>
            <div>
                <h1>{NAME}</h1>
                <p>{words().tagline}</p>
            </div>
        </header>
    }
}
