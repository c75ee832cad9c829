// The invented scenes of one tile as Landsat and HLS keep theirs: other numbers, other masks, other names.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A number is `(reflectance - offset) / scale`; `mask` gives a class of SCL its bits, 0 where it is not named. */
export const LANDSAT = {
  collection: "landsat-c2-l2", bands: { nir08: "nir08", swir22: "swir22", red: "red" }, mask: "qa_pixel",
  scale: 2.75e-5, offset: -0.2, fill: 0, type: "uint16",
  bits: { 0: 1, 1: 1, 3: 1 << 4, 6: 1 << 7, 8: 1 << 3, 9: 1 << 3, 10: 1 << 2, 11: 1 << 5 },
};
/** As ESA delivers it, with the offset of its processing baseline. */
export const SENTINEL_C1 = {
  collection: "sentinel-2-c1-l2a", bands: { nir08: "nir08", swir22: "swir22", red: "red" }, mask: "scl",
  scale: 1e-4, offset: -0.1, fill: 0, type: "uint16", properties: { "s2:processing_baseline": "05.11" },
  bits: Object.fromEntries(Array.from({ length: 12 }, (_, scl) => [scl, scl])),
};
export const HLS = {
  collection: "HLSS30.v2.0", bands: { nir08: "B8A", swir22: "B12", red: "B04" }, mask: "Fmask",
  scale: 1e-4, offset: 0, fill: -9999, type: "int16",
  bits: { 0: 255, 1: 255, 3: 1 << 3, 6: 1 << 5, 8: 1 << 1, 9: 1 << 1, 10: 1 << 1, 11: 1 << 4 },
};

const REWRITE = `
import json, sys
import numpy
from osgeo import gdal
gdal.UseExceptions()
keeping, files = json.load(sys.stdin)
for source, target, is_mask in files:
    like = gdal.Open(source)
    pixels = like.ReadAsArray()
    if is_mask:
        bits = numpy.zeros(256, "uint16")
        for scl, code in keeping["bits"].items():
            bits[int(scl)] = code
        kept = bits[pixels]
        kept = kept.astype("uint8") if kept.max() < 256 else kept
    else:
        kept = numpy.round((pixels * 1e-4 - keeping["offset"]) / keeping["scale"]).astype(keeping["type"])
        kept[pixels == 0] = keeping["fill"]
        # Ground too dark for the sensor, which only signed numbers can say.
        if keeping["fill"] < 0:
            kept[600:680, 600:680] = -50
    code = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16}[kept.dtype.name]
    made = gdal.GetDriverByName("MEM").Create("", like.RasterXSize, like.RasterYSize, 1, code)
    made.SetProjection(like.GetProjection())
    made.SetGeoTransform(like.GetGeoTransform())
    made.GetRasterBand(1).WriteArray(kept)
    if not is_mask:
        made.GetRasterBand(1).SetNoDataValue(keeping["fill"])
    options = ["COMPRESS=DEFLATE", "PREDICTOR=YES", "BLOCKSIZE=256", "RESAMPLING=NEAREST"]
    gdal.GetDriverByName("COG").CreateCopy(target, made, options=options)
`;

/** Writes the scenes of two days of 10TFK beside those of a published folder, and names them in its catalogue. */
export function keepAs(keeping, { folder }) {
  const catalogue = join(folder, "items.json");
  const items = JSON.parse(readFileSync(catalogue, "utf8"));
  const files = [];
  const kept = items.features.filter((item) => /^S2._10TFK_2025(0612|0910)/.test(item.id)).map((item) => {
    const id = `${keeping.mask}_${item.id}`;
    const assets = {};
    const keep = (source, name, isMask) => {
      const href = `./scenes/${id}_${name}.tif`;
      files.push([join(folder, item.assets[source].href), join(folder, href), isMask]);
      assets[name] = { href };
    };
    Object.entries(keeping.bands).forEach(([source, name]) => keep(source, name, false));
    keep("scl", keeping.mask, true);
    const { datetime } = item.properties;
    return { ...item, id, collection: keeping.collection, properties: { datetime, "eo:cloud_cover": 5, ...keeping.properties }, assets };
  });
  execFileSync("/usr/bin/python3", ["-c", REWRITE], { input: JSON.stringify([keeping, files]), stdio: ["pipe", "inherit", "inherit"] });
  writeFileSync(catalogue, JSON.stringify({ ...items, features: [...items.features, ...kept] }));
}
