//! The page in Spanish.

use crate::i18n::day::DayNames;
use crate::i18n::phrases::{Numbers, Phrases, With};

pub static PHRASES: Phrases = Phrases {
    numbers: Numbers { decimal_mark: ",", thousands_mark: ".", acre: "acres" },
    days: DayNames {
        months: [
            "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic",
        ],
        after_day: "",
    },

    tagline: "Cuánto se quemó el terreno, visto por satélite antes y después del incendio.",
    caveat: "Muestra cómo cambiaron las plantas, vistas desde satélites. No muestra daños en \
        edificios. No es un mapa oficial.",
    map: "Mapa de la severidad del fuego",
    close: "Cerrar",
    show_panel: "Mostrar regiones y leyenda",
    hide_panel: "Mostrar más mapa",
    natural_earth: "Tierra y fronteras: Natural Earth",
    geonames: "Lugares: GeoNames (CC BY 4.0)",
    settings: "Idioma y unidades",
    language_title: "Idioma",
    units_title: "Superficies",
    hectares: "Hectáreas",
    acres: "Acres",
    open_full_map: "Abrir el mapa completo",
    imprint: "Aviso legal",
    privacy: "Privacidad",
    damage_map: "Mapa oficial de daños",

    legend: "Severidad del fuego",
    legend_titles: [
        "Más verde que antes",
        "Sin quemar",
        "Severidad baja",
        "Severidad media, mitad inferior",
        "Severidad media, mitad superior",
        "Severidad alta",
    ],
    any_value: "cualquier valor",
    below: With::new("menos de {0}"),
    and_more: With::new("{0} o más"),
    from_to: With::new("{0} a {1}"),
    hint: "Pulse en el mapa para leer un valor.",
    colours: "Colores",
    palette_titles: ["Aptos para daltónicos", "Habituales (UN-SPIDER)", "Como MTBS"],
    opacity: "Opacidad",
    basemap: "Fondo",
    plain_basemap: "Sencillo",

    regions: "Regiones",
    find_region: "Buscar una región en la lista",
    loading_regions: "Cargando las regiones…",
    slow_regions: "Las regiones tardan más de lo habitual. Puede que la conexión sea lenta.",
    regions_missing: "No se pudieron cargar las regiones.",
    no_regions: "Aún no hay regiones. Los mapas aparecerán aquí cuando el responsable del sitio \
        las añada.",
    no_region_matches: "Ninguna región con ese nombre.",
    regions_found: With::new("{0} de {1} regiones"),
    more_regions: With::new("{0} más: escriba un nombre para encontrarlas."),
    about_region: With::new("Acerca de {0}"),
    fires: "Incendios",
    find_fire: "Buscar un incendio en la lista",
    fire_order: "Ordenar por",
    fire_orders: ["Último visto", "Tamaño", "Cercanía"],
    fires_in_view: "Solo a la vista",
    no_fires: "Ahora no se conoce ningún incendio.",
    no_fire_matches: "Ningún incendio con ese nombre o lugar.",
    fires_found: With::new("{0} de {1} incendios"),
    more_fires: With::new("{0} más: escriba un lugar para encontrarlos."),
    fires_checked: With::new("Incendios comprobados por última vez el {0} ({1})."),
    fire_gone: "Ese incendio ya no figura en la lista.",
    fire_states: [
        "Activo",
        "Activo de nuevo",
        "Sin nuevas detecciones",
        "Apagado",
        "Apagado, mapa definitivo",
    ],
    by_detections: "según detecciones por satélite",
    fire_by_map: With::new("{0}. {1} quemadas, según el mapa de imágenes de satélite."),
    fire_images: With::new("Sus imágenes terminan el {0}."),
    fire_by_points: With::new("{0}. {1} dentro del contorno de las detecciones por satélite."),
    area_by_map: "Quemado, según el mapa",
    area_by_map_note: "Terreno que cambió como al quemarse y toca una detección. Muestra plantas, no \
        casas.",
    area_by_points: "Según detecciones",
    area_by_points_note: "Las detecciones miden cientos de metros: casi siempre abarcan más de lo quemado, \
        y un fuego breve no se detecta.",
    fire_seen: "Primera y última detección",
    growth: "Superficie según detecciones, día a día",
    no_fire_map: [
        "Sin mapa: el incendio es demasiado pequeño.",
        "Sin mapa: el incendio es demasiado grande para un solo mapa.",
        "Aún sin mapa: está en espera.",
        "Sin mapa: no se pudo calcular. Se intentará de nuevo.",
    ],
    outlines_link: "Contornos y avance (GeoJSON)",
    fires_problem: "No se pudo cargar la lista de incendios.",
    fire_lines_problem: With::new("No se pudieron leer {0} incendios de la lista."),
    burnt: "quemado",
    changed: "cambiado",
    images_before_and_after: With::new("Imágenes de antes del incendio: {0}. De después: {1}."),

    pending: "Aún sin mapa",
    images_until: With::new("Imágenes hasta el {0} ({1})"),
    map_of: With::new("Mapa del {0}"),
    note_overdue: "actualización atrasada",
    note_stale: "actualización muy atrasada",
    note_failed: "actualización fallida",
    note_waiting: "a la espera de una imagen clara",
    no_map_published: "Ningún mapa publicado",
    failed_first: "Falló la primera actualización",
    waiting_first: "A la espera de una imagen clara",
    description_broken: "No se pudo cargar su descripción",
    today: "hoy",
    yesterday: "ayer",
    days_ago: With::new("hace {0} días"),
    months_ago: With::new("hace {0} meses"),
    years_ago: With::new("hace {0} años"),
    of_today: "de hoy",
    one_day_old: "de hace 1 día",
    days_old: With::new("de hace {0} días"),
    months_old: With::new("de hace {0} meses"),
    years_old: With::new("de hace {0} años"),

    share: "Copiar enlace a esta vista",
    shared: "Enlace copiado.",
    not_shared: "No se pudo copiar el enlace: copie la dirección de la página.",
    compare: "Comparar con el fondo",
    divider: "Divisor: severidad del fuego a la izquierda, fondo a la derecha",
    range_least: "dNBR mínimo mostrado",
    no_limit: "cualquiera",
    range_end: "dNBR máximo mostrado",
    legend_use: "Toque una clase para ocultarla o mostrarla.",
    areas_of: With::new("Mapa diario de {0}, celdas de {1} m"),
    seen_once: With::new("Visto una sola vez, sin confirmar: {0}."),
    nightly_maps: "Mapas diarios",
    not_seen: "No visto: nubes o sin imagen",
    outside_zone: "No examinado: fuera de la zona del incendio",
    patch: With::new("Cicatriz de incendio, {0}, clase más alta: {1}. Ir allí."),
    tools: "Herramientas",
    loading_tools: "Cargando esta herramienta…",
    locate: "Mostrar dónde estoy",
    locating: "Buscando su ubicación…",
    located: With::new("Está aquí (± {0}). Su posición no se incluye en el enlace."),
    not_located_in_the_open: "La ubicación requiere https. Avise al responsable del sitio.",
    not_located_refused: "La ubicación está bloqueada para este sitio. Permítala en el navegador e \
        inténtelo de nuevo.",
    not_located_in_time: "Se tardó demasiado en encontrar su ubicación. Inténtelo de nuevo, si puede a \
        cielo abierto.",
    not_located: "Su dispositivo no encontró ninguna ubicación. Compruebe que el servicio de \
        ubicación esté activado.",
    highres: "Alta resolución",
    measure: "Medir una superficie",
    measure_how: "Toque las esquinas. Para cerrar el contorno, toque otra vez la primera o \
        «Terminar».",
    finish: "Terminar",
    measure_keys: "Con el teclado: las flechas mueven el mapa, Espacio pone una esquina en la cruz, \
        Retroceso quita una, Intro termina, Escape sale.",
    measure_done: "Pulse para empezar otro contorno. Esc cierra.",
    measure_crossed: "El contorno se cruza consigo mismo, así que no tiene superficie.",
    around: With::new("{0} de contorno"),
    save_image: "Guardar imagen de esta vista",
    saved: "Imagen guardada.",
    saved_plain: "Guardada sin el mapa de fondo: su servidor no permite copias.",
    not_saved: "El navegador no pudo crear una imagen de esta vista. Puede ayudar una ventana \
        más pequeña.",
    picture_of: With::new("{0}. Imágenes de antes y después: {1}."),
    picture_made: With::new("Hecho con {0} el {1}."),
    coverage_due: "actualización pendiente",
    coverage_stale: "mapa antiguo",
    coverage_pending: "aún sin mapa",
    coverage_failed: "actualización fallida",
    coverage_broken: "no legible",

    reading_loading: "Leyendo el mapa…",
    unburned_point: "Sin quemar, hasta donde ven los satélites",
    unburned_tile: "Todo lo visto por aquí está sin quemar.",
    no_value: With::new("No visto aquí: {0}"),
    no_map_here: "Aquí aún no hay mapa",
    no_map_here_detail: "La región está configurada, pero no se publicó ningún mapa.",
    outside_regions: "Fuera de las regiones con mapa",
    outside_regions_detail: "Aquí no hay mapa. Los mapas están dentro de las regiones delimitadas.",
    nearest: With::new("Lo más cercano: {0}, a {1}."),
    unavailable: "No se pudo cargar esta parte del mapa",
    unavailable_detail: "Compruebe la conexión y pulse de nuevo.",
    mostly_empty: With::new("Por aquí no se vio nada; sobre todo: {0}."),
    dnbr: With::new("dNBR {0}"),
    dnbr_below: With::new("dNBR menor que {0}"),
    dnbr_and_more: With::new("dNBR {0} o más"),
    read_from: With::new("Leído en el mapa de {0}."),
    nightly_cells: With::new("Mapa diario, celdas de {0} m"),
    empty: [
        "fuera de la región",
        "fuera de la zona del incendio",
        "nunca observado",
        "nube, sombra o nieve",
        "agua",
        "sin datos",
    ],
    empty_detail: [
        "La región termina antes de este lugar.",
        "Solo hay mapa de la zona del incendio.",
        "No hay imagen de antes o no hay imagen de después del incendio.",
        "Nublado en todas las imágenes de antes o en todas las de después del incendio.",
        "Agua (lago, río o mar).",
        "Las imágenes no tienen datos aquí.",
    ],
    north: "N",
    south: "S",
    east: "E",
    west: "O",

    latest_image: "Imágenes hasta",
    cell_size: "Tamaño de celda",
    last_update: "Mapa calculado",
    last_attempt: "Último intento",
    burnt_title: "Quemado",
    changed_title: "Cambiado",
    low_res: With::new("Celdas de {0} m. Para 20 m elija «Alta resolución»."),
    high_res_here: "Alta resolución aquí",
    high_res_missing: "Este sitio no ofrece alta resolución a petición.",
    burning_note: With::new(
        "Aún activo, o con final desconocido: el mapa muestra lo quemado hasta el {0}, \
            donde se vio el terreno.",
    ),
    rolling_note: With::new(
        "Aquí no se conoce la fecha de ningún incendio. El mapa muestra lo que cambió \
            entre el {0} y el {1}: fuego, pero también talas, cosechas o sequía.",
    ),
    change_only: "Muestra cambios, no solo fuego.",
    points_since: With::new("Se conocen puntos de fuego activo desde el {0}."),
    parted_note: With::new(
        "La severidad se pinta donde los satélites vieron fuego. {0} cambiaron como al \
            quemarse donde no vieron ninguno desde el {1}.",
    ),
    no_fire_seen: "Cambiado, sin fuego visto",
    no_fire_since: With::new(
        "Cambió como al quemarse ({0}), pero aquí no se detectó fuego desde el {1}.",
    ),
    areas: "Superficie por clase",
    counted_from: With::new("contado en celdas de {0} m"),
    images: "Imágenes comparadas",
    before: "Antes",
    after: "Después",
    searched: With::new("buscado: {0}"),
    why_windows: "Por qué estos días",
    around_fire: With::new("En torno al incendio del {0}."),
    explicit_windows: "Fechas elegidas por el responsable del sitio.",
    since_fire: With::new(
        "El incendio empezó el {0} y no se conoce su final: las últimas imágenes desde \
            entonces.",
    ),
    rolling_windows: With::new(
        "No hay fecha de incendio: los últimos {0} días frente a los mismos días del año \
            anterior.",
    ),
    scenes: With::new("Imágenes usadas ({0})"),
    cloud: "Nubes",
    cloud_unknown: "se desconoce",
    offset: "Corrección",
    scenes_unused: With::new("Imágenes no usadas ({0})"),
    offset_raster_bands: "corrección de raster:bands de la imagen",
    offset_none: "ni la imagen ni la colección tienen corrección",
    offset_collection: "corrección de la colección",
    offset_below_04_00: "versión de proceso anterior a 04.00",
    offset_boa_applied: "boa_offset_applied es true",
    offset_boa_doubted: "sin verificar: boa_offset_applied es true, pero ningún píxel es más oscuro que \
        la corrección",
    offset_as_delivered: "versión de proceso 04.00 o posterior, archivos tal como se entregan",
    offset_dark_pixels: "píxeles más oscuros de lo que permite la corrección: ya restada",
    offset_unverified_bands: "sin verificar: corrección de raster:bands de la imagen",
    offset_unverified_baseline: "sin verificar: versión 04.00 o posterior, la imagen no indica corrección",
    offset_raster_bands_in_dn: "corrección de raster:bands de la imagen, en números digitales",
    offset_unverified_none: "sin verificar: ni la imagen ni la colección tienen corrección",
    skipped_duplicate: With::new("duplicado de {0}"),
    skipped_too_cloudy: With::new("nubosidad del {0} %, superior al {1} %"),
    skipped_better_scenes: With::new("{0} imágenes mejores del {1}"),
    skipped_unreadable: "no se pueden leer sus archivos",
    skipped_refused: "sus archivos están donde el catálogo no puede remitir",
    warning_incomplete_search: With::new(
        "Pueden faltar imágenes: el catálogo indica que coinciden {0} y envió {1}.",
    ),
    warning_unrequested: With::new(
        "Pueden faltar imágenes: de {1} que envió el catálogo, {0} no corresponden a la \
            búsqueda.",
    ),
    warning_unmasked: With::new(
        "Imágenes sin máscara de nubes: {0}. Sus nubes pueden parecer terreno quemado.",
    ),
    warning_other_mask: With::new(
        "Imágenes cuya máscara de nubes se describe de otro modo: {0}. Las nubes pueden \
            parecer terreno quemado.",
    ),
    warning_mostly_burnt: With::new(
        "El {0} % del terreno visto está quemado. Es raro: puede que las imágenes \
            difieran por otra causa.",
    ),
    warning_mostly_regrown: With::new(
        "El {0} % del terreno visto ha reverdecido. Es raro: puede que las imágenes \
            difieran por otra causa.",
    ),
    warning_less_seen: With::new(
        "Imágenes que muestran menos terreno del que indica su catálogo: {0}.",
    ),
    warning_uncertain_offset: With::new(
        "Imágenes cuya escala es dudosa: {0}. Todas las severidades pueden ser erróneas.",
    ),
    warning_no_fire_for_offset: "No se restó la corrección del dNBR: no se sabe qué terreno se quemó.",
    warning_small_offset_ring: With::new(
        "No se restó la corrección del dNBR: solo hay {0} celdas despejadas en torno al \
            incendio.",
    ),
    warning_background_drift: With::new(
        "El terreno no quemado tiene un dNBR de {0}. Todas las severidades se desvían más \
            o menos lo mismo.",
    ),
    warning_sparse_vegetation: With::new(
        "Se quemó hierba o vegetación escasa (mediana del NBR antes: {0}). Las clases son \
            para terreno leñoso, y RdNBR es inestable.",
    ),
    warning_low_sun: With::new(
        "Imágenes con el sol por debajo de 25°: {0}. Las laderas en sombra pueden parecer \
            quemadas.",
    ),
    warning_drifting_orbit: With::new(
        "Imágenes de Landsat 7 desde que bajó su órbita: {0}. Difieren de las demás solo \
            por la luz.",
    ),
    provisional_point: With::new(
        "{0}. Visible hasta ahora en una sola imagen, sin confirmar por otra.",
    ),
    provisional_title: "Provisional",
    provisional: With::new("{0} quemadas hasta ahora en una sola imagen, sin confirmar por otra"),
    empty_part: "No visto",
    nothing_empty: "nada, todas las celdas tienen valor",
    of_the_region: With::new("{0} de la región"),
    quality: "Calidad",
    implausible: "Valores imposibles",
    background: "dNBR del terreno no quemado",
    background_value: With::new("{0} ± {1}"),
    clear_views: "Imágenes claras por celda",
    masks: "Enmascarado",
    links: "Descargar y reutilizar",
    metadata_link: "Metadatos (JSON)",
    raster_link: "Ráster (GeoTIFF)",
    layer_links: [
        "Día de la imagen de antes (GeoTIFF)",
        "Día de la imagen de después (GeoTIFF)",
        "Imágenes claras (GeoTIFF)",
        "Por qué está vacía una celda (GeoTIFF)",
    ],
    tiles_link: "Teselas para QGIS (XYZ)",
    copy: "Copiar",
    copy_what: With::new("Copiar: {0}"),
    copied: "Copiado",
    copy_failed: "No se permitió copiar: seleccione el texto y cópielo.",
    cite: "Citar este mapa",
    citation: With::new(
        "{0}: severidad del fuego (dNBR), {1}. Imágenes de {2} y {3}; mapa del {4}, \
            ejecución {5}. {6}. {7}, consultado el {8}.",
    ),

    last_run_failed: With::new("Falló la última actualización: {0}"),
    last_run_waits: "La próxima actualización espera una imagen clara.",
    failures_in_a_row: With::new("Han fallado {0} actualizaciones seguidas."),
    old_map_stays: "Se muestra el último mapa que se pudo hacer.",
    technical_message: "Mensaje técnico",
    no_scene_before: "no hay ninguna imagen bastante clara de antes del incendio.",
    no_scene_after: "no hay ninguna imagen bastante clara de después del incendio.",
    unreadable_scenes: "no se pudieron leer imágenes del archivo.",
    too_little_seen: "las nubes o los huecos ocultan demasiada parte de la región.",
    disk_full: "el servidor tiene poco espacio libre en disco.",
    took_too_long: "el cálculo del mapa tardó demasiado.",
    was_killed: "el servidor se detuvo mientras calculaba.",
    catalogue_silent: "no se pudo acceder al catálogo de imágenes.",
    unknown_failure: "un error que deben revisar los responsables del sitio.",
    pending_detail: "Aún sin mapa. El primero aparecerá tras la próxima actualización nocturna.",
    waiting_detail: "Aún no hay ninguna imagen clara posterior al incendio. El mapa llegará en cuanto \
        la haya.",
    earlier_map: With::new("Este es un mapa anterior, con imágenes hasta el {0}."),
    earlier_maps: "Mapas anteriores",
    newest_map: "Ver el mapa más nuevo",
    region_loading: "Cargando la descripción de esta región…",
    region_broken: "No se pudo cargar la descripción de esta región. Las demás no están afectadas.",

    search: "Buscar un lugar",
    search_placeholder: "Lugar, incendio o coordenadas",
    search_results: "Resultados de la búsqueda",
    loading_places: "Cargando la lista de lugares…",
    places_missing: "No se pudo cargar la lista de lugares; aún puede buscar regiones y coordenadas.",
    nothing_found: "No se encontró nada. Pruebe otra grafía, o coordenadas como 35.12, -119.9.",
    press_enter: "No está en la lista de lugares. Pulse Intro para buscar una dirección.",
    results_found: With::new("{0} resultados"),
    inhabitants: With::new("{0} habitantes"),
    a_region: "Región",
    group: With::new("Grupo: {0}"),
    a_fire: "Incendio",
    a_position: "Posición",
    latitude_first: "latitud primero",
    longitude_first: "longitud primero",
    ambiguous: "Hay dos lecturas posibles. Lo habitual es la latitud primero; añada N, S, E o W \
        para estar seguro.",
    not_on_earth: "La latitud va de −90 a 90; la longitud, de −180 a 180.",

    retry: "Reintentar",
    dismiss: "Descartar",
    index_problem: "No se pudo cargar la lista de regiones.",
    line_problem: "No se pudo leer una región de la lista.",
    lines_problem: With::new("No se pudieron leer {0} regiones de la lista."),
    region_problem: With::new("No se pudo cargar {0}."),
    regions_problem: With::new("No se pudieron cargar {0} regiones."),
    tiles_problem: With::new("No se pudieron cargar algunas teselas de {0}."),
    land_problem: "No se pudieron cargar los contornos de la tierra.",
    basemap_problem: With::new("No se pudo cargar el fondo «{0}»."),
    language_problem: With::new("No se pudo cargar la página en este idioma: {0}."),
    tools_problem: "No se pudo cargar esta herramienta.",
    config_problem: "No se pudieron cargar los ajustes de este sitio.",

    help: "¿Qué muestra este mapa?",
    help_title: "Qué muestra este mapa",
    third_party_notices: "Avisos de terceros",
    explanations: [
        (
            "dNBR",
            "Las plantas sanas reflejan mucho infrarrojo cercano y poco infrarrojo de onda \
                corta; el terreno quemado, al revés. El índice normalizado de área quemada (NBR) \
                compara los dos. El dNBR es el NBR de antes del incendio menos el de después: 0 \
                significa sin cambios; cuanto más alto, más vegetación perdida.",
        ),
        (
            "Las clases",
            "Severidad baja, media y alta son intervalos de dNBR publicados por el Servicio \
                Geológico de Estados Unidos (Key y Benson, 2006). No se ajustaron a cada \
                paisaje: el mismo número puede significar más o menos daño en pasto, matorral o \
                bosque. Junto a la clase siempre figura el valor.",
        ),
        (
            "Sus límites",
            "El mapa ve la vegetación desde arriba. No ve daños en edificios, ni fuego bajo \
                un dosel cerrado, ni el suelo bajo la superficie. La sequía, la cosecha, la \
                tala, la nieve y la bruma pueden parecer fuego. Lo que ocultaron las nubes está \
                rayado: no visto no es sin quemar. Un fuego menor que una celda se promedia con \
                lo que lo rodea; el tamaño de las celdas figura junto a las superficies.",
        ),
        (
            "Mapas de incendios y mapas continuos",
            "Donde se conoce la fecha de un incendio, se comparan imágenes de justo antes con \
                otras de justo después; mientras no se conoce su final, con las más recientes. \
                En otros lugares el mapa es continuo: las últimas semanas frente a las mismas \
                semanas del año anterior. Muestra lo que cambió entre las dos fechas, sea cual \
                sea la causa.",
        ),
        (
            "No es un mapa oficial",
            "Se hace automáticamente con imágenes de satélite abiertas y nadie lo ha \
                comprobado sobre el terreno. Para evacuación, seguros o seguridad, consulte a \
                las autoridades.",
        ),
    ],
};
