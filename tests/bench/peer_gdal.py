#!/usr/bin/env python3
"""The peer in C++: GDAL warps each band, numexpr computes the classes, `gdal raster tile` cuts the tiles.

usage: tests/bench/peer_gdal.py SCENES OUT MAX_ZOOM [ADDRESS of the same files]

It reads one date per side and composites nothing, which is less than Dragonfly and odc-stac do.
"""
import json
import os
import sys

import numexpr
import numpy as np
from osgeo import gdal

from severity_tiles import BREAKS, COLOURS, GDAL_SETTINGS, THREADS, cell_size_m, cut_tiles

ASSETS = ("nir08", "swir22", "scl")
CACHE_BYTES = 512 << 20
STRIP_ROWS = 512
DNBR = "(pre_nir08-pre_swir22)/(pre_nir08+pre_swir22)-(post_nir08-post_swir22)/(post_nir08+post_swir22)"
# Vegetation, bare ground, water, unclassified.
IS_CLEAR = "&".join(
    [f"({side}_scl>=4)&({side}_scl<=7)&({side}_nir08>0)&({side}_swir22>0)" for side in ("pre", "post")]
)


def main():
    scenes, out, max_zoom = sys.argv[1], sys.argv[2], int(sys.argv[3])
    source = "/vsicurl/" + sys.argv[4] if len(sys.argv) > 4 else os.path.abspath(scenes)
    gdal.UseExceptions()
    numexpr.set_num_threads(THREADS)
    for name, value in {**GDAL_SETTINGS, "GDAL_NUM_THREADS": str(THREADS)}.items():
        gdal.SetConfigOption(name, value)
    gdal.SetCacheMax(CACHE_BYTES)
    os.makedirs(out, exist_ok=True)
    with open(f"{scenes}/items.json") as file:
        ids = sorted(item["id"] for item in json.load(file)["features"])
    bands = {
        f"{side}_{asset}": warped([f"{source}/{id}_{asset}.tif" for id in ids if id.endswith(f"_{side}_0")],
                                  f"{out}/{side}_{asset}.tif", asset, cell_size_m(max_zoom))
        for side in ("pre", "post") for asset in ASSETS
    }
    write_classes(bands, f"{out}/classes.tif")
    cut_tiles(f"{out}/classes.tif", out, max_zoom)


def warped(files, target, asset, cell_m):
    """A band of all tiles in the map's projection."""
    gdal.Warp(
        target, files, dstSRS="EPSG:3857", xRes=cell_m, yRes=cell_m, targetAlignedPixels=True,
        resampleAlg="near" if asset == "scl" else "average", multithread=True, overviewLevel="AUTO",
        warpOptions=[f"NUM_THREADS={THREADS}"], warpMemoryLimit=256,
        creationOptions=["TILED=YES", "COMPRESS=LZW", f"NUM_THREADS={THREADS}"],
    )
    return gdal.Open(target)


def write_classes(bands, target):
    """Computes the classes strip by strip."""
    first = bands["pre_nir08"]
    width, height = first.RasterXSize, first.RasterYSize
    options = ["TILED=YES", "COMPRESS=DEFLATE", "ZLEVEL=1", f"NUM_THREADS={THREADS}"]
    raster = gdal.GetDriverByName("GTiff").Create(target, width, height, 1, gdal.GDT_Byte, options=options)
    raster.SetGeoTransform(first.GetGeoTransform())
    raster.SetProjection(first.GetProjection())
    classes = raster.GetRasterBand(1)
    classes.SetNoDataValue(0)
    table = gdal.ColorTable()
    for index, colour in enumerate(COLOURS):
        table.SetColorEntry(index, colour)
    classes.SetRasterColorTable(table)
    for row in range(0, height, STRIP_ROWS):
        rows = min(STRIP_ROWS, height - row)
        strip = {name: band.ReadAsArray(0, row, width, rows) for name, band in bands.items()}
        floats = {name: cells if "scl" in name else cells.astype(np.float32) for name, cells in strip.items()}
        dnbr = numexpr.evaluate(DNBR, floats)
        is_clear = numexpr.evaluate(IS_CLEAR, floats)
        classes.WriteArray(np.where(is_clear, 1 + np.digitize(dnbr, BREAKS), 0).astype(np.uint8), 0, row)


if __name__ == "__main__":
    main()
