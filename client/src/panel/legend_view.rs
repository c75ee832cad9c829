//! The legend, whose entries hide and show what they stand for. Its rows are static parts, filled in
//! again on every change, which keeps the download small.

use dragonfly_core::Palette;
use leptos::ev::MouseEvent;
use leptos::html::Ul;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::i18n::words;
use crate::panel::legend_row::{Areas, LegendRow, RowSubject, ShownLegend, Swatch, nightly_legend};
use crate::panel::result_legend::result_legend;
use crate::state::filter::Filter;
use crate::state::key;
use crate::ui::effect::effect;
use crate::ui::event_target::clicked;
use crate::ui::markup::{COLOUR, Markup, fill, tag, text};

/// The place of a row, on its button.
const ROW: &str = "data-row";

/// The legend of the map on top: the nightly maps with the areas of the region in view, or the
/// result that the tools describe in `result`.
#[component]
pub fn LegendView(
    #[prop(into)] palette: Signal<Palette>,
    filter: RwSignal<Filter>,
    areas: Signal<Option<Areas>>,
    result: RwSignal<Option<String>>,
) -> impl IntoView {
    let legend = move || {
        let (palette, filter) = (palette.get(), filter.get());
        result
            .with(|text| result_legend(text.as_deref()?, palette, filter))
            .unwrap_or_else(|| areas.with(|areas| nightly_legend(palette, filter, areas.as_ref())))
    };
    let list = NodeRef::<Ul>::new();
    effect(move || {
        if let Some(list) = list.get() {
            show(&list, &legend(), result.with(Option::is_some));
        }
    });
    let toggle = move |event: MouseEvent| {
        let place = clicked(&event, "button").and_then(|button| button.get_attribute(ROW));
        let place: Option<usize> = place.and_then(|place| place.parse().ok());
        if let Some(row) = place.and_then(|place| untrack(legend).rows.into_iter().nth(place)) {
            filter.update(|filter| *filter = row.toggled(*filter));
        }
    };
    view! {
        <section class="legend" data-testid="legend" aria-labelledby="legend-title">
            <h2 id="legend-title">{words().legend} " " <span class="unit"></span></h2>
            <p class="legend-about" data-testid="legend-region"></p>
            <ul node_ref=list on:click=toggle></ul>
            <p class="hint">{words().legend_use} " " {words().hint}</p>
        </section>
    }
}

/// Shows a legend in its section, of which `list` holds the rows; the button that had the focus gets
/// it back.
fn show(list: &HtmlElement, legend: &ShownLegend, is_result: bool) {
    let ShownLegend { about, unit, rows } = legend;
    if let Some(section) = list.parent_element() {
        // An attribute with a plain name can always be set.
        let _ = section.set_attribute("data-result", &is_result.to_string());
        for (selector, text) in [(".unit", unit), (".legend-about", about)] {
            if let Ok(Some(element)) = section.query_selector(selector) {
                element.set_text_content(Some(text));
            }
        }
    }
    let focused = document().active_element().filter(|focused| list.contains(Some(focused)));
    let place = focused.and_then(|focused| focused.get_attribute(ROW));
    let items: Vec<Markup> = rows.iter().enumerate().map(item).collect();
    fill(list, &items);
    if let Some(place) = place {
        let button = list.query_selector(&format!("[{ROW}='{place}']")).ok().flatten();
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            // A button that cannot take the focus leaves it where it is.
            let _ = button.focus();
        }
    }
}

fn item((place, row): (usize, &LegendRow)) -> Markup {
    let testid = match row.subject {
        RowSubject::Unseen(_) => "legend-unseen",
        RowSubject::Change => "legend-changed",
        RowSubject::Provisional => "legend-provisional",
        RowSubject::Classes(_) | RowSubject::Value => "legend-entry",
    };
    let swatches = row.swatches.iter().map(|swatch| swatch_part(*swatch)).collect();
    let button = tag("button")
        .with("type", "button")
        .with("class", "entry")
        .with("data-testid", testid)
        .with(ROW, &place.to_string())
        .with("data-class", &keys(row))
        .with("data-colour", &joined(row.swatches.iter().map(|swatch| swatch.css())))
        .with("aria-pressed", &row.is_painted.to_string())
        .add(tag("span").with("class", "swatch").with("aria-hidden", "true").all(swatches))
        .add(text("span", &row.title).with("class", "title"))
        .add(text("span", &row.range).with("class", "range"))
        .add(text("span", &row.area).with("class", "area"));
    tag("li").add(button)
}

fn swatch_part(swatch: Swatch) -> Markup {
    match swatch {
        Swatch::Colour(_) => tag("i").with(COLOUR, &swatch.css()),
        Swatch::Pattern(unseen) => tag("i").with("class", unseen.key()),
        Swatch::Hatch => tag("i").with("class", key::PROVISIONAL),
        Swatch::Clear => tag("i").with("class", "clear"),
    }
}

/// The words by which style sheets and tests know what a row stands for.
fn keys(row: &LegendRow) -> String {
    match &row.subject {
        RowSubject::Classes(classes) => {
            joined(classes.iter().map(|class| key::of_class(*class).to_owned()))
        }
        RowSubject::Unseen(unseen) => unseen.key().to_owned(),
        RowSubject::Change => "changed".to_owned(),
        RowSubject::Provisional => key::PROVISIONAL.to_owned(),
        RowSubject::Value => "value".to_owned(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::unseen::Unseen;

    #[test]
    fn an_entry_states_what_it_hides_and_how_it_is_painted() {
        let legend = nightly_legend(Palette::default(), Filter::default(), None);
        let high = item((0, &legend.rows[0])).written();
        for expected in
            ["legend-entry", "\"high\"", "\"#5c0a2a\"", "aria-pressed=\"true\"", "High severity"]
        {
            assert!(high.contains(expected), "{expected} in {high}");
        }
        let unburned = item((4, &legend.rows[4])).written();
        assert!(
            unburned.contains("\"transparent\"") && unburned.contains("\"false\""),
            "{unburned}"
        );
        let unseen = item((6, &legend.rows[6])).written();
        assert!(unseen.contains("legend-unseen") && unseen.contains(Unseen::NotSeen.key()));
    }
}
