//! The page in English.

use super::day::DayNames;
use super::phrases::{Numbers, Phrases, With};

pub static PHRASES: Phrases = Phrases {
    numbers: Numbers { decimal_mark: '.', thousands_mark: ',', acre: "acres" },
    days: DayNames {
        months: [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ],
        after_day: "",
    },

    tagline: "How badly the land burnt, seen by satellite before and after the fire.",
    caveat: "Shows how plants changed, seen from satellites. Not damage to buildings. Not an \
        official map.",
    map: "Map of burn severity",
    close: "Close",
    show_panel: "Show regions and legend",
    hide_panel: "Show more of the map",
    natural_earth: "Land and borders: Natural Earth",
    geonames: "Places: GeoNames (CC BY 4.0)",
    settings: "Language and units",
    language_title: "Language",
    units_title: "Areas",
    hectares: "Hectares",
    acres: "Acres",

    legend: "Burn severity",
    legend_titles: [
        "Enhanced regrowth",
        "Unburned",
        "Low severity",
        "Moderate-low severity",
        "Moderate-high severity",
        "High severity",
    ],
    any_value: "any value",
    below: With::new("below {0}"),
    and_more: With::new("{0} and more"),
    from_to: With::new("{0} to {1}"),
    hint: "Click the map to read a value.",
    colours: "Colours",
    palette_titles: ["Colour-blind safe", "Customary (UN-SPIDER)", "MTBS-like"],
    opacity: "Opacity",
    basemap: "Background",
    plain_basemap: "Plain",

    regions: "Regions",
    find_region: "Find a region in the list",
    loading_regions: "Loading the regions…",
    slow_regions: "The regions take longer than usual. The connection may be slow.",
    regions_missing: "The regions could not be loaded.",
    no_regions: "No regions yet. Maps appear here once the site's owner has listed some.",
    no_region_matches: "No region with that name.",
    regions_found: With::new("{0} of {1} regions"),
    more_regions: With::new("{0} more: type a name to find them."),
    about_region: With::new("About {0}"),
    burnt: "burnt",
    changed: "changed",
    images_before_and_after: With::new("Images before the fire: {0}. After: {1}."),

    pending: "Not mapped yet",
    images_until: With::new("Images until {0} ({1})"),
    map_of: With::new("Map of {0}"),
    note_overdue: "update overdue",
    note_stale: "update long overdue",
    note_failed: "update failed",
    note_waiting: "awaiting a clear image",
    no_map_published: "No map published",
    failed_first: "The first update failed",
    waiting_first: "Awaiting a clear image",
    description_broken: "Its description could not be loaded",
    today: "today",
    yesterday: "yesterday",
    days_ago: With::new("{0} days ago"),
    months_ago: With::new("{0} months ago"),
    years_ago: With::new("{0} years ago"),
    of_today: "of today",
    one_day_old: "1 day old",
    days_old: With::new("{0} days old"),
    months_old: With::new("{0} months old"),
    years_old: With::new("{0} years old"),

    share: "Copy a link to this view",
    shared: "The link was copied.",
    not_shared: "The link could not be copied: please copy the address of the page.",
    compare: "Compare with the background",
    divider: "Divider: burn severity to its left, background to its right",
    range_least: "Least dNBR shown",
    no_limit: "any",
    range_end: "Greatest dNBR shown",
    legend_use: "Tap a class to hide or show it.",
    areas_of: With::new("Nightly map of {0}, cells of {1} m"),
    nightly_maps: "Nightly maps",
    not_seen: "Not seen: cloud, no image",
    outside_zone: "Not searched: outside the fire zone",
    patch: With::new("Fire scar, {0}, worst class: {1}. Go there."),
    tools: "Tools",
    loading_tools: "Loading this tool…",
    locate: "Show where I am",
    locating: "Finding where you are…",
    located: With::new("You are here, to within {0}. The link of this page does not mark it."),
    not_located_in_the_open: "Browsers tell where you are only to pages that came over https. Ask \
        the operator of this site.",
    not_located_refused: "Your browser was asked not to tell where you are. Allow it for this \
        page, and try again.",
    not_located_in_time: "It took too long to find where you are. Try again, perhaps under open \
        sky.",
    not_located: "Your device could not tell where you are. See whether its location service is \
        on.",
    highres: "High resolution",
    measure: "Measure an area",
    measure_how: "Tap the corners. Tap the first one again, or “Finish”, to close the outline.",
    finish: "Finish",
    measure_keys: "By keyboard: arrows move the map, Space sets a corner at the crosshair, \
        Backspace takes one back, Enter ends, Escape leaves.",
    measure_done: "Click to start a new outline. Esc closes.",
    measure_crossed: "The outline crosses itself, so it has no area.",
    around: With::new("{0} around"),
    save_image: "Save a picture of this view",
    saved: "The picture was saved.",
    saved_plain: "The picture was saved without its background: browsers allow no copy of another \
        site's pictures.",
    not_saved: "The browser could not make a picture of this view. A smaller window may help.",
    picture_of: With::new("{0}. Images before and after: {1}."),
    picture_made: With::new("Made with {0} on {1}."),
    coverage_due: "update due",
    coverage_stale: "old map",
    coverage_pending: "not mapped yet",
    coverage_failed: "update failed",
    coverage_broken: "not readable",

    reading_loading: "Reading the map…",
    unburned_point: "Not burned, as far as satellites see",
    unburned_tile: "Everything seen around here is unburned.",
    no_value: With::new("Not seen here: {0}"),
    no_map_here: "No map here yet",
    no_map_here_detail: "The region is configured, but no map was published.",
    outside_regions: "Outside the mapped regions",
    outside_regions_detail: "No map here. Maps are inside the outlined regions.",
    unavailable: "This part of the map could not be loaded",
    unavailable_detail: "Check the connection and click again.",
    mostly_empty: With::new("Nothing was seen around here: mostly {0}."),
    dnbr: With::new("dNBR {0} ± 0.005"),
    dnbr_below: With::new("dNBR below {0}"),
    dnbr_and_more: With::new("dNBR {0} and more"),
    read_from: With::new("Read from the map of {0}."),
    nightly_cells: With::new("Nightly map, cells of {0} m"),
    empty: [
        "outside the region",
        "outside the fire zone",
        "never observed",
        "cloud, shadow or snow",
        "water",
        "no data",
    ],
    empty_detail: [
        "The region ends before this place.",
        "Only the fire zone is mapped.",
        "No image from before, or none from after, the fire.",
        "Cloudy in every image before, or every image after, the fire.",
        "Water (lake, river or sea).",
        "The images have no data here.",
    ],
    north: "N",
    south: "S",
    east: "E",
    west: "W",

    latest_image: "Images until",
    cell_size: "Cell size",
    last_update: "Map computed",
    last_attempt: "Last attempt",
    burnt_title: "Burnt",
    changed_title: "Changed",
    low_res: With::new("Cells of {0} m. For 20 m choose “High resolution”."),
    high_res_here: "High resolution here",
    high_res_missing: "High resolution on demand is not offered on this site.",
    burning_note: With::new(
        "Still burning, or end unknown: the map shows what had burnt by {0}, where the ground was \
        seen.",
    ),
    rolling_note: With::new(
        "No fire date is known here. The map shows what changed between {0} and {1}: fire, but \
        also felling, harvest or drought.",
    ),
    areas: "Area by class",
    counted_from: With::new("counted from cells of {0} m"),
    images: "Images compared",
    before: "Before",
    after: "After",
    searched: With::new("searched {0}"),
    why_windows: "Why these days",
    around_fire: With::new("Around the fire of {0}."),
    explicit_windows: "Dates chosen by the site's owner.",
    since_fire: With::new(
        "The fire began on {0}, and its end is not known: the latest images since then.",
    ),
    rolling_windows: With::new(
        "No fire date is set: the last {0} days against the same days a year earlier.",
    ),
    scenes: With::new("Scenes used ({0})"),
    cloud: "Cloud",
    cloud_unknown: "unknown",
    offset: "Offset",
    scenes_unused: With::new("Scenes not used ({0})"),
    offset_raster_bands: "offset of the item's raster:bands",
    offset_none: "neither item nor collection has an offset",
    offset_collection: "offset of the collection",
    offset_below_04_00: "baseline below 04.00",
    offset_boa_applied: "boa_offset_applied is true",
    offset_boa_doubted: "unverified: boa_offset_applied is true, but no pixel is darker than the offset",
    offset_as_delivered: "baseline from 04.00 on, files as delivered",
    offset_dark_pixels: "pixels darker than the offset allows: taken off already",
    offset_unverified_bands: "unverified: offset of the item's raster:bands",
    offset_unverified_baseline: "unverified: baseline from 04.00 on, item names no offset",
    offset_raster_bands_in_dn: "offset of the item's raster:bands, in digital numbers",
    offset_unverified_none: "unverified: neither item nor collection has an offset",
    skipped_duplicate: With::new("duplicate of {0}"),
    skipped_too_cloudy: With::new("cloud cover {0} % is above {1} %"),
    skipped_better_scenes: With::new("{0} better scenes of {1}"),
    skipped_unreadable: "its files cannot be read",
    skipped_refused: "its files lie where the catalogue may not lead",
    warning_incomplete_search: With::new(
        "Images may be missing: the catalogue lists {0} that match and sent {1}.",
    ),
    warning_unrequested: With::new(
        "Images may be missing: of {1} that the catalogue sent, {0} do not match the search.",
    ),
    warning_unmasked: With::new(
        "Images without a cloud mask: {0}. Cloud in them can look like burnt ground.",
    ),
    warning_other_mask: With::new(
        "Images whose cloud mask is described otherwise: {0}. Cloud can look like burnt ground.",
    ),
    warning_mostly_burnt: With::new(
        "{0} % of the ground seen is burnt. That is rare: the images may differ otherwise.",
    ),
    warning_mostly_regrown: With::new(
        "{0} % of the ground seen has regrown. That is rare: the images may differ otherwise.",
    ),
    warning_less_seen: With::new("Images that show less ground than their catalogue states: {0}."),
    warning_uncertain_offset: With::new(
        "Images whose scale is uncertain: {0}. All severities may be wrong.",
    ),
    warning_no_fire_for_offset: "No dNBR offset was subtracted: it is not known which ground burnt.",
    warning_small_offset_ring: With::new(
        "No dNBR offset was subtracted: only {0} clear cells lie around the fire.",
    ),
    warning_background_drift: With::new(
        "Ground that did not burn has a dNBR of {0}. All severities are off by about as much.",
    ),
    warning_sparse_vegetation: With::new(
        "What burnt was grass or sparse (median NBR before {0}). The classes are for woody land, \
        and RdNBR is unstable.",
    ),
    warning_low_sun: With::new(
        "Images with the sun below 25°: {0}. Slopes in shadow can look burnt.",
    ),
    warning_drifting_orbit: With::new(
        "Images of Landsat 7 since its orbit was lowered: {0}. They differ from others by light alone.",
    ),
    provisional_title: "Provisional",
    provisional: With::new("{0} burnt in a single image so far, not confirmed by another"),
    empty_part: "Not seen",
    nothing_empty: "nothing, every cell has a value",
    of_the_region: With::new("{0} of the region"),
    quality: "Quality",
    implausible: "Impossible values",
    background: "dNBR of unburned ground",
    background_value: With::new("{0} ± {1}"),
    clear_views: "Clear images per cell",
    masks: "Masked",
    links: "Download and reuse",
    metadata_link: "Metadata (JSON)",
    raster_link: "Raster (GeoTIFF)",
    layer_links: [
        "Day of the image before (GeoTIFF)",
        "Day of the image after (GeoTIFF)",
        "Clear views (GeoTIFF)",
        "Why a cell is empty (GeoTIFF)",
    ],
    tiles_link: "Tiles for QGIS (XYZ)",
    copy: "Copy",
    copy_what: With::new("Copy: {0}"),
    copied: "Copied",
    copy_failed: "Copying was refused: select the text and copy it yourself.",
    cite: "Cite this map",
    citation: With::new(
        "{0}: burn severity (dNBR), {1}. Images of {2} and {3}; map of {4}, run {5}. {6}. {7}, \
        accessed {8}.",
    ),

    last_run_failed: With::new("The last update failed: {0}"),
    last_run_waits: "The next update waits for a clear image.",
    failures_in_a_row: With::new("{0} updates in a row have failed."),
    old_map_stays: "The map shown is the last that succeeded.",
    technical_message: "Technical message",
    no_scene_before: "there is no clear enough image from before the fire.",
    no_scene_after: "there is no clear enough image from after the fire.",
    unreadable_scenes: "images could not be read from the archive.",
    too_little_seen: "clouds or gaps hide too much of the region.",
    disk_full: "the server has too little free disk space.",
    took_too_long: "computing the map took too long.",
    was_killed: "the server stopped while it was computing.",
    catalogue_silent: "the image catalogue could not be reached.",
    unknown_failure: "an error that those who run this site must look at.",
    pending_detail: "Not mapped yet. The first map will appear after the next nightly run.",
    waiting_detail: "No clear image after the fire has been taken yet. The map follows as soon as \
        there is one.",
    region_loading: "Loading the description of this region…",
    region_broken: "The description of this region could not be loaded. The other regions are not \
        affected.",

    search: "Find a place",
    search_placeholder: "Place, region or coordinates",
    search_results: "Search results",
    loading_places: "Loading the list of places…",
    places_missing: "The list of places could not be loaded; regions and coordinates can still be \
        found.",
    nothing_found: "Nothing found. Try another spelling, or coordinates such as 35.12, -119.9.",
    results_found: With::new("{0} results"),
    inhabitants: With::new("{0} inhabitants"),
    a_region: "Region",
    a_position: "Position",
    latitude_first: "latitude first",
    longitude_first: "longitude first",
    ambiguous: "Two readings are possible. Latitude is usually given first; add N, S, E or W to \
        be sure.",
    not_on_earth: "Latitude runs from −90 to 90, longitude from −180 to 180.",

    retry: "Try again",
    dismiss: "Dismiss",
    index_problem: "The list of regions could not be loaded.",
    line_problem: "One region of the list could not be read.",
    lines_problem: With::new("{0} regions of the list could not be read."),
    region_problem: With::new("The map of {0} could not be loaded; the others are shown."),
    regions_problem: With::new(
        "The maps of {0} regions could not be loaded; the others are shown.",
    ),
    tiles_problem: With::new("Some tiles of {0} could not be loaded."),
    land_problem: "The outlines of the land could not be loaded.",
    basemap_problem: With::new("The background “{0}” could not be loaded."),
    tools_problem: "This tool could not be loaded.",
    config_problem: "The settings of this site could not be loaded.",

    help: "What does this map show?",
    help_title: "What this map shows",
    third_party_notices: "Third-party notices",
    explanations: [
        (
            "dNBR",
            "Healthy plants reflect near infrared and little short-wave infrared; burnt ground \
            does the opposite. The normalized burn ratio (NBR) compares the two. dNBR is NBR \
            before the fire minus NBR after it: 0 means no change, higher means more vegetation \
            lost.",
        ),
        (
            "The classes",
            "Low, moderate and high severity are ranges of dNBR printed by the US Geological \
            Survey (Key and Benson, 2006). They were not fitted to each landscape: the same \
            number can mean more or less damage in grassland, shrub or forest. The value itself \
            is always shown beside the class.",
        ),
        (
            "Its limits",
            "The map sees vegetation from above. It does not see damage to buildings, fire \
            beneath a closed canopy or soil below the surface. Drought, harvest, felling, snow \
            and haze can look like fire. What cloud hid is hatched: not seen is not unburned. \
            A burn smaller than a cell is averaged with what surrounds it; how wide the cells \
            are stands beside the areas.",
        ),
        (
            "Fire maps and rolling maps",
            "Where the date of a fire is known, images from just before are compared with images \
            from just after; while its end is not known, with the latest. Elsewhere the map is \
            rolling: the last weeks against the same weeks a year earlier. It shows what changed between the two dates, whatever the \
            cause.",
        ),
        (
            "Not an official map",
            "It is made automatically from open satellite images, and nobody has checked it on \
            the ground. For evacuation, insurance or safety ask the authorities.",
        ),
    ],
};
