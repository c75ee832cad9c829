//! The page in German.

use crate::i18n::day::DayNames;
use crate::i18n::phrases::{Numbers, Phrases, With};

pub static PHRASES: Phrases = Phrases {
    numbers: Numbers { decimal_mark: ",", thousands_mark: ".", acre: "Acres" },
    days: DayNames {
        months: [
            "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.",
            "Dez.",
        ],
        after_day: ".",
    },

    tagline: "Wie stark das Land verbrannt ist: Satellitenbilder von vor und nach dem Feuer im \
        Vergleich.",
    caveat: "Zeigt aus Satellitensicht, wie sich Pflanzen verändert haben. Keine Schäden an \
        Gebäuden. Keine amtliche Karte.",
    map: "Karte der Brandschwere",
    close: "Schließen",
    show_panel: "Regionen und Legende zeigen",
    hide_panel: "Mehr von der Karte zeigen",
    natural_earth: "Land und Grenzen: Natural Earth",
    geonames: "Orte: GeoNames (CC BY 4.0)",
    settings: "Sprache und Einheiten",
    language_title: "Sprache",
    units_title: "Flächen",
    hectares: "Hektar",
    acres: "Acres",
    open_full_map: "Ganze Karte öffnen",
    imprint: "Impressum",
    privacy: "Datenschutz",
    damage_map: "Amtliche Schadenskarte",

    legend: "Brandschwere",
    legend_titles: [
        "Grüner als zuvor",
        "Unverbrannt",
        "Leicht verbrannt",
        "Mäßig, untere Stufe",
        "Mäßig, obere Stufe",
        "Schwer verbrannt",
    ],
    any_value: "jeder Wert",
    below: With::new("unter {0}"),
    and_more: With::new("ab {0}"),
    from_to: With::new("{0} bis {1}"),
    hint: "Auf die Karte klicken, um einen Wert abzulesen.",
    colours: "Farben",
    palette_titles: ["Farbenblind-sicher", "UN-SPIDER-Farben", "Wie MTBS"],
    opacity: "Deckkraft",
    basemap: "Hintergrund",
    plain_basemap: "Schlicht",

    regions: "Regionen",
    find_region: "Region in der Liste suchen",
    loading_regions: "Regionen werden geladen …",
    slow_regions: "Das Laden der Regionen dauert länger als gewöhnlich. Vielleicht ist die \
        Verbindung langsam.",
    regions_missing: "Die Regionen konnten nicht geladen werden.",
    no_regions: "Noch keine Regionen. Karten erscheinen hier, sobald die Betreiber welche \
        aufgelistet haben.",
    no_region_matches: "Keine Region mit diesem Namen.",
    regions_found: With::new("{0} von {1} Regionen"),
    more_regions: With::new("{0} weitere: Namen eingeben, um sie zu finden."),
    about_region: With::new("Über {0}"),
    fires: "Brände",
    find_fire: "Brand in der Liste finden",
    fire_order: "Sortieren nach",
    fire_orders: ["Zuletzt gesehen", "Größe", "Nähe"],
    fires_in_view: "Nur im Ausschnitt",
    no_fires: "Zurzeit sind keine Brände bekannt.",
    no_fire_matches: "Kein Brand mit diesem Namen oder Ort.",
    fires_found: With::new("{0} von {1} Bränden"),
    more_fires: With::new("{0} weitere: einen Ort eingeben, um sie zu finden."),
    fires_checked: With::new("Brände zuletzt geprüft am {0} ({1})."),
    fire_gone: "Dieser Brand wird nicht mehr geführt.",
    fire_states: [
        "Brennt",
        "Brennt wieder",
        "Keine neuen Meldungen",
        "Aus",
        "Aus, Karte endgültig",
    ],
    by_detections: "nach Satellitenmeldungen",
    fire_by_map: With::new("{0}. {1} verbrannt, nach der Karte aus Satellitenbildern."),
    fire_images: With::new("Ihre Bilder enden am {0}."),
    fire_by_points: With::new("{0}. {1} im Umriss der Satellitenmeldungen."),
    area_by_map: "Verbrannt, nach Karte",
    area_by_map_note: "Boden, der sich wie verbrannt verändert hat und an eine Meldung grenzt. \
        Zeigt Pflanzen, keine Häuser.",
    area_by_points: "Nach Meldungen",
    area_by_points_note: "Meldungen sind hunderte Meter breit: meist mehr, als verbrannt ist, und \
        kurzes Feuer fehlt.",
    fire_seen: "Erste und letzte Meldung",
    growth: "Fläche nach Meldungen, Tag für Tag",
    no_fire_map: [
        "Keine Karte: Der Brand ist zu klein dafür.",
        "Keine Karte: Der Brand ist zu groß, um als einer kartiert zu werden.",
        "Noch keine Karte: Sie wartet, bis sie an der Reihe ist.",
        "Keine Karte: Sie konnte nicht berechnet werden. Es wird erneut versucht.",
    ],
    outlines_link: "Umrisse und Wachstum (GeoJSON)",
    fires_problem: "Die Liste der Brände konnte nicht geladen werden.",
    fire_lines_problem: With::new("{0} Brände der Liste konnten nicht gelesen werden."),
    burnt: "verbrannt",
    changed: "verändert",
    images_before_and_after: With::new("Bilder vor dem Feuer: {0}. Danach: {1}."),

    pending: "Noch nicht kartiert",
    images_until: With::new("Bilder bis {0} ({1})"),
    map_of: With::new("Karte vom {0}"),
    note_overdue: "Aktualisierung überfällig",
    note_stale: "Aktualisierung lange überfällig",
    note_failed: "Aktualisierung gescheitert",
    note_waiting: "wartet auf ein klares Bild",
    no_map_published: "Keine Karte veröffentlicht",
    failed_first: "Die erste Aktualisierung ist gescheitert",
    waiting_first: "Wartet auf ein klares Bild",
    description_broken: "Die Beschreibung konnte nicht geladen werden",
    today: "heute",
    yesterday: "gestern",
    days_ago: With::new("vor {0} Tagen"),
    months_ago: With::new("vor {0} Monaten"),
    years_ago: With::new("vor {0} Jahren"),
    of_today: "von heute",
    one_day_old: "1 Tag alt",
    days_old: With::new("{0} Tage alt"),
    months_old: With::new("{0} Monate alt"),
    years_old: With::new("{0} Jahre alt"),

    share: "Link zu dieser Ansicht kopieren",
    shared: "Der Link wurde kopiert.",
    not_shared: "Der Link konnte nicht kopiert werden: Bitte die Adresse der Seite kopieren.",
    compare: "Mit dem Hintergrund vergleichen",
    divider: "Trennlinie: links die Brandschwere, rechts der Hintergrund",
    range_least: "Kleinstes gezeigtes dNBR",
    no_limit: "offen",
    range_end: "Größtes gezeigtes dNBR",
    legend_use: "Eine Klasse antippen, um sie aus- oder einzublenden.",
    areas_of: With::new("Nächtliche Karte: {0}, Zellen von {1} m"),
    seen_once: With::new("Einmal gesehen, nicht bestätigt: {0}."),
    nightly_maps: "Nächtliche Karten",
    not_seen: "Nicht gesehen: Wolken, kein Bild",
    outside_zone: "Nicht untersucht: außerhalb der Brandzone",
    patch: With::new("Brandfläche, {0}; schlimmste Stelle: {1}. Hinfliegen."),
    tools: "Werkzeuge",
    loading_tools: "Das Werkzeug wird geladen …",
    locate: "Zeigen, wo ich bin",
    locating: "Der Standort wird gesucht …",
    located: With::new(
        "Sie sind hier (± {0}). Der Link zeigt diesen Teil der Karte, aber nicht Ihre Position.",
    ),
    not_located_in_the_open: "Der Standort braucht https. Bitte den Betreibern dieser Seite melden.",
    not_located_refused: "Der Standort ist für diese Seite gesperrt. Bitte im Browser erlauben \
        und noch einmal versuchen.",
    not_located_in_time: "Die Suche nach dem Standort hat zu lange gedauert. Bitte noch einmal \
        versuchen, vielleicht unter freiem Himmel.",
    not_located: "Das Gerät konnte den Standort nicht bestimmen. Bitte nachsehen, ob seine Ortung \
        eingeschaltet ist.",
    highres: "Hohe Auflösung",
    measure: "Eine Fläche messen",
    measure_how: "Ecken antippen. Die erste noch einmal antippen oder „Fertig“, um den Umriss zu \
        schließen.",
    finish: "Fertig",
    measure_keys: "Mit der Tastatur: Pfeile bewegen die Karte, die Leertaste setzt eine Ecke am \
        Fadenkreuz, die Rücktaste nimmt eine zurück, Enter beendet, Escape verlässt.",
    measure_done: "Klicken, um einen neuen Umriss zu beginnen. Esc schließt.",
    measure_crossed: "Der Umriss kreuzt sich selbst und hat deshalb keine Fläche.",
    around: With::new("{0} Umfang"),
    save_image: "Ein Bild dieser Ansicht speichern",
    saved: "Das Bild wurde gespeichert.",
    saved_plain: "Ohne Hintergrundkarte gespeichert: Deren Server erlaubt keine Kopien.",
    not_saved: "Der Browser konnte kein Bild dieser Ansicht machen. Ein kleineres Fenster hilft \
        vielleicht.",
    picture_of: With::new("{0}. Bilder davor und danach: {1}."),
    picture_made: With::new("Mit {0} gemacht am {1}."),
    coverage_due: "überfällig",
    coverage_stale: "alte Karte",
    coverage_pending: "noch nicht kartiert",
    coverage_failed: "Aktualisierung gescheitert",
    coverage_broken: "nicht lesbar",

    reading_loading: "Die Karte wird abgelesen …",
    unburned_point: "Nicht verbrannt, soweit Satelliten es sehen",
    unburned_tile: "Alles, was hier ringsum zu sehen war, ist unverbrannt.",
    no_value: With::new("Hier nicht gesehen: {0}"),
    no_map_here: "Hier gibt es noch keine Karte",
    no_map_here_detail: "Die Region ist eingerichtet, aber es wurde noch keine Karte \
        veröffentlicht.",
    outside_regions: "Hier gibt es keine Karte",
    outside_regions_detail: "Karten gibt es innerhalb der umrandeten Regionen.",
    nearest: With::new("Am nächsten: {0}, {1} entfernt."),
    unavailable: "Dieser Teil der Karte konnte nicht geladen werden",
    unavailable_detail: "Bitte die Verbindung prüfen und noch einmal klicken.",
    mostly_empty: With::new("Hier ringsum war nichts zu sehen: meist {0}."),
    dnbr: With::new("dNBR {0}"),
    dnbr_below: With::new("dNBR unter {0}"),
    dnbr_and_more: With::new("dNBR {0} oder mehr"),
    read_from: With::new("Abgelesen aus der Karte „{0}“."),
    nightly_cells: With::new("Nächtliche Karte, Zellen von {0} m"),
    empty: [
        "außerhalb der Region",
        "außerhalb der Brandzone",
        "nie beobachtet",
        "Wolken, Schatten oder Schnee",
        "Wasser",
        "keine Daten",
    ],
    empty_detail: [
        "Die Region endet vor dieser Stelle.",
        "Kartiert wird nur die Brandzone.",
        "Kein Bild von vor dem Feuer oder keines von danach.",
        "Bewölkt in jedem Bild von vor dem Feuer oder in jedem von danach.",
        "Wasser (See, Fluss oder Meer).",
        "Die Bilder enthalten hier keine Daten.",
    ],
    north: "N",
    south: "S",
    east: "O",
    west: "W",

    latest_image: "Bilder bis",
    cell_size: "Zellgröße",
    last_update: "Karte berechnet",
    last_attempt: "Letzter Versuch",
    burnt_title: "Verbrannt",
    changed_title: "Verändert",
    low_res: With::new("Zellen von {0} m. Für 20 m „Hohe Auflösung“ wählen."),
    high_res_here: "Hier in hoher Auflösung",
    high_res_missing: "Hohe Auflösung auf Wunsch bietet diese Seite nicht an.",
    burning_note: With::new(
        "Brennt noch, oder Ende unbekannt: Die Karte zeigt, was bis {0} verbrannt war, soweit der \
        Boden zu sehen war.",
    ),
    rolling_note: With::new(
        "Hier ist kein Branddatum bekannt. Die Karte zeigt, was sich zwischen {0} und {1} \
        verändert hat: durch Feuer, aber auch durch Holzeinschlag, Ernte oder Dürre.",
    ),
    change_only: "Zeigt Veränderung, nicht nur Feuer.",
    points_since: With::new("Feuerpunkte sind seit {0} bekannt."),
    parted_note: With::new(
        "Schwere ist nur dort gezeigt, wo Satelliten Feuer sahen. {0} veränderten sich wie nach \
        einem Brand, ohne dass seit {1} Feuer zu sehen war.",
    ),
    no_fire_seen: "Verändert, kein Feuer gesehen",
    no_fire_since: With::new(
        "Verändert wie nach einem Brand ({0}), doch seit {1} wurde hier kein Feuer entdeckt.",
    ),
    areas: "Fläche nach Klassen",
    counted_from: With::new("gezählt aus Zellen von {0} m"),
    images: "Verglichene Bilder",
    before: "Vorher",
    after: "Nachher",
    searched: With::new("gesucht {0}"),
    why_windows: "Warum diese Tage",
    around_fire: With::new("Rund um das Feuer vom {0}."),
    explicit_windows: "Von den Betreibern dieser Seite gewählt.",
    since_fire: With::new(
        "Das Feuer begann am {0}, und sein Ende ist nicht bekannt: die neuesten Bilder seitdem.",
    ),
    rolling_windows: With::new(
        "Kein Branddatum festgelegt: die letzten {0} Tage im Vergleich mit denselben Tagen ein \
        Jahr zuvor.",
    ),
    scenes: With::new("Verwendete Bilder ({0})"),
    cloud: "Bewölkung",
    cloud_unknown: "unbekannt",
    offset: "Helligkeitsversatz",
    scenes_unused: With::new("Nicht verwendete Bilder ({0})"),
    offset_raster_bands: "aus der Beschreibung des Bilds",
    offset_none: "keiner ist angegeben",
    offset_collection: "aus der Beschreibung der Sammlung",
    offset_below_04_00: "Verarbeitung vor Fassung 04.00",
    offset_boa_applied: "schon abgezogen, wie das Bild angibt",
    offset_boa_doubted: "ungeprüft: als abgezogen angegeben, aber kein Pixel ist dunkler",
    offset_as_delivered: "Verarbeitung ab Fassung 04.00, Dateien wie ausgeliefert",
    offset_dark_pixels: "schon abgezogen: Pixel sind dunkler, als er zulässt",
    offset_unverified_bands: "aus der Beschreibung des Bilds, ungeprüft",
    offset_unverified_baseline: "Verarbeitung ab Fassung 04.00, keiner ist angegeben, ungeprüft",
    offset_raster_bands_in_dn: "aus der Beschreibung des Bilds, in digitalen Werten",
    offset_unverified_none: "keiner ist angegeben, ungeprüft",
    skipped_duplicate: With::new("Duplikat von {0}"),
    skipped_too_cloudy: With::new("{0} % Wolken, mehr als {1} %"),
    skipped_better_scenes: With::new("{0} bessere Szenen von {1}"),
    skipped_unreadable: "die Dateien sind nicht lesbar",
    skipped_refused: "die Dateien liegen, wohin der Katalog nicht führen darf",
    warning_incomplete_search: With::new(
        "Vielleicht fehlen Bilder: Der Bildserver nennt {0} passende und hat {1} gesendet.",
    ),
    warning_unrequested: With::new(
        "Vielleicht fehlen Bilder: Von {1}, die der Bildserver sandte, passen {0} nicht zur Suche.",
    ),
    warning_unmasked: With::new(
        "Bilder ohne Wolkenmaske: {0}. Wolken darin können wie verbrannter Boden aussehen.",
    ),
    warning_other_mask: With::new(
        "Bilder, deren Wolkenmaske anders beschrieben ist: {0}. Wolken können wie verbrannt \
        aussehen.",
    ),
    warning_mostly_burnt: With::new(
        "{0} % des gesehenen Bodens sind verbrannt. Das ist selten: Vielleicht unterscheiden \
        sich die Bilder aus anderem Grund.",
    ),
    warning_mostly_regrown: With::new(
        "{0} % des gesehenen Bodens sind nachgewachsen. Das ist selten: Vielleicht unterscheiden \
        sich die Bilder aus anderem Grund.",
    ),
    warning_less_seen: With::new(
        "Bilder, die weniger Boden zeigen, als der Bildserver angibt: {0}.",
    ),
    warning_uncertain_offset: With::new(
        "Bilder mit unsicherer Skala: {0}. Alle Schweregrade können falsch sein.",
    ),
    warning_no_fire_for_offset: "Kein dNBR-Versatz abgezogen: Es ist nicht bekannt, welcher Boden verbrannte.",
    warning_small_offset_ring: With::new(
        "Kein dNBR-Versatz abgezogen: rund um das Feuer liegen nur {0} klare Zellen.",
    ),
    warning_background_drift: With::new(
        "Unverbrannter Boden hat einen dNBR von {0}. Um etwa so viel sind alle Schweregrade falsch.",
    ),
    warning_sparse_vegetation: With::new(
        "Verbrannt ist Gras oder karger Boden (Median des NBR zuvor {0}). Die Klassen gelten für \
        Gehölze, und RdNBR ist unzuverlässig.",
    ),
    warning_low_sun: With::new(
        "Bilder mit Sonnenstand unter 25°: {0}. Hänge im Schatten können verbrannt aussehen.",
    ),
    warning_drifting_orbit: With::new(
        "Bilder von Landsat 7 seit der Absenkung seiner Bahn: {0}. Sie weichen schon durch das Licht ab.",
    ),
    provisional_point: With::new(
        "{0}. Bisher nur auf einem Bild zu sehen, durch kein anderes bestätigt.",
    ),
    provisional_title: "Vorläufig",
    provisional: With::new(
        "{0} bisher in einem einzigen Bild verbrannt, von keinem anderen bestätigt",
    ),
    empty_part: "Nicht gesehen",
    nothing_empty: "nichts, jede Zelle hat einen Wert",
    of_the_region: With::new("{0} der Region"),
    quality: "Güte",
    implausible: "Unmögliche Werte",
    background: "dNBR von unverbranntem Boden",
    background_value: With::new("{0} ± {1}"),
    clear_views: "Klare Bilder je Zelle",
    masks: "Ausgeblendet",
    links: "Herunterladen und weiterverwenden",
    metadata_link: "Metadaten (JSON)",
    raster_link: "Raster (GeoTIFF)",
    layer_links: [
        "Aufnahmetag vorher (GeoTIFF)",
        "Aufnahmetag nachher (GeoTIFF)",
        "Klare Bilder je Zelle (GeoTIFF)",
        "Warum eine Zelle leer ist (GeoTIFF)",
    ],
    tiles_link: "Kacheln für QGIS (XYZ)",
    copy: "Kopieren",
    copy_what: With::new("Kopieren: {0}"),
    copied: "Kopiert",
    copy_failed: "Das Kopieren wurde verweigert: Bitte den Text markieren und selbst kopieren.",
    cite: "Diese Karte zitieren",
    citation: With::new(
        "{0}: Brandschwere (dNBR), {1}. Bilder: {2} und {3}; Karte vom {4}, Lauf {5}. {6}. {7}, \
        abgerufen am {8}.",
    ),

    last_run_failed: With::new("Die letzte Aktualisierung ist gescheitert: {0}"),
    last_run_waits: "Die nächste Aktualisierung wartet auf ein klares Bild.",
    failures_in_a_row: With::new("{0} Aktualisierungen hintereinander sind gescheitert."),
    old_map_stays: "Zu sehen ist die letzte Karte, die gelungen ist.",
    technical_message: "Technische Meldung",
    no_scene_before: "Es gibt kein ausreichend klares Bild aus der Zeit vor dem Feuer.",
    no_scene_after: "Es gibt kein ausreichend klares Bild aus der Zeit nach dem Feuer.",
    unreadable_scenes: "Bilder aus dem Archiv ließen sich nicht lesen.",
    too_little_seen: "Wolken oder Lücken verdecken zu viel von der Region.",
    disk_full: "Auf dem Server ist zu wenig Speicherplatz frei.",
    took_too_long: "Die Berechnung hat zu lange gedauert.",
    was_killed: "Der Server ist während der Berechnung stehen geblieben.",
    catalogue_silent: "Der Bildserver war nicht zu erreichen.",
    unknown_failure: "Ein Fehler, den sich die Betreiber dieser Seite ansehen müssen.",
    pending_detail: "Noch nicht kartiert. Die erste Karte erscheint nach dem nächsten \
        nächtlichen Lauf.",
    waiting_detail: "Seit dem Feuer gibt es noch kein klares Bild. Die Karte folgt, sobald eines \
        da ist.",
    earlier_map: With::new("Dies ist eine frühere Karte, mit Bildern bis {0}."),
    earlier_maps: "Frühere Karten",
    newest_map: "Neueste Karte zeigen",
    region_loading: "Die Beschreibung dieser Region wird geladen …",
    region_broken: "Die Beschreibung dieser Region konnte nicht geladen werden. Die anderen \
        Regionen sind nicht betroffen.",

    search: "Ort suchen",
    search_placeholder: "Ort, Brand oder Koordinaten",
    search_results: "Suchergebnisse",
    loading_places: "Die Liste der Orte wird geladen …",
    places_missing: "Die Liste der Orte konnte nicht geladen werden; Regionen und Koordinaten \
        lassen sich trotzdem finden.",
    nothing_found: "Nichts gefunden. Bitte anders schreiben oder Koordinaten eingeben, etwa \
        35.12, -119.9.",
    press_enter: "Nicht in der Liste der Orte. Eingabetaste drücken, um eine Adresse zu suchen.",
    results_found: With::new("Ergebnisse: {0}"),
    inhabitants: With::new("{0} Einwohner"),
    a_region: "Region",
    group: With::new("Gruppe: {0}"),
    a_fire: "Brand",
    a_position: "Position",
    latitude_first: "Breite zuerst",
    longitude_first: "Länge zuerst",
    ambiguous: "Zwei Lesarten sind möglich. Meist steht die Breite zuerst; N, S, O oder W \
        schaffen Klarheit.",
    not_on_earth: "Die Breite reicht von −90 bis 90, die Länge von −180 bis 180.",

    retry: "Erneut versuchen",
    dismiss: "Ausblenden",
    index_problem: "Die Liste der Regionen konnte nicht geladen werden.",
    line_problem: "Eine Region der Liste war nicht lesbar.",
    lines_problem: With::new("{0} Regionen der Liste waren nicht lesbar."),
    region_problem: With::new("„{0}“ konnte nicht geladen werden."),
    regions_problem: With::new("{0} Regionen konnten nicht geladen werden."),
    tiles_problem: With::new("Einige Kacheln von „{0}“ konnten nicht geladen werden."),
    land_problem: "Die Umrisse des Landes konnten nicht geladen werden.",
    basemap_problem: With::new("Der Hintergrund „{0}“ konnte nicht geladen werden."),
    language_problem: With::new("In dieser Sprache konnte die Seite nicht geladen werden: {0}."),
    tools_problem: "Das Werkzeug konnte nicht geladen werden.",
    config_problem: "Die Einstellungen dieser Seite konnten nicht geladen werden.",

    help: "Was zeigt diese Karte?",
    help_title: "Was diese Karte zeigt",
    third_party_notices: "Hinweise zu Werken Dritter",
    explanations: [
        (
            "dNBR",
            "Gesunde Pflanzen werfen viel nahes und wenig kurzwelliges Infrarot zurück, \
            verbrannter Boden umgekehrt. Das normierte Brandverhältnis (NBR) vergleicht beides. \
            dNBR ist NBR vor dem Feuer minus NBR danach: 0 heißt keine Veränderung; je höher \
            der Wert, desto mehr Vegetation ging verloren.",
        ),
        (
            "Die Klassen",
            "Leicht, mäßig und schwer verbrannt sind dNBR-Bereiche des US-amerikanischen \
            Geological Survey (Key und Benson, 2006). Sie sind nicht auf jede Landschaft \
            abgestimmt: Dieselbe Zahl kann in Grasland, Gebüsch oder Wald mehr oder weniger \
            Schaden bedeuten. Neben der Klasse steht deshalb immer der Wert selbst.",
        ),
        (
            "Ihre Grenzen",
            "Die Karte sieht die Vegetation von oben. Sie sieht weder Schäden an Gebäuden noch \
            Bodenfeuer unter geschlossenem Kronendach noch den Boden unter der Oberfläche. \
            Dürre, Ernte, Holzeinschlag, Schnee und Dunst können wie Feuer aussehen. Was \
            Wolken verdeckt haben, ist schraffiert: Nicht gesehen heißt nicht unverbrannt. Ein \
            Brand, der kleiner als eine Zelle ist, verschwimmt mit seiner Umgebung; wie breit \
            die Zellen sind, steht neben den Flächen.",
        ),
        (
            "Brandkarten und laufende Karten",
            "Wo das Datum eines Feuers bekannt ist, werden Bilder von kurz davor mit Bildern von \
            kurz danach verglichen, solange sein Ende nicht bekannt ist, mit den neuesten. Anderswo läuft die Karte mit: die letzten Wochen gegen \
            dieselben Wochen ein Jahr zuvor. Sie zeigt, was sich zwischen beiden Zeitpunkten \
            verändert hat, gleich aus welchem Grund.",
        ),
        (
            "Keine amtliche Karte",
            "Sie entsteht selbsttätig aus frei zugänglichen Satellitenbildern, und niemand hat \
            sie vor Ort geprüft. Bei Evakuierung, Versicherung und Sicherheit gilt, was die \
            Behörden sagen.",
        ),
    ],
};
