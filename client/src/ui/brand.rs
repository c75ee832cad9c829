//! The name of the page, and one line on what it shows.

use leptos::prelude::*;

use crate::i18n::{NAME, words};

/// The mark, the name and the line below.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <header class="brand">
            <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
                <g class="wings">
                    <path d="M23 17C17 9.5 8.5 6 3.2 8.2c-2.6 1.1-2 4.6 1.2 6.4C9.6 17.500 17 \
                        18.800 23 19.600z" />
                    <path d="M25 17c6-7.500 14.500-11 19.800-8.800 2.600 1.100 2 4.600-1.200 \
                        6.400C38.400 17.500 31 18.800 25 19.600z" />
                    <path d="M23 21.200c-6.500.2-13.600 2.600-15.800 6.600-1.300 2.400.6 4.400 \
                        3.400 3.700C15.400 30.200 20.400 26.200 23 22.800z" />
                    <path d="M25 21.200c6.500.2 13.600 2.600 15.800 6.600 1.300 2.400-.6 \
                        4.400-3.400 3.700-4.800-1.300-9.800-5.300-12.400-8.700z" />
                </g>
                <g class="body">
                    <circle cx="24" cy="11.500" r="3.100" />
                    <path d="M24 15.400c1.700 0 2.700 1.500 2.700 4.100 0 2.300-.6 4.400-1 \
                        5.800L24.600 43c-.1 1.100-1.100 1.100-1.200 \
                        0l-1.100-17.700c-.4-1.400-1-3.500-1-5.800 0-2.600 1-4.100 2.700-4.100z" />
                </g>
            </svg>
            <div>
                <h1>{NAME}</h1>
                <p>{words().tagline}</p>
            </div>
        </header>
    }
}
