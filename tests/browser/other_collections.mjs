// The invented scenes of one tile, encoded as other collections encode theirs: other scales, masks and names of bands.
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
encoding, files = json.load(sys.stdin)
for source, target, is_mask in files:
    original = gdal.Open(source)
    pixels = original.ReadAsArray()
    if is_mask:
        bits = numpy.zeros(256, "uint16")
        for scl, code in encoding["bits"].items():
            bits[int(scl)] = code
        encoded = bits[pixels]
        encoded = encoded.astype("uint8") if encoded.max() < 256 else encoded
    else:
        encoded = numpy.round((pixels * 1e-4 - encoding["offset"]) / encoding["scale"]).astype(encoding["type"])
        encoded[pixels == 0] = encoding["fill"]
        # Ground too dark for the sensor, which only signed numbers can say.
        if encoding["fill"] < 0:
            encoded[600:680, 600:680] = -50
    code = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16}[encoded.dtype.name]
    image = gdal.GetDriverByName("MEM").Create("", original.RasterXSize, original.RasterYSize, 1, code)
    image.SetProjection(original.GetProjection())
    image.SetGeoTransform(original.GetGeoTransform())
    image.GetRasterBand(1).WriteArray(encoded)
    if not is_mask:
        image.GetRasterBand(1).SetNoDataValue(encoding["fill"])
    options = ["COMPRESS=DEFLATE", "PREDICTOR=YES", "BLOCKSIZE=256", "RESAMPLING=NEAREST"]
    gdal.GetDriverByName("COG").CreateCopy(target, image, options=options)
`;

/** Adds the scenes of two days of 10TFK in the encoding of another collection to a published folder and its catalogue. */
export function addCollection(encoding, { folder }) {
  const catalogue = join(folder, "items.json");
  const items = JSON.parse(readFileSync(catalogue, "utf8"));
  const files = [];
  const added = items.features.filter((item) => /^S2._10TFK_2025(0612|0910)/.test(item.id)).map((item) => {
    const id = `${encoding.mask}_${item.id}`;
    const assets = {};
    const addAsset = (source, name, isMask) => {
      const href = `./scenes/${id}_${name}.tif`;
      files.push([join(folder, item.assets[source].href), join(folder, href), isMask]);
      assets[name] = { href };
    };
    Object.entries(encoding.bands).forEach(([source, name]) => addAsset(source, name, false));
    addAsset("scl", encoding.mask, true);
    const { datetime } = item.properties;
    return { ...item, id, collection: encoding.collection, properties: { datetime, "eo:cloud_cover": 5, ...encoding.properties }, assets };
  });
  execFileSync("/usr/bin/python3", ["-c", REWRITE], { input: JSON.stringify([encoding, files]), stdio: ["pipe", "inherit", "inherit"] });
  writeFileSync(catalogue, JSON.stringify({ ...items, features: [...items.features, ...added] }));
}
