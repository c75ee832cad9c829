//! The provenance of a nightly map, as its GeoTIFFs carry it.

use dragonfly_core::metadata::MapMeta;
use dragonfly_core::{CHANGED, DateWindow, Index, Note, Provenance, Region, Thresholds};
use serde_json::json;

use crate::publish::public_text::public_text;

/// A box [west, south, east, north] as a GeoJSON polygon.
fn box_geojson([west, south, east, north]: [f64; 4]) -> String {
    let corners = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    json!({ "type": "Polygon", "coordinates": [corners] }).to_string()
}

/// Whether the map shows fires, or all change; `None` for the map of a fire.
fn change_note(map: &MapMeta) -> Option<Note> {
    let since = map
        .points_since
        .map_or("are not known".to_owned(), |day| format!("are known from {day} on"));
    let text = match map.change_only? {
        true => format!(
            "shows change, not only fire: active-fire points {since}, and the map needs them from \
             its first image before on"
        ),
        false => format!(
            "{:.1} ha changed like a burn where no fire was seen (code {CHANGED} of the layer \
             `state`); active-fire points {since}",
            map.changed_hectares.unwrap_or(0.0)
        ),
    };
    Some(Note::new("fire and change", text))
}

/// What a map was made of, line by line, as it may be published.
pub(crate) fn map_notes(region: &Region, map: &MapMeta) -> Vec<Note> {
    let provenance = Provenance {
        area: region.title().to_owned(),
        outline: box_geojson(region.bbox),
        index: Index::Dnbr,
        thresholds: Some(Thresholds::default()),
        pre: DateWindow { start: map.pre_start, end: map.pre_end },
        post: DateWindow { start: map.post_start, end: map.post_end },
        collection: map.collection.clone(),
        attribution: map.attribution.clone(),
        cells: format!("zoom {} (Web Mercator), {} m on the ground", map.zoom_max, map.cell_size_m),
        masks: map.masks.clone(),
        dnbr_offset: map.dnbr_offset,
        scenes: map.scenes.clone(),
    };
    let mut notes = provenance.notes();
    notes.push(Note::new("region", &region.name));
    notes.push(Note::new("run", &map.run_id));
    notes.push(Note::new("made", map.generated_at.to_rfc3339()));
    notes.push(Note::new("windows", &map.window_reason));
    notes.extend(change_note(map));
    if let Some(mask) = &map.fire_mask {
        notes.push(Note::new("fire zone", &mask.path));
    }
    for (index, warning) in map.warnings.iter().enumerate() {
        notes.push(Note::new(format!("warning {}", index + 1), &warning.text));
    }
    let public = notes.into_iter().map(|note| Note { text: public_text(&note.text), ..note });
    public.collect()
}
