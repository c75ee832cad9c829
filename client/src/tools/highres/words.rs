//! The phrases of high resolution in each language: a table whose fields every language must fill.

use std::collections::BTreeSet;

use dragonfly_core::protocol::{ComputeResult, JobProgress, JobStep};
use dragonfly_core::{ClassTable, Empty, FireSide, Severity};

use crate::i18n::Language;

/// All phrases of one language. A `{}` is a gap to be [filled](fill).
pub struct HighresWords {
    pub title: &'static str,
    pub about: &'static str,
    pub too_far: &'static str,
    pub no_catalogue: &'static str,
    pub area: &'static str,
    pub area_view: &'static str,
    pub area_drawn: &'static str,
    pub draw: &'static str,
    pub draw_box: &'static str,
    pub draw_how: &'static str,
    pub draw_box_how: &'static str,
    pub unfinished: &'static str,
    pub file: &'static str,
    pub whole_view: &'static str,
    pub is_perimeter: &'static str,
    pub one_side: &'static str,
    pub beyond_map: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    pub first_day: &'static str,
    pub last_day: &'static str,
    pub backwards: &'static str,
    pub not_later: &'static str,
    pub compute: &'static str,
    pub cancel: &'static str,
    pub follow: &'static str,
    pub searching: &'static str,
    pub opening: &'static str,
    pub computing: &'static str,
    pub writing: &'static str,
    pub came: &'static str,
    pub scenes_found: &'static str,
    pub cloud: &'static str,
    pub go_on: &'static str,
    pub coarser: &'static str,
    pub too_large: &'static str,
    pub no_scene: &'static str,
    pub nearest: &'static str,
    pub take_day: &'static str,
    pub all_cloudy: &'static str,
    pub take_cloudy: &'static str,
    pub pinned_gone: &'static str,
    pub take_best: &'static str,
    pub again: &'static str,
    pub without_scene: &'static str,
    pub result: &'static str,
    pub legend_about: &'static str,
    pub legend_computing: &'static str,
    pub maps_differ: &'static str,
    pub counted_inside: &'static str,
    pub result_about: &'static str,
    pub result_kept: &'static str,
    pub same_legend: &'static str,
    pub empty: &'static str,
    pub show: &'static str,
    pub severity: &'static str,
    pub pictures_true: &'static str,
    pub pictures_false: &'static str,
    pub more: &'static str,
    pub index: &'static str,
    pub classes: &'static str,
    pub own: &'static str,
    pub ramp: &'static str,
    pub bad_breaks: &'static str,
    pub offset: &'static str,
    pub no_rdnbr_here: &'static str,
    pub rdnbr_note: &'static str,
    pub counted_from: &'static str,
    pub seen_once: &'static str,
    pub offset_found: &'static str,
    pub offset_none: &'static str,
    pub offset_later: &'static str,
    pub scenes: &'static str,
    pub with_these: &'static str,
    pub save: &'static str,
    pub geotiff: &'static str,
    pub geotiff_utm: &'static str,
    pub geotiff_classes: &'static str,
    pub geojson: &'static str,
    pub perimeter: &'static str,
    pub csv: &'static str,
    pub png: &'static str,
    pub simplify: &'static str,
    pub clear_cache: &'static str,
    pub cache_cleared: &'static str,
    pub put_away: &'static str,
    pub here: &'static str,
    pub here_empty: &'static str,
    pub kept: &'static str,
    pub worker_failed: &'static str,
    /// The classes, in the order of `Severity::ALL`.
    pub classes_by_severity: [&'static str; Severity::ALL.len()],
    /// What Miller & Thode call the middle of their classes.
    pub moderate: &'static str,
    pub unchanged: &'static str,
    pub increased: &'static str,
    pub provenance: &'static str,
    /// What went wrong: the area, its size, no images, offline, refused, a login, a busy server, an
    /// unreadable image, a server that is none, memory, a file that cannot be written.
    pub faults: [&'static str; 11],
    /// After the name of pictures for which the images lack a band.
    pub no_pictures: &'static str,
    /// Burnt or changed area within an outline, and the size of the cells it is counted from.
    pub measured: &'static str,
    /// The part of an outline that was not seen, or for which there is no map.
    pub measured_unseen: &'static str,
    pub measured_too_large: &'static str,
    /// Why a cell is empty that the page itself calls outside the region.
    pub outside_area: &'static str,
}

pub const ENGLISH: HighresWords = HighresWords {
    title: "High resolution",
    about: "Compute a 20 m map in your browser, from the original satellite images.",
    too_far: "Zoom in further, or draw an area, to compute burn severity at 20 m.",
    no_catalogue: "This site names no server of satellite images, so nothing can be computed here.",
    area: "Area",
    area_view: "the part of the map in view",
    area_drawn: "the outline on the map",
    draw: "Draw an area",
    draw_box: "Draw a box",
    draw_how: "Tap the corners. Tap the first one again, or “Finish”, to close the outline.",
    draw_box_how: "Tap two opposite corners.",
    unfinished: "The outline is not finished: close it, or leave drawing.",
    file: "GeoJSON, KML, KMZ or zipped shapefile",
    whole_view: "Use the visible map",
    one_side: "The area reaches across 180° of longitude: its larger side is computed. For the \
        other, draw that side alone.",
    beyond_map: "The map ends at 85° north and south: choose an area that is further from the \
        pole.",
    is_perimeter: "My outline is the fire perimeter: correct with unburned ground around it \
        (dNBR offset)",
    before: "Before the fire",
    after: "After the fire",
    first_day: "first day",
    last_day: "last day",
    backwards: "Start date is after end date.",
    not_later: "The days after the fire must end later than those before it.",
    compute: "Find images",
    cancel: "Cancel",
    follow: "Compute as I move",
    searching: "Looking for images",
    opening: "Opening the images",
    computing: "Reading and computing",
    writing: "Writing the file",
    came: "{} MB downloaded",
    scenes_found: "Images: {}, about {} MB, cells of {} m",
    cloud: "cloud {} %",
    go_on: "Download {} MB and compute",
    coarser: "Compute at {} m ({} MB)",
    too_large: "Too large for {} m. Zoom in, draw a smaller area, or use larger cells:",
    no_scene: "No image in these days.",
    nearest: "The nearest days with one:",
    take_day: "Use {}",
    all_cloudy: "All images are cloudy (best: {} %).",
    take_cloudy: "Use them anyway",
    pinned_gone: "The image server no longer has the images of this link: {}.",
    take_best: "Use the best images",
    again: "Try again",
    without_scene: "Go on without this image",
    result: "Result",
    legend_about: "High resolution, cells of {} m. Images: {} → {}",
    legend_computing: "High resolution, cells of {} m",
    maps_differ: "Two maps of one fire differ: smaller cells show small burns that larger ones \
        average away, and each map has images of its own days.",
    counted_inside: "Counted inside your outline. The ground around it serves the offset alone.",
    result_about: "Cells of {} m · {} MB downloaded, {} MB already here",
    result_kept: "Cells of {} m · computed before and saved on this device, {} MB",
    same_legend: "The legend describes this map.",
    empty: "{} % of the area was not seen: {}",
    show: "Show",
    severity: "severity",
    pictures_true: "pictures before and after, true colour",
    pictures_false: "pictures before and after, false colour",
    more: "{} (about {} MB more)",
    index: "Index",
    classes: "Classes",
    own: "own numbers",
    ramp: "no standard classes, continuous colours",
    bad_breaks: "Enter numbers in rising order.",
    offset: "Subtract the dNBR offset (change in unburned ground)",
    no_rdnbr_here: "No RdNBR here: the ground was nearly bare before the fire.",
    rdnbr_note: "RdNBR has no value where |NBR| before the fire is below 0.05.",
    counted_from: "Hectares are counted from cells of {} m; areas by class depend on that size.",
    seen_once: "Seen once only, not confirmed",
    offset_found: "Subtracted: mean {}, standard deviation {}, {} cells of unburned ground",
    offset_none: "No unburned ground found nearby, so no offset.",
    offset_later: "The offset is found when the map is computed again.",
    scenes: "Images",
    with_these: "Compute with these images",
    save: "Download",
    geotiff: "Values (GeoTIFF)",
    geotiff_utm: "Values in UTM, 20 m (GeoTIFF)",
    geotiff_classes: "Classes (GeoTIFF)",
    geojson: "Classes (GeoJSON)",
    perimeter: "Burnt areas (GeoJSON)",
    csv: "Hectares (CSV)",
    png: "Picture with legend",
    simplify: "simplify outlines",
    clear_cache: "Clear saved images",
    cache_cleared: "Nothing is kept on this device any more.",
    put_away: "Close result",
    here: "High resolution, at the chosen point: {} {}, {}",
    here_empty: "High resolution, at the chosen point: not seen, {}",
    kept: "The link in the address bar opens this very result, as it is shown.",
    worker_failed: "The part that computes could not be loaded. Check the network and try again.",
    classes_by_severity: [
        "Much greener than before",
        "Greener than before",
        "Unburned",
        "Low",
        "Moderate, lower half",
        "Moderate, upper half",
        "High",
    ],
    moderate: "Moderate",
    unchanged: "Unchanged",
    increased: "Greener than before",
    provenance: "Images of {} and {}. dNBR offset: {}. Dragonfly {}.",
    faults: [
        "This area cannot be used.",
        "This area is too large.",
        "There are no usable images here.",
        "You are offline. Reconnect and try again; maps computed before still open.",
        "The image server is down or does not work with browsers. Try again, use another image, \
            or tell the site's owner.",
        "The image server asks for a login. Try again, or use another image.",
        "The image server is busy. Try again in a few minutes.",
        "An image cannot be read. Use another image, or go on without this one.",
        "The image server does not answer as it should. Please tell the site's owner.",
        "The browser has too little memory. Close other tabs, or choose a smaller area.",
        "This file cannot be written.",
    ],
    no_pictures: "not in these images",
    measured: "Of these, {} {}, by the nightly map with cells of {} m.",
    measured_unseen: "{} of them were not seen, or have no map.",
    measured_too_large: "The outline is too large to count what burnt in it.",
    outside_area: "outside the area",
};

const GERMAN: HighresWords = HighresWords {
    title: "Hohe Auflösung",
    about: "Im Browser eine Karte mit 20 m berechnen, aus den ursprünglichen Satellitenbildern.",
    too_far: "Für 20 m weiter hineinzoomen oder eine Fläche zeichnen.",
    no_catalogue: "Diese Seite nennt keinen Server für Satellitenbilder; hier lässt sich nichts \
        berechnen.",
    area: "Fläche",
    area_view: "der sichtbare Teil der Karte",
    area_drawn: "der Umriss auf der Karte",
    draw: "Fläche zeichnen",
    draw_box: "Rechteck zeichnen",
    draw_how: "Ecken antippen. Die erste noch einmal antippen oder „Fertig“, um den Umriss zu \
        schließen.",
    draw_box_how: "Zwei gegenüberliegende Ecken antippen.",
    unfinished: "Der Umriss ist nicht fertig: Bitte schließen oder das Zeichnen beenden.",
    file: "GeoJSON, KML, KMZ oder gezipptes Shapefile",
    whole_view: "Sichtbare Karte verwenden",
    one_side: "Die Fläche reicht über 180° Länge hinweg: Berechnet wird ihre größere Seite. Für \
        die andere diese allein zeichnen.",
    beyond_map: "Die Karte endet bei 85° Nord und Süd: Bitte eine Fläche weiter weg vom Pol \
        wählen.",
    is_perimeter: "Mein Umriss ist der Brandumriss: mit unverbranntem Boden ringsum korrigieren \
        (dNBR-Versatz)",
    before: "Vor dem Brand",
    after: "Nach dem Brand",
    first_day: "erster Tag",
    last_day: "letzter Tag",
    backwards: "Der Anfang liegt nach dem Ende.",
    not_later: "Die Tage nach dem Brand müssen später enden als die davor.",
    compute: "Bilder suchen",
    cancel: "Abbrechen",
    follow: "Beim Verschieben berechnen",
    searching: "Suche Bilder",
    opening: "Öffne die Bilder",
    computing: "Lese und berechne",
    writing: "Schreibe die Datei",
    came: "{} MB heruntergeladen",
    scenes_found: "Bilder: {}, etwa {} MB, Zellen von {} m",
    cloud: "{} % Wolken",
    go_on: "{} MB herunterladen und berechnen",
    coarser: "Mit {} m berechnen ({} MB)",
    too_large: "Zu groß für {} m. Hineinzoomen, kleiner zeichnen oder größere Zellen nehmen:",
    no_scene: "Kein Bild in diesen Tagen.",
    nearest: "Die nächsten Tage mit einer:",
    take_day: "{} nehmen",
    all_cloudy: "Alle Bilder sind bewölkt (bestes: {} %).",
    take_cloudy: "Trotzdem verwenden",
    pinned_gone: "Der Bildserver hat die Bilder dieses Links nicht mehr: {}.",
    take_best: "Die besten Bilder verwenden",
    again: "Noch einmal",
    without_scene: "Ohne dieses Bild weiter",
    result: "Ergebnis",
    legend_about: "Hohe Auflösung, Zellen von {} m. Bilder: {} → {}",
    legend_computing: "Hohe Auflösung, Zellen von {} m",
    maps_differ: "Zwei Karten eines Brands unterscheiden sich: Kleine Zellen zeigen kleine \
        Brände, die große wegmitteln, und jede Karte hat Bilder eigener Tage.",
    counted_inside: "Gezählt innerhalb Ihres Umrisses. Der Boden ringsum dient nur dem Versatz.",
    result_about: "Zellen von {} m · {} MB heruntergeladen, {} MB waren schon da",
    result_kept: "Zellen von {} m · früher berechnet und auf diesem Gerät gespeichert, {} MB",
    same_legend: "Die Legende beschreibt diese Karte.",
    empty: "{} % der Fläche wurden nicht gesehen: {}",
    show: "Zeigen",
    severity: "Brandschwere",
    pictures_true: "Bilder davor und danach, Echtfarben",
    pictures_false: "Bilder davor und danach, Falschfarben",
    more: "{} (etwa {} MB mehr)",
    index: "Index",
    classes: "Klassen",
    own: "eigene Zahlen",
    ramp: "keine üblichen Klassen, fließende Farben",
    bad_breaks: "Zahlen in steigender Folge eingeben.",
    offset: "dNBR-Versatz abziehen (Veränderung von unverbranntem Boden)",
    no_rdnbr_here: "Hier kein RdNBR: Der Boden war vor dem Feuer fast kahl.",
    rdnbr_note: "RdNBR hat keinen Wert, wo |NBR| vor dem Feuer unter 0,05 liegt.",
    counted_from: "Hektar sind aus Zellen von {} m gezählt; die Flächen der Klassen hängen davon ab.",
    seen_once: "Nur einmal gesehen, nicht bestätigt",
    offset_found: "Abgezogen: Mittel {}, Standardabweichung {}, {} Zellen unverbrannter Boden",
    offset_none: "Kein unverbrannter Boden in der Nähe, also kein Versatz.",
    offset_later: "Der Versatz wird gesucht, wenn die Karte neu berechnet wird.",
    scenes: "Bilder",
    with_these: "Mit diesen Bildern berechnen",
    save: "Herunterladen",
    geotiff: "Werte (GeoTIFF)",
    geotiff_utm: "Werte in UTM, 20 m (GeoTIFF)",
    geotiff_classes: "Klassen (GeoTIFF)",
    geojson: "Klassen (GeoJSON)",
    perimeter: "Verbrannte Flächen (GeoJSON)",
    csv: "Hektar (CSV)",
    png: "Bild mit Legende",
    simplify: "Umrisse vereinfachen",
    clear_cache: "Gespeicherte Bilder löschen",
    cache_cleared: "Auf diesem Gerät wird nichts mehr behalten.",
    put_away: "Ergebnis schließen",
    here: "Hohe Auflösung, am gewählten Punkt: {} {}, {}",
    here_empty: "Hohe Auflösung, am gewählten Punkt: nicht gesehen, {}",
    kept: "Der Link in der Adresszeile öffnet genau dieses Ergebnis, so wie es zu sehen ist.",
    worker_failed: "Der rechnende Teil konnte nicht geladen werden. Netz prüfen und noch einmal \
        versuchen.",
    classes_by_severity: [
        "Viel grüner als zuvor",
        "Grüner als zuvor",
        "Unverbrannt",
        "Gering",
        "Mäßig, untere Stufe",
        "Mäßig, obere Stufe",
        "Hoch",
    ],
    moderate: "Mäßig",
    unchanged: "Unverändert",
    increased: "Grüner als zuvor",
    provenance: "Bilder vom {} und {}. dNBR-Versatz: {}. Dragonfly {}.",
    faults: [
        "Diese Fläche lässt sich nicht verwenden.",
        "Diese Fläche ist zu groß.",
        "Hier gibt es keine brauchbaren Bilder.",
        "Keine Netzverbindung. Bitte verbinden und noch einmal versuchen; früher berechnete \
            Karten öffnen sich trotzdem.",
        "Der Bildserver ist gestört oder arbeitet nicht mit Browsern. Noch einmal versuchen, ein \
            anderes Bild verwenden oder den Betreibern dieser Seite melden.",
        "Der Bildserver verlangt eine Anmeldung. Noch einmal versuchen oder ein anderes Bild \
            verwenden.",
        "Der Bildserver ist überlastet. Bitte in einigen Minuten noch einmal versuchen.",
        "Ein Bild lässt sich nicht lesen. Ein anderes verwenden oder ohne dieses weitermachen.",
        "Der Bildserver antwortet nicht richtig. Bitte den Betreibern dieser Seite melden.",
        "Der Browser hat zu wenig Speicher. Andere Tabs schließen oder eine kleinere Fläche \
            wählen.",
        "Diese Datei lässt sich nicht schreiben.",
    ],
    no_pictures: "nicht in diesen Bildern",
    measured: "Davon {} {}, nach der nächtlichen Karte mit Zellen von {} m.",
    measured_unseen: "{} davon wurden nicht gesehen oder haben keine Karte.",
    measured_too_large: "Der Umriss ist zu groß, um zu zählen, was darin verbrannt ist.",
    outside_area: "außerhalb der Fläche",
};

/// The words of the page's language.
pub fn words() -> &'static HighresWords {
    match crate::i18n::words().language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

/// A number as the page writes it.
pub fn number(value: f64, decimals: usize) -> String {
    crate::i18n::words().number(value, decimals)
}

/// An area as the page writes it, in the reader's units.
pub fn area(hectares: f64) -> String {
    crate::i18n::words().area(hectares)
}

/// A phrase with its gaps filled, from the first on.
pub fn fill(phrase: &str, gaps: &[&str]) -> String {
    let mut filled = String::new();
    let mut gaps = gaps.iter();
    for (gap, part) in phrase.split("{}").enumerate() {
        if gap > 0 {
            filled.push_str(gaps.next().unwrap_or(&""));
        }
        filled.push_str(part);
    }
    filled
}

impl HighresWords {
    /// Megabytes: one decimal below ten.
    pub fn megabytes(&self, megabytes: f64) -> String {
        number(megabytes, usize::from(megabytes < 9.95))
    }

    /// What is being done, and how far it is.
    pub fn progress(&self, progress: &JobProgress) -> String {
        let step = match progress.step {
            JobStep::Searching => self.searching,
            JobStep::Opening => self.opening,
            JobStep::Computing => self.computing,
            JobStep::Writing => self.writing,
        };
        let came = fill(self.came, &[&self.megabytes(progress.bytes as f64 / 1e6)]);
        match progress.of {
            0 => format!("{step} · {came}"),
            of => format!("{step}: {} / {of} · {came}", progress.done),
        }
    }

    /// Which images a result is made of, and what was subtracted.
    pub fn provenance(&self, done: &ComputeResult) -> String {
        let page = crate::i18n::words();
        let days = |side: FireSide| {
            let scenes = done.scenes.iter().filter(|scene| scene.side == side);
            let days: BTreeSet<_> = scenes.map(|scene| scene.datetime.date_naive()).collect();
            days.into_iter().map(|day| page.date(day)).collect::<Vec<_>>().join(", ")
        };
        let unburned =
            done.dnbr_offset.map_or_else(|| "–".to_owned(), |offset| number(offset.mean, 3));
        let (pre, post) = (days(FireSide::Pre), days(FireSide::Post));
        fill(self.provenance, &[&pre, &post, &unburned, &done.core_version])
    }

    /// Why a cell is empty.
    pub fn reason(&self, reason: Empty) -> &'static str {
        match reason {
            Empty::OutsideBox => self.outside_area,
            reason => crate::i18n::words().reason(reason),
        }
    }

    /// The class of a table at an index.
    pub fn class(&self, table: ClassTable, index: usize) -> &'static str {
        let class =
            table.classes().get(index).map(|class| class.colour_of).unwrap_or(Severity::Unburned);
        match (table, index) {
            (ClassTable::MtbsLike, 0) => self.increased,
            (ClassTable::MillerThode, 0) => self.unchanged,
            (ClassTable::MtbsLike, 3) | (ClassTable::MillerThode, 2) => self.moderate,
            _ => self.classes_by_severity[class.index()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_in_turn() {
        assert_eq!(fill("{} scenes, about {} MB", &["2", "3.1"]), "2 scenes, about 3.1 MB");
    }

    #[test]
    fn both_languages_leave_the_same_gaps() {
        let gaps = |words: &HighresWords| {
            [
                words.came,
                words.scenes_found,
                words.cloud,
                words.go_on,
                words.coarser,
                words.too_large,
                words.take_day,
            ]
            .into_iter()
            .chain([
                words.all_cloudy,
                words.pinned_gone,
                words.result_about,
                words.empty,
                words.counted_from,
                words.offset_found,
            ])
            .chain([words.legend_about, words.legend_computing])
            .chain([words.result_kept, words.here, words.here_empty, words.provenance, words.more])
            .chain([words.measured, words.measured_unseen])
            .map(|phrase| phrase.matches("{}").count())
            .collect::<Vec<_>>()
        };
        assert_eq!(gaps(&ENGLISH), gaps(&GERMAN));
    }

    #[test]
    fn every_class_of_every_table_has_a_name() {
        for table in ClassTable::ALL {
            let names: Vec<_> =
                (0..table.classes().len()).map(|index| ENGLISH.class(table, index)).collect();
            let mut once = names.clone();
            once.dedup();
            assert_eq!(once, names);
        }
    }
}
