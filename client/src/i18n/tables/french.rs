//! The page in French.

use crate::i18n::day::DayNames;
use crate::i18n::phrases::{Numbers, Phrases, With};

pub static PHRASES: Phrases = Phrases {
    numbers: Numbers { decimal_mark: ",", thousands_mark: "\u{202f}", acre: "acres" },
    days: DayNames {
        months: [
            "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
            "nov.", "déc.",
        ],
        after_day: "",
    },

    tagline: "À quel point le sol a brûlé, vu par satellite avant et après le feu.",
    caveat: "Montre comment les plantes ont changé, vues par satellite. Ne montre pas les \
        dégâts aux bâtiments. Ce n’est pas une carte officielle.",
    map: "Carte de la sévérité du feu",
    close: "Fermer",
    show_panel: "Afficher régions et légende",
    hide_panel: "Agrandir la carte",
    natural_earth: "Terres et frontières : Natural Earth",
    geonames: "Lieux : GeoNames (CC BY 4.0)",
    settings: "Langue et unités",
    language_title: "Langue",
    units_title: "Surfaces",
    hectares: "Hectares",
    acres: "Acres",
    open_full_map: "Ouvrir la carte complète",
    imprint: "Mentions légales",
    privacy: "Confidentialité",
    damage_map: "Carte officielle des dégâts",

    legend: "Sévérité du feu",
    legend_titles: [
        "Plus vert qu’avant",
        "Non brûlé",
        "Sévérité faible",
        "Sévérité moyenne, moitié inférieure",
        "Sévérité moyenne, moitié supérieure",
        "Sévérité forte",
    ],
    any_value: "toute valeur",
    below: With::new("moins de {0}"),
    and_more: With::new("{0} et plus"),
    from_to: With::new("de {0} à {1}"),
    hint: "Cliquez sur la carte pour lire une valeur.",
    colours: "Couleurs",
    palette_titles: ["Adaptées aux daltoniens", "Usuelles (UN-SPIDER)", "Comme MTBS"],
    opacity: "Opacité",
    basemap: "Fond",
    plain_basemap: "Simple",

    regions: "Régions",
    find_region: "Chercher une région dans la liste",
    loading_regions: "Chargement des régions…",
    slow_regions: "Les régions tardent plus que d’habitude. La connexion est peut-être lente.",
    regions_missing: "Les régions n’ont pas pu être chargées.",
    no_regions: "Pas encore de région. Les cartes apparaîtront ici quand le responsable du site \
        en aura ajouté.",
    no_region_matches: "Aucune région de ce nom.",
    regions_found: With::new("{0} régions sur {1}"),
    more_regions: With::new("{0} de plus : saisissez un nom pour les trouver."),
    about_region: With::new("À propos de {0}"),
    fires: "Feux",
    find_fire: "Chercher un feu dans la liste",
    fire_order: "Trier par",
    fire_orders: ["Dernière détection", "Taille", "Proximité"],
    fires_in_view: "Visibles seulement",
    no_fires: "Aucun feu connu actuellement.",
    no_fire_matches: "Aucun feu de ce nom ou en ce lieu.",
    fires_found: With::new("{0} feux sur {1}"),
    more_fires: With::new("{0} de plus : saisissez un lieu pour les trouver."),
    fires_checked: With::new("Feux vérifiés pour la dernière fois le {0} ({1})."),
    fire_gone: "Ce feu ne figure plus dans la liste.",
    fire_states: [
        "En cours",
        "De nouveau en cours",
        "Sans nouvelle détection",
        "Éteint",
        "Éteint, carte définitive",
    ],
    by_detections: "d’après les détections par satellite",
    fire_by_map: With::new("{0}. {1} brûlés, d’après la carte des images satellite."),
    fire_images: With::new("Ses images s’arrêtent le {0}."),
    fire_by_points: With::new("{0}. {1} dans le contour des détections par satellite."),
    area_by_map: "Brûlé, d’après la carte",
    area_by_map_note: "Sol qui a changé comme après un feu et qui touche une détection. Montre les \
        plantes, pas les maisons.",
    area_by_points: "D’après les détections",
    area_by_points_note: "Les détections font des centaines de mètres : elles couvrent en général plus que \
        le brûlé, et un feu bref échappe.",
    fire_seen: "Première et dernière détection",
    growth: "Surface d’après les détections, jour par jour",
    no_fire_map: [
        "Pas de carte : le feu est trop petit.",
        "Pas de carte : le feu est trop grand pour une seule carte.",
        "Pas encore de carte : elle attend son tour.",
        "Pas de carte : le calcul a échoué. Il sera retenté.",
    ],
    outlines_link: "Contours et progression (GeoJSON)",
    fires_problem: "La liste des feux n’a pas pu être chargée.",
    fire_lines_problem: With::new("{0} feux de la liste n’ont pas pu être lus."),
    burnt: "brûlé",
    changed: "changé",
    images_before_and_after: With::new("Images d’avant le feu : {0}. D’après : {1}."),

    pending: "Pas encore de carte",
    images_until: With::new("Images jusqu’au {0} ({1})"),
    map_of: With::new("Carte du {0}"),
    note_overdue: "mise à jour en retard",
    note_stale: "mise à jour très en retard",
    note_failed: "échec de la mise à jour",
    note_waiting: "en attente d’une image claire",
    no_map_published: "Aucune carte publiée",
    failed_first: "La première mise à jour a échoué",
    waiting_first: "En attente d’une image claire",
    description_broken: "Sa description n’a pas pu être chargée",
    today: "aujourd’hui",
    yesterday: "hier",
    days_ago: With::new("il y a {0} jours"),
    months_ago: With::new("il y a {0} mois"),
    years_ago: With::new("il y a {0} ans"),
    of_today: "d’aujourd’hui",
    one_day_old: "datant d’un jour",
    days_old: With::new("datant de {0} jours"),
    months_old: With::new("datant de {0} mois"),
    years_old: With::new("datant de {0} ans"),

    share: "Copier un lien vers cette vue",
    shared: "Lien copié.",
    not_shared: "Le lien n’a pas pu être copié : copiez l’adresse de la page.",
    compare: "Comparer avec le fond",
    divider: "Séparateur : sévérité du feu à gauche, fond à droite",
    range_least: "dNBR minimal affiché",
    no_limit: "toute valeur",
    range_end: "dNBR maximal affiché",
    legend_use: "Touchez une classe pour la masquer ou l’afficher.",
    areas_of: With::new("Carte quotidienne de {0}, cellules de {1} m"),
    seen_once: With::new("Vu une seule fois, non confirmé : {0}."),
    nightly_maps: "Cartes quotidiennes",
    not_seen: "Non vu : nuages, pas d’image",
    outside_zone: "Non examiné : hors de la zone du feu",
    patch: With::new("Trace de feu, {0}, classe la plus forte : {1}. Y aller."),
    tools: "Outils",
    loading_tools: "Chargement de cet outil…",
    locate: "Afficher ma position",
    locating: "Recherche de votre position…",
    located: With::new("Vous êtes ici (± {0}). Votre position n’est pas mise dans le lien."),
    not_located_in_the_open: "La localisation exige https. Prévenez le responsable du site.",
    not_located_refused: "La localisation est bloquée pour ce site. Autorisez-la dans le navigateur et \
        réessayez.",
    not_located_in_time: "La recherche de votre position a duré trop longtemps. Réessayez, si possible à \
        ciel ouvert.",
    not_located: "Votre appareil n’a trouvé aucune position. Vérifiez que son service de \
        localisation est activé.",
    highres: "Haute résolution",
    measure: "Mesurer une surface",
    measure_how: "Touchez les coins. Pour fermer le contour, touchez de nouveau le premier ou \
        « Terminer ».",
    finish: "Terminer",
    measure_keys: "Au clavier : les flèches déplacent la carte, Espace pose un coin au réticule, \
        Retour arrière en retire un, Entrée termine, Échap quitte.",
    measure_done: "Cliquez pour commencer un nouveau contour. Échap ferme.",
    measure_crossed: "Le contour se croise lui-même : il n’a pas de surface.",
    around: With::new("{0} de tour"),
    save_image: "Enregistrer une image de la vue",
    saved: "Image enregistrée.",
    saved_plain: "Enregistrée sans le fond de carte : son serveur n’autorise pas les copies.",
    not_saved: "Le navigateur n’a pas pu créer d’image de cette vue. Une fenêtre plus petite \
        peut aider.",
    picture_of: With::new("{0}. Images d’avant et d’après : {1}."),
    picture_made: With::new("Fait avec {0} le {1}."),
    coverage_due: "mise à jour à faire",
    coverage_stale: "carte ancienne",
    coverage_pending: "pas encore de carte",
    coverage_failed: "échec de la mise à jour",
    coverage_broken: "illisible",

    reading_loading: "Lecture de la carte…",
    unburned_point: "Non brûlé, d’après ce que voient les satellites",
    unburned_tile: "Tout ce qui est visible par ici est non brûlé.",
    no_value: With::new("Non vu ici : {0}"),
    no_map_here: "Pas encore de carte ici",
    no_map_here_detail: "La région est configurée, mais aucune carte n’a été publiée.",
    outside_regions: "Hors des régions cartographiées",
    outside_regions_detail: "Pas de carte ici. Les cartes se trouvent dans les régions délimitées.",
    nearest: With::new("Le plus proche : {0}, à {1}."),
    unavailable: "Cette partie de la carte n’a pas pu être chargée",
    unavailable_detail: "Vérifiez la connexion et cliquez de nouveau.",
    mostly_empty: With::new("Rien n’a été vu par ici, surtout pour cette raison : {0}."),
    dnbr: With::new("dNBR {0}"),
    dnbr_below: With::new("dNBR inférieur à {0}"),
    dnbr_and_more: With::new("dNBR {0} et plus"),
    read_from: With::new("Lu sur la carte de {0}."),
    nightly_cells: With::new("Carte quotidienne, cellules de {0} m"),
    empty: [
        "hors de la région",
        "hors de la zone du feu",
        "jamais observé",
        "nuage, ombre ou neige",
        "eau",
        "pas de données",
    ],
    empty_detail: [
        "La région s’arrête avant ce lieu.",
        "Seule la zone du feu est cartographiée.",
        "Aucune image d’avant, ou aucune d’après le feu.",
        "Nuageux sur toutes les images d’avant, ou sur toutes celles d’après le feu.",
        "Eau (lac, rivière ou mer).",
        "Les images n’ont pas de données ici.",
    ],
    north: "N",
    south: "S",
    east: "E",
    west: "O",

    latest_image: "Images jusqu’au",
    cell_size: "Taille des cellules",
    last_update: "Carte calculée",
    last_attempt: "Dernier essai",
    burnt_title: "Brûlé",
    changed_title: "Changé",
    low_res: With::new("Cellules de {0} m. Pour 20 m, choisissez « Haute résolution »."),
    high_res_here: "Haute résolution ici",
    high_res_missing: "Ce site ne propose pas la haute résolution à la demande.",
    burning_note: With::new(
        "Feu en cours, ou de fin inconnue : la carte montre ce qui avait brûlé le {0}, là \
            où le sol était visible.",
    ),
    rolling_note: With::new(
        "Aucune date de feu n’est connue ici. La carte montre ce qui a changé entre le \
            {0} et le {1} : le feu, mais aussi les coupes, les récoltes ou la sécheresse.",
    ),
    change_only: "Montre des changements, pas seulement le feu.",
    points_since: With::new("Les points de feu actif sont connus depuis le {0}."),
    parted_note: With::new(
        "La sévérité est affichée là où les satellites ont vu du feu. {0} ont changé \
            comme après un feu là où ils n’en ont pas vu depuis le {1}.",
    ),
    no_fire_seen: "Changé, aucun feu vu",
    no_fire_since: With::new(
        "A changé comme après un feu ({0}), mais aucun feu n’a été détecté ici depuis le \
            {1}.",
    ),
    areas: "Surface par classe",
    counted_from: With::new("compté sur des cellules de {0} m"),
    images: "Images comparées",
    before: "Avant",
    after: "Après",
    searched: With::new("recherché : {0}"),
    why_windows: "Pourquoi ces jours",
    around_fire: With::new("Autour du feu du {0}."),
    explicit_windows: "Dates choisies par le responsable du site.",
    since_fire: With::new(
        "Le feu a commencé le {0}, et sa fin n’est pas connue : les dernières images \
            depuis lors.",
    ),
    rolling_windows: With::new(
        "Pas de date de feu : les {0} derniers jours, comparés aux mêmes jours de l’année \
            précédente.",
    ),
    scenes: With::new("Images utilisées ({0})"),
    cloud: "Nuages",
    cloud_unknown: "inconnu",
    offset: "Correction",
    scenes_unused: With::new("Images non utilisées ({0})"),
    offset_raster_bands: "correction des raster:bands de l’image",
    offset_none: "ni l’image ni la collection n’ont de correction",
    offset_collection: "correction de la collection",
    offset_below_04_00: "version de traitement antérieure à 04.00",
    offset_boa_applied: "boa_offset_applied vaut true",
    offset_boa_doubted: "non vérifié : boa_offset_applied vaut true, mais aucun pixel n’est plus sombre \
        que la correction",
    offset_as_delivered: "version de traitement 04.00 ou ultérieure, fichiers tels que livrés",
    offset_dark_pixels: "pixels plus sombres que la correction ne le permet : déjà soustraite",
    offset_unverified_bands: "non vérifié : correction des raster:bands de l’image",
    offset_unverified_baseline: "non vérifié : version 04.00 ou ultérieure, l’image n’indique pas de correction",
    offset_raster_bands_in_dn: "correction des raster:bands de l’image, en comptes numériques",
    offset_unverified_none: "non vérifié : ni l’image ni la collection n’ont de correction",
    skipped_duplicate: With::new("double de {0}"),
    skipped_too_cloudy: With::new("{0} % de nuages, plus que {1} %"),
    skipped_better_scenes: With::new("{0} images meilleures du {1}"),
    skipped_unreadable: "ses fichiers ne peuvent pas être lus",
    skipped_refused: "ses fichiers se trouvent là où le catalogue ne peut pas renvoyer",
    warning_incomplete_search: With::new(
        "Des images peuvent manquer : le catalogue en annonce {0} et en a envoyé {1}.",
    ),
    warning_unrequested: With::new(
        "Des images peuvent manquer : sur {1} envoyées par le catalogue, {0} ne \
            correspondent pas à la recherche.",
    ),
    warning_unmasked: With::new(
        "Images sans masque de nuages : {0}. Leurs nuages peuvent ressembler à un sol \
            brûlé.",
    ),
    warning_other_mask: With::new(
        "Images dont le masque de nuages est décrit autrement : {0}. Des nuages peuvent \
            ressembler à un sol brûlé.",
    ),
    warning_mostly_burnt: With::new(
        "{0} % du sol vu est brûlé. C’est rare : les images diffèrent peut-être pour une \
            autre raison.",
    ),
    warning_mostly_regrown: With::new(
        "{0} % du sol vu a reverdi. C’est rare : les images diffèrent peut-être pour une \
            autre raison.",
    ),
    warning_less_seen: With::new(
        "Images qui montrent moins de sol que ne l’indique leur catalogue : {0}.",
    ),
    warning_uncertain_offset: With::new(
        "Images dont l’échelle est incertaine : {0}. Toutes les sévérités peuvent être \
            fausses.",
    ),
    warning_no_fire_for_offset: "Aucune correction du dNBR n’a été soustraite : on ne sait pas quel sol a brûlé.",
    warning_small_offset_ring: With::new(
        "Aucune correction du dNBR n’a été soustraite : il n’y a que {0} cellules \
            dégagées autour du feu.",
    ),
    warning_background_drift: With::new(
        "Le sol non brûlé a un dNBR de {0}. Toutes les sévérités sont décalées d’à peu \
            près autant.",
    ),
    warning_sparse_vegetation: With::new(
        "Ce qui a brûlé était de l’herbe ou de la végétation clairsemée (NBR médian \
            avant : {0}). Les classes valent pour les milieux boisés, et RdNBR est instable.",
    ),
    warning_low_sun: With::new(
        "Images où le soleil est à moins de 25° : {0}. Les pentes à l’ombre peuvent \
            sembler brûlées.",
    ),
    warning_drifting_orbit: With::new(
        "Images de Landsat 7 depuis l’abaissement de son orbite : {0}. Elles diffèrent \
            des autres par la seule lumière.",
    ),
    provisional_point: With::new(
        "{0}. Visible sur une seule image jusqu’ici, non confirmé par une autre.",
    ),
    provisional_title: "Provisoire",
    provisional: With::new("{0} brûlés sur une seule image jusqu’ici, non confirmés par une autre"),
    empty_part: "Non vu",
    nothing_empty: "rien, toutes les cellules ont une valeur",
    of_the_region: With::new("{0} de la région"),
    quality: "Qualité",
    implausible: "Valeurs impossibles",
    background: "dNBR du sol non brûlé",
    background_value: With::new("{0} ± {1}"),
    clear_views: "Images claires par cellule",
    masks: "Masqué",
    links: "Télécharger et réutiliser",
    metadata_link: "Métadonnées (JSON)",
    raster_link: "Raster (GeoTIFF)",
    layer_links: [
        "Jour de l’image d’avant (GeoTIFF)",
        "Jour de l’image d’après (GeoTIFF)",
        "Images claires (GeoTIFF)",
        "Pourquoi une cellule est vide (GeoTIFF)",
    ],
    tiles_link: "Tuiles pour QGIS (XYZ)",
    copy: "Copier",
    copy_what: With::new("Copier : {0}"),
    copied: "Copié",
    copy_failed: "La copie a été refusée : sélectionnez le texte et copiez-le.",
    cite: "Citer cette carte",
    citation: With::new(
        "{0} : sévérité du feu (dNBR), {1}. Images de {2} et {3} ; carte du {4}, calcul \
            {5}. {6}. {7}, consulté le {8}.",
    ),

    last_run_failed: With::new("La dernière mise à jour a échoué : {0}"),
    last_run_waits: "La prochaine mise à jour attend une image claire.",
    failures_in_a_row: With::new("{0} mises à jour de suite ont échoué."),
    old_map_stays: "La carte affichée est la dernière qui a réussi.",
    technical_message: "Message technique",
    no_scene_before: "il n’y a pas d’image assez claire d’avant le feu.",
    no_scene_after: "il n’y a pas d’image assez claire d’après le feu.",
    unreadable_scenes: "des images n’ont pas pu être lues dans les archives.",
    too_little_seen: "des nuages ou des lacunes cachent une trop grande partie de la région.",
    disk_full: "le serveur a trop peu d’espace disque libre.",
    took_too_long: "le calcul de la carte a pris trop de temps.",
    was_killed: "le serveur s’est arrêté pendant le calcul.",
    catalogue_silent: "le catalogue d’images n’a pas pu être joint.",
    unknown_failure: "une erreur que les responsables du site doivent examiner.",
    pending_detail: "Pas encore de carte. La première apparaîtra après la prochaine mise à jour \
        nocturne.",
    waiting_detail: "Aucune image claire n’a encore été prise après le feu. La carte suivra dès qu’il \
        y en aura une.",
    earlier_map: With::new("Ceci est une carte antérieure, d’images jusqu’au {0}."),
    earlier_maps: "Cartes antérieures",
    newest_map: "La carte la plus récente",
    region_loading: "Chargement de la description de cette région…",
    region_broken: "La description de cette région n’a pas pu être chargée. Les autres régions ne \
        sont pas touchées.",

    search: "Chercher un lieu",
    search_placeholder: "Lieu, feu ou coordonnées",
    search_results: "Résultats de la recherche",
    loading_places: "Chargement de la liste des lieux…",
    places_missing: "La liste des lieux n’a pas pu être chargée ; les régions et les coordonnées \
        restent accessibles.",
    nothing_found: "Rien trouvé. Essayez une autre orthographe, ou des coordonnées comme 35.12, \
        -119.9.",
    press_enter: "Absent de la liste des lieux. Appuyez sur Entrée pour chercher une adresse.",
    results_found: With::new("{0} résultats"),
    inhabitants: With::new("{0} habitants"),
    a_region: "Région",
    group: With::new("Groupe : {0}"),
    a_fire: "Feu",
    a_position: "Position",
    latitude_first: "latitude d’abord",
    longitude_first: "longitude d’abord",
    ambiguous: "Deux lectures sont possibles. La latitude vient d’habitude en premier ; ajoutez \
        N, S, E ou W pour être sûr.",
    not_on_earth: "La latitude va de −90 à 90, la longitude de −180 à 180.",

    retry: "Réessayer",
    dismiss: "Ignorer",
    index_problem: "La liste des régions n’a pas pu être chargée.",
    line_problem: "Une région de la liste n’a pas pu être lue.",
    lines_problem: With::new("{0} régions de la liste n’ont pas pu être lues."),
    region_problem: With::new("{0} : chargement impossible."),
    regions_problem: With::new("{0} régions n’ont pas pu être chargées."),
    tiles_problem: With::new("Certaines tuiles de {0} n’ont pas pu être chargées."),
    land_problem: "Les contours des terres n’ont pas pu être chargés.",
    basemap_problem: With::new("Le fond « {0} » n’a pas pu être chargé."),
    language_problem: With::new("La page n’a pas pu être chargée dans cette langue : {0}."),
    tools_problem: "Cet outil n’a pas pu être chargé.",
    config_problem: "Les réglages de ce site n’ont pas pu être chargés.",

    help: "Que montre cette carte ?",
    help_title: "Ce que montre cette carte",
    third_party_notices: "Mentions de tiers",
    explanations: [
        (
            "dNBR",
            "Les plantes saines reflètent beaucoup de proche infrarouge et peu d’infrarouge à \
                ondes courtes ; le sol brûlé fait l’inverse. L’indice normalisé de brûlage (NBR) \
                compare les deux. Le dNBR est le NBR d’avant le feu moins celui d’après : 0 veut \
                dire aucun changement ; plus il est élevé, plus la végétation a disparu.",
        ),
        (
            "Les classes",
            "Sévérité faible, moyenne et forte sont des intervalles de dNBR publiés par \
                l’Institut d’études géologiques des États-Unis (Key et Benson, 2006). Ils n’ont \
                pas été ajustés à chaque paysage : un même nombre peut vouloir dire plus ou \
                moins de dégâts dans l’herbe, le maquis ou la forêt. La valeur figure toujours à \
                côté de la classe.",
        ),
        (
            "Ses limites",
            "La carte voit la végétation d’en haut. Elle ne voit ni les dégâts aux bâtiments, \
                ni le feu sous un couvert fermé, ni le sol sous la surface. Sécheresse, \
                récoltes, coupes, neige et brume peuvent ressembler au feu. Ce que les nuages \
                ont caché est hachuré : non vu ne veut pas dire non brûlé. Un feu plus petit \
                qu’une cellule est moyenné avec ce qui l’entoure ; la taille des cellules figure \
                à côté des surfaces.",
        ),
        (
            "Cartes de feux et cartes glissantes",
            "Là où la date d’un feu est connue, des images prises juste avant sont comparées \
                à des images prises juste après ; tant que sa fin n’est pas connue, aux plus \
                récentes. Ailleurs la carte est glissante : les dernières semaines, comparées \
                aux mêmes semaines de l’année précédente. Elle montre ce qui a changé entre les \
                deux dates, quelle qu’en soit la cause.",
        ),
        (
            "Pas une carte officielle",
            "Elle est faite automatiquement à partir d’images satellite ouvertes, et personne \
                ne l’a vérifiée sur le terrain. Pour l’évacuation, l’assurance ou la sécurité, \
                adressez-vous aux autorités.",
        ),
    ],
};
