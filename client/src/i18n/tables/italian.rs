//! The page in Italian.

use crate::i18n::day::DayNames;
use crate::i18n::phrases::{Numbers, Phrases, With};

pub static PHRASES: Phrases = Phrases {
    numbers: Numbers { decimal_mark: ",", thousands_mark: ".", acre: "acri" },
    days: DayNames {
        months: [
            "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic",
        ],
        after_day: "",
    },

    tagline: "Quanto è bruciato il terreno, visto dal satellite prima e dopo l’incendio.",
    caveat: "Mostra come sono cambiate le piante, viste dai satelliti. Non mostra danni agli \
        edifici. Non è una mappa ufficiale.",
    map: "Mappa della severità del fuoco",
    close: "Chiudi",
    show_panel: "Mostra regioni e legenda",
    hide_panel: "Mostra più mappa",
    natural_earth: "Terre e confini: Natural Earth",
    geonames: "Luoghi: GeoNames (CC BY 4.0)",
    settings: "Lingua e unità",
    language_title: "Lingua",
    units_title: "Superfici",
    hectares: "Ettari",
    acres: "Acri",
    open_full_map: "Apri la mappa completa",
    imprint: "Note legali",
    privacy: "Privacy",
    damage_map: "Mappa ufficiale dei danni",

    legend: "Severità del fuoco",
    legend_titles: [
        "Più verde di prima",
        "Non bruciato",
        "Severità bassa",
        "Severità media, metà inferiore",
        "Severità media, metà superiore",
        "Severità alta",
    ],
    any_value: "qualsiasi valore",
    below: With::new("meno di {0}"),
    and_more: With::new("{0} e oltre"),
    from_to: With::new("da {0} a {1}"),
    hint: "Cliccare sulla mappa per leggere un valore.",
    colours: "Colori",
    palette_titles: ["Adatti ai daltonici", "Consueti (UN-SPIDER)", "Come MTBS"],
    opacity: "Opacità",
    basemap: "Sfondo",
    plain_basemap: "Semplice",

    regions: "Regioni",
    find_region: "Cerca una regione nell’elenco",
    loading_regions: "Caricamento delle regioni…",
    slow_regions: "Le regioni impiegano più del solito. Forse la connessione è lenta.",
    regions_missing: "Non è stato possibile caricare le regioni.",
    no_regions: "Ancora nessuna regione. Le mappe appariranno qui quando il gestore del sito le \
        avrà aggiunte.",
    no_region_matches: "Nessuna regione con questo nome.",
    regions_found: With::new("{0} regioni su {1}"),
    more_regions: With::new("Altre {0}: scrivere un nome per trovarle."),
    about_region: With::new("Informazioni su {0}"),
    fires: "Incendi",
    find_fire: "Cerca un incendio nell’elenco",
    fire_order: "Ordina per",
    fire_orders: ["Ultimo rilevato", "Dimensione", "Vicinanza"],
    fires_in_view: "Solo in vista",
    no_fires: "Al momento non sono noti incendi.",
    no_fire_matches: "Nessun incendio con questo nome o luogo.",
    fires_found: With::new("{0} incendi su {1}"),
    more_fires: With::new("Altri {0}: scrivere un luogo per trovarli."),
    fires_checked: With::new("Incendi controllati l’ultima volta il {0} ({1})."),
    fire_gone: "Questo incendio non è più nell’elenco.",
    fire_states: [
        "In corso",
        "Di nuovo in corso",
        "Nessun nuovo rilevamento",
        "Spento",
        "Spento, mappa definitiva",
    ],
    by_detections: "secondo i rilevamenti da satellite",
    fire_by_map: With::new("{0}. {1} bruciati, secondo la mappa da immagini satellitari."),
    fire_images: With::new("Le sue immagini finiscono il {0}."),
    fire_by_points: With::new("{0}. {1} entro il contorno dei rilevamenti da satellite."),
    area_by_map: "Bruciato, secondo la mappa",
    area_by_map_note: "Terreno cambiato come dopo un incendio e a contatto con un rilevamento. Mostra \
        piante, non case.",
    area_by_points: "Secondo i rilevamenti",
    area_by_points_note: "I rilevamenti sono larghi centinaia di metri: per lo più coprono più di quanto è \
        bruciato, e un fuoco breve sfugge.",
    fire_seen: "Primo e ultimo rilevamento",
    growth: "Superficie secondo i rilevamenti, giorno per giorno",
    no_fire_map: [
        "Nessuna mappa: l’incendio è troppo piccolo.",
        "Nessuna mappa: l’incendio è troppo grande per una sola mappa.",
        "Ancora nessuna mappa: è in attesa del suo turno.",
        "Nessuna mappa: il calcolo non è riuscito. Sarà ripetuto.",
    ],
    outlines_link: "Contorni e avanzamento (GeoJSON)",
    fires_problem: "Non è stato possibile caricare l’elenco degli incendi.",
    fire_lines_problem: With::new("Non è stato possibile leggere {0} incendi dell’elenco."),
    burnt: "bruciato",
    changed: "cambiato",
    images_before_and_after: With::new("Immagini di prima dell’incendio: {0}. Di dopo: {1}."),

    pending: "Ancora senza mappa",
    images_until: With::new("Immagini fino al {0} ({1})"),
    map_of: With::new("Mappa del {0}"),
    note_overdue: "aggiornamento in ritardo",
    note_stale: "aggiornamento molto in ritardo",
    note_failed: "aggiornamento non riuscito",
    note_waiting: "in attesa di un’immagine nitida",
    no_map_published: "Nessuna mappa pubblicata",
    failed_first: "Il primo aggiornamento non è riuscito",
    waiting_first: "In attesa di un’immagine nitida",
    description_broken: "Non è stato possibile caricare la sua descrizione",
    today: "oggi",
    yesterday: "ieri",
    days_ago: With::new("{0} giorni fa"),
    months_ago: With::new("{0} mesi fa"),
    years_ago: With::new("{0} anni fa"),
    of_today: "di oggi",
    one_day_old: "di 1 giorno fa",
    days_old: With::new("di {0} giorni fa"),
    months_old: With::new("di {0} mesi fa"),
    years_old: With::new("di {0} anni fa"),

    share: "Copia un link a questa vista",
    shared: "Link copiato.",
    not_shared: "Non è stato possibile copiare il link: copiare l’indirizzo della pagina.",
    compare: "Confronta con lo sfondo",
    divider: "Divisore: severità del fuoco a sinistra, sfondo a destra",
    range_least: "dNBR minimo mostrato",
    no_limit: "qualsiasi",
    range_end: "dNBR massimo mostrato",
    legend_use: "Toccare una classe per nasconderla o mostrarla.",
    areas_of: With::new("Mappa giornaliera di {0}, celle di {1} m"),
    seen_once: With::new("Visto una sola volta, non confermato: {0}."),
    nightly_maps: "Mappe giornaliere",
    not_seen: "Non visto: nuvole o nessuna immagine",
    outside_zone: "Non esaminato: fuori dalla zona dell’incendio",
    patch: With::new("Traccia di incendio, {0}, classe peggiore: {1}. Vai lì."),
    tools: "Strumenti",
    loading_tools: "Caricamento dello strumento…",
    locate: "Mostra dove sono",
    locating: "Ricerca della posizione…",
    located: With::new("Lei è qui (± {0}). La posizione non viene messa nel link."),
    not_located_in_the_open: "La posizione richiede https. Avvisare il gestore del sito.",
    not_located_refused: "La posizione è bloccata per questo sito. Consentirla nel browser e riprovare.",
    not_located_in_time: "La ricerca della posizione ha richiesto troppo tempo. Riprovare, se possibile a \
        cielo aperto.",
    not_located: "Il dispositivo non ha trovato la posizione. Verificare che il servizio di \
        localizzazione sia attivo.",
    highres: "Alta risoluzione",
    measure: "Misura una superficie",
    measure_how: "Toccare gli angoli. Per chiudere il contorno toccare di nuovo il primo, oppure \
        «Fine».",
    finish: "Fine",
    measure_keys: "Con la tastiera: le frecce spostano la mappa, Spazio mette un angolo nel mirino, \
        Backspace ne toglie uno, Invio termina, Esc esce.",
    measure_done: "Cliccare per iniziare un altro contorno. Esc chiude.",
    measure_crossed: "Il contorno incrocia sé stesso, quindi non ha superficie.",
    around: With::new("{0} di contorno"),
    save_image: "Salva un’immagine della vista",
    saved: "Immagine salvata.",
    saved_plain: "Salvata senza la mappa di sfondo: il suo server non consente copie.",
    not_saved: "Il browser non ha potuto creare un’immagine di questa vista. Può aiutare una \
        finestra più piccola.",
    picture_of: With::new("{0}. Immagini di prima e dopo: {1}."),
    picture_made: With::new("Fatto con {0} il {1}."),
    coverage_due: "aggiornamento dovuto",
    coverage_stale: "mappa vecchia",
    coverage_pending: "ancora senza mappa",
    coverage_failed: "aggiornamento non riuscito",
    coverage_broken: "non leggibile",

    reading_loading: "Lettura della mappa…",
    unburned_point: "Non bruciato, per quanto vedono i satelliti",
    unburned_tile: "Tutto ciò che si è visto qui intorno è non bruciato.",
    no_value: With::new("Non visto qui: {0}"),
    no_map_here: "Qui non c’è ancora una mappa",
    no_map_here_detail: "La regione è configurata, ma nessuna mappa è stata pubblicata.",
    outside_regions: "Fuori dalle regioni con mappa",
    outside_regions_detail: "Qui non c’è una mappa. Le mappe sono dentro le regioni delimitate.",
    nearest: With::new("Il più vicino: {0}, a {1}."),
    unavailable: "Non è stato possibile caricare questa parte della mappa",
    unavailable_detail: "Controllare la connessione e cliccare di nuovo.",
    mostly_empty: With::new("Qui intorno non si è visto nulla, soprattutto per: {0}."),
    dnbr: With::new("dNBR {0}"),
    dnbr_below: With::new("dNBR inferiore a {0}"),
    dnbr_and_more: With::new("dNBR {0} e oltre"),
    read_from: With::new("Letto dalla mappa di {0}."),
    nightly_cells: With::new("Mappa giornaliera, celle di {0} m"),
    empty: [
        "fuori dalla regione",
        "fuori dalla zona dell’incendio",
        "mai osservato",
        "nuvola, ombra o neve",
        "acqua",
        "nessun dato",
    ],
    empty_detail: [
        "La regione finisce prima di questo luogo.",
        "È mappata solo la zona dell’incendio.",
        "Nessuna immagine di prima, o nessuna di dopo l’incendio.",
        "Nuvoloso in tutte le immagini di prima, o in tutte quelle di dopo l’incendio.",
        "Acqua (lago, fiume o mare).",
        "Le immagini non hanno dati qui.",
    ],
    north: "N",
    south: "S",
    east: "E",
    west: "O",

    latest_image: "Immagini fino al",
    cell_size: "Dimensione delle celle",
    last_update: "Mappa calcolata",
    last_attempt: "Ultimo tentativo",
    burnt_title: "Bruciato",
    changed_title: "Cambiato",
    low_res: With::new("Celle di {0} m. Per 20 m scegliere «Alta risoluzione»."),
    high_res_here: "Alta risoluzione qui",
    high_res_missing: "Questo sito non offre l’alta risoluzione su richiesta.",
    burning_note: With::new(
        "Ancora in corso, o di fine ignota: la mappa mostra ciò che era bruciato entro il \
            {0}, dove il terreno era visibile.",
    ),
    rolling_note: With::new(
        "Qui non è nota la data di alcun incendio. La mappa mostra ciò che è cambiato tra \
            il {0} e il {1}: fuoco, ma anche tagli, raccolti o siccità.",
    ),
    change_only: "Mostra cambiamenti, non solo fuoco.",
    points_since: With::new("I punti di fuoco attivo sono noti dal {0}."),
    parted_note: With::new(
        "La severità è colorata dove i satelliti hanno visto fuoco. {0} sono cambiati \
            come dopo un incendio dove non ne hanno visto dal {1}.",
    ),
    no_fire_seen: "Cambiato, nessun fuoco visto",
    no_fire_since: With::new(
        "Cambiato come dopo un incendio ({0}), ma qui non è stato rilevato fuoco dal {1}.",
    ),
    areas: "Superficie per classe",
    counted_from: With::new("contato da celle di {0} m"),
    images: "Immagini confrontate",
    before: "Prima",
    after: "Dopo",
    searched: With::new("cercato: {0}"),
    why_windows: "Perché questi giorni",
    around_fire: With::new("Intorno all’incendio del {0}."),
    explicit_windows: "Date scelte dal gestore del sito.",
    since_fire: With::new(
        "L’incendio è iniziato il {0} e la sua fine non è nota: le ultime immagini da \
            allora.",
    ),
    rolling_windows: With::new(
        "Nessuna data di incendio: gli ultimi {0} giorni rispetto agli stessi giorni \
            dell’anno precedente.",
    ),
    scenes: With::new("Immagini usate ({0})"),
    cloud: "Nuvole",
    cloud_unknown: "ignoto",
    offset: "Correzione",
    scenes_unused: With::new("Immagini non usate ({0})"),
    offset_raster_bands: "correzione di raster:bands dell’immagine",
    offset_none: "né l’immagine né la collezione hanno una correzione",
    offset_collection: "correzione della collezione",
    offset_below_04_00: "versione di elaborazione anteriore a 04.00",
    offset_boa_applied: "boa_offset_applied è true",
    offset_boa_doubted: "non verificato: boa_offset_applied è true, ma nessun pixel è più scuro della \
        correzione",
    offset_as_delivered: "versione di elaborazione da 04.00 in poi, file come consegnati",
    offset_dark_pixels: "pixel più scuri di quanto la correzione permetta: già sottratta",
    offset_unverified_bands: "non verificato: correzione di raster:bands dell’immagine",
    offset_unverified_baseline: "non verificato: versione da 04.00 in poi, l’immagine non indica una correzione",
    offset_raster_bands_in_dn: "correzione di raster:bands dell’immagine, in numeri digitali",
    offset_unverified_none: "non verificato: né l’immagine né la collezione hanno una correzione",
    skipped_duplicate: With::new("doppione di {0}"),
    skipped_too_cloudy: With::new("copertura nuvolosa {0} %, superiore a {1} %"),
    skipped_better_scenes: With::new("{0} immagini migliori del {1}"),
    skipped_unreadable: "i suoi file non sono leggibili",
    skipped_refused: "i suoi file si trovano dove il catalogo non può rimandare",
    warning_incomplete_search: With::new(
        "Possono mancare immagini: il catalogo ne dichiara {0} e ne ha inviate {1}.",
    ),
    warning_unrequested: With::new(
        "Possono mancare immagini: di {1} inviate dal catalogo, {0} non corrispondono \
            alla ricerca.",
    ),
    warning_unmasked: With::new(
        "Immagini senza maschera delle nuvole: {0}. Le loro nuvole possono sembrare \
            terreno bruciato.",
    ),
    warning_other_mask: With::new(
        "Immagini la cui maschera delle nuvole è descritta in altro modo: {0}. Le nuvole \
            possono sembrare terreno bruciato.",
    ),
    warning_mostly_burnt: With::new(
        "Il {0} % del terreno visto è bruciato. È raro: forse le immagini differiscono \
            per un altro motivo.",
    ),
    warning_mostly_regrown: With::new(
        "Il {0} % del terreno visto è rinverdito. È raro: forse le immagini differiscono \
            per un altro motivo.",
    ),
    warning_less_seen: With::new(
        "Immagini che mostrano meno terreno di quanto indica il loro catalogo: {0}.",
    ),
    warning_uncertain_offset: With::new(
        "Immagini dalla scala incerta: {0}. Tutte le severità possono essere sbagliate.",
    ),
    warning_no_fire_for_offset: "Nessuna correzione del dNBR sottratta: non si sa quale terreno è bruciato.",
    warning_small_offset_ring: With::new(
        "Nessuna correzione del dNBR sottratta: intorno all’incendio ci sono solo {0} \
            celle libere da nuvole.",
    ),
    warning_background_drift: With::new(
        "Il terreno non bruciato ha un dNBR di {0}. Tutte le severità sono spostate di \
            circa altrettanto.",
    ),
    warning_sparse_vegetation: With::new(
        "È bruciata erba o vegetazione rada (NBR mediano prima: {0}). Le classi valgono \
            per terreni boscosi, e RdNBR è instabile.",
    ),
    warning_low_sun: With::new(
        "Immagini con il sole sotto i 25°: {0}. I pendii in ombra possono sembrare \
            bruciati.",
    ),
    warning_drifting_orbit: With::new(
        "Immagini di Landsat 7 da quando la sua orbita è stata abbassata: {0}. \
            Differiscono dalle altre per la sola luce.",
    ),
    provisional_point: With::new(
        "{0}. Visibile finora in una sola immagine, non confermato da un’altra.",
    ),
    provisional_title: "Provvisorio",
    provisional: With::new("{0} bruciati finora in una sola immagine, non confermati da un’altra"),
    empty_part: "Non visto",
    nothing_empty: "nulla, ogni cella ha un valore",
    of_the_region: With::new("{0} della regione"),
    quality: "Qualità",
    implausible: "Valori impossibili",
    background: "dNBR del terreno non bruciato",
    background_value: With::new("{0} ± {1}"),
    clear_views: "Immagini nitide per cella",
    masks: "Mascherato",
    links: "Scarica e riusa",
    metadata_link: "Metadati (JSON)",
    raster_link: "Raster (GeoTIFF)",
    layer_links: [
        "Giorno dell’immagine di prima (GeoTIFF)",
        "Giorno dell’immagine di dopo (GeoTIFF)",
        "Immagini nitide (GeoTIFF)",
        "Perché una cella è vuota (GeoTIFF)",
    ],
    tiles_link: "Tessere per QGIS (XYZ)",
    copy: "Copia",
    copy_what: With::new("Copia: {0}"),
    copied: "Copiato",
    copy_failed: "La copia non è permessa: selezionare il testo e copiarlo.",
    cite: "Cita questa mappa",
    citation: With::new(
        "{0}: severità del fuoco (dNBR), {1}. Immagini di {2} e {3}; mappa del {4}, \
            esecuzione {5}. {6}. {7}, consultata il {8}.",
    ),

    last_run_failed: With::new("L’ultimo aggiornamento non è riuscito: {0}"),
    last_run_waits: "Il prossimo aggiornamento attende un’immagine nitida.",
    failures_in_a_row: With::new("{0} aggiornamenti di fila non sono riusciti."),
    old_map_stays: "La mappa mostrata è l’ultima riuscita.",
    technical_message: "Messaggio tecnico",
    no_scene_before: "non c’è un’immagine abbastanza nitida di prima dell’incendio.",
    no_scene_after: "non c’è un’immagine abbastanza nitida di dopo l’incendio.",
    unreadable_scenes: "non è stato possibile leggere immagini dall’archivio.",
    too_little_seen: "nuvole o lacune nascondono troppa parte della regione.",
    disk_full: "il server ha troppo poco spazio libero su disco.",
    took_too_long: "il calcolo della mappa ha richiesto troppo tempo.",
    was_killed: "il server si è fermato durante il calcolo.",
    catalogue_silent: "il catalogo delle immagini non è raggiungibile.",
    unknown_failure: "un errore che i gestori del sito devono esaminare.",
    pending_detail: "Ancora senza mappa. La prima apparirà dopo il prossimo aggiornamento notturno.",
    waiting_detail: "Non c’è ancora un’immagine nitida di dopo l’incendio. La mappa seguirà appena ce \
        ne sarà una.",
    earlier_map: With::new("Questa è una mappa precedente, con immagini fino al {0}."),
    earlier_maps: "Mappe precedenti",
    newest_map: "La mappa più recente",
    region_loading: "Caricamento della descrizione di questa regione…",
    region_broken: "Non è stato possibile caricare la descrizione di questa regione. Le altre \
        regioni non sono interessate.",

    search: "Cerca un luogo",
    search_placeholder: "Luogo, incendio o coordinate",
    search_results: "Risultati della ricerca",
    loading_places: "Caricamento dell’elenco dei luoghi…",
    places_missing: "Non è stato possibile caricare l’elenco dei luoghi; si possono ancora cercare \
        regioni e coordinate.",
    nothing_found: "Nessun risultato. Provare un’altra grafia, o coordinate come 35.12, -119.9.",
    press_enter: "Non è nell’elenco dei luoghi. Premere Invio per cercare un indirizzo.",
    results_found: With::new("{0} risultati"),
    inhabitants: With::new("{0} abitanti"),
    a_region: "Regione",
    group: With::new("Gruppo: {0}"),
    a_fire: "Incendio",
    a_position: "Posizione",
    latitude_first: "prima la latitudine",
    longitude_first: "prima la longitudine",
    ambiguous: "Sono possibili due letture. Di solito viene prima la latitudine; aggiungere N, \
        S, E o W per essere sicuri.",
    not_on_earth: "La latitudine va da −90 a 90, la longitudine da −180 a 180.",

    retry: "Riprova",
    dismiss: "Ignora",
    index_problem: "Non è stato possibile caricare l’elenco delle regioni.",
    line_problem: "Non è stato possibile leggere una regione dell’elenco.",
    lines_problem: With::new("Non è stato possibile leggere {0} regioni dell’elenco."),
    region_problem: With::new("Non è stato possibile caricare {0}."),
    regions_problem: With::new("Non è stato possibile caricare {0} regioni."),
    tiles_problem: With::new("Non è stato possibile caricare alcune tessere di {0}."),
    land_problem: "Non è stato possibile caricare i contorni delle terre.",
    basemap_problem: With::new("Non è stato possibile caricare lo sfondo «{0}»."),
    language_problem: With::new("Non è stato possibile caricare la pagina in questa lingua: {0}."),
    tools_problem: "Non è stato possibile caricare questo strumento.",
    config_problem: "Non è stato possibile caricare le impostazioni di questo sito.",

    help: "Che cosa mostra questa mappa?",
    help_title: "Che cosa mostra questa mappa",
    third_party_notices: "Note di terze parti",
    explanations: [
        (
            "dNBR",
            "Le piante sane riflettono molto infrarosso vicino e poco infrarosso a onde \
                corte; il terreno bruciato fa il contrario. L’indice normalizzato di area \
                bruciata (NBR) confronta i due. Il dNBR è l’NBR di prima dell’incendio meno \
                quello di dopo: 0 significa nessun cambiamento; più è alto, più vegetazione è \
                andata persa.",
        ),
        (
            "Le classi",
            "Severità bassa, media e alta sono intervalli di dNBR pubblicati dal Servizio \
                geologico degli Stati Uniti (Key e Benson, 2006). Non sono stati adattati a ogni \
                paesaggio: lo stesso numero può significare più o meno danno in prati, macchia o \
                bosco. Accanto alla classe c’è sempre il valore.",
        ),
        (
            "I suoi limiti",
            "La mappa vede la vegetazione dall’alto. Non vede danni agli edifici, fuoco sotto \
                una chioma chiusa o suolo sotto la superficie. Siccità, raccolti, tagli, neve e \
                foschia possono sembrare fuoco. Ciò che le nuvole hanno nascosto è tratteggiato: \
                non visto non vuol dire non bruciato. Un incendio più piccolo di una cella viene \
                mediato con ciò che lo circonda; la dimensione delle celle è accanto alle \
                superfici.",
        ),
        (
            "Mappe di incendi e mappe continue",
            "Dove la data di un incendio è nota, si confrontano immagini di poco prima con \
                immagini di poco dopo; finché la sua fine non è nota, con le più recenti. \
                Altrove la mappa è continua: le ultime settimane rispetto alle stesse settimane \
                dell’anno precedente. Mostra ciò che è cambiato tra le due date, qualunque sia \
                la causa.",
        ),
        (
            "Non è una mappa ufficiale",
            "È fatta automaticamente da immagini satellitari aperte, e nessuno l’ha \
                verificata sul terreno. Per evacuazione, assicurazione o sicurezza rivolgersi \
                alle autorità.",
        ),
    ],
};
