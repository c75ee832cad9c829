#!/usr/bin/env python3
"""The peer in Python: odc-stac loads both sides, SCL masks, the median over dates, dNBR; GDAL cuts the tiles.

usage: tests/bench/peer_odc.py SCENES OUT MAX_ZOOM [ADDRESS of the same files]
"""
import json
import os
import sys
import warnings

import dask
import numpy as np
import odc.stac
import pystac
import rasterio
import xarray
from osgeo import gdal

from severity_tiles import BREAKS, COLOURS, GDAL_SETTINGS, THREADS, cell_size_m, cut_tiles

# No data, saturated, cloud shadow, clouds, cirrus, snow.
HIDDEN_CLASSES = [0, 1, 3, 8, 9, 10, 11]
CHUNK_CELLS = 2048
BAND_TYPES = {
    "*": {"assets": {"*": {"data_type": "uint16", "nodata": 0}, "scl": {"data_type": "uint8", "nodata": 0}}}
}


def main():
    scenes, out, max_zoom = sys.argv[1], sys.argv[2], int(sys.argv[3])
    source = sys.argv[4] if len(sys.argv) > 4 else os.path.abspath(scenes)
    warnings.filterwarnings("ignore")
    gdal.UseExceptions()
    os.environ.update(GDAL_SETTINGS)
    with open(f"{scenes}/items.json") as file:
        items = [pystac.Item.from_dict(item) for item in json.load(file)["features"]]
    for asset in (asset for item in items for asset in item.assets.values()):
        asset.href = f"{source}/{os.path.basename(asset.href)}"
    cell_m = cell_size_m(max_zoom)
    pre, post = (nbr([item for item in items if f"_{side}_" in item.id], cell_m) for side in ("pre", "post"))
    pre, post = xarray.align(pre, post, join="outer")
    with dask.config.set(scheduler="threads", num_workers=THREADS):
        dnbr = (pre - post).compute()
    os.makedirs(out, exist_ok=True)
    write_classes(dnbr, f"{out}/classes.tif")
    cut_tiles(f"{out}/classes.tif", out, max_zoom)


def nbr(items, cell_m):
    """The burn ratio of a side: the median of each band over its clear dates."""
    bands = odc.stac.load(
        items, bands=["nir08", "swir22", "scl"], crs="EPSG:3857", resolution=cell_m, groupby="id",
        resampling={"scl": "nearest", "*": "average"}, chunks={"x": CHUNK_CELLS, "y": CHUNK_CELLS},
        stac_cfg=BAND_TYPES,
    )
    is_clear = ~bands.scl.isin(HIDDEN_CLASSES) & (bands.nir08 > 0) & (bands.swir22 > 0)
    nir, swir = (
        bands[name].astype("float32").where(is_clear).median("time", skipna=True) for name in ("nir08", "swir22")
    )
    return (nir - swir) / (nir + swir)


def write_classes(dnbr, target):
    values = dnbr.values
    is_observed = np.isfinite(values)
    classes = np.zeros(values.shape, np.uint8)
    classes[is_observed] = 1 + np.digitize(values[is_observed], BREAKS)
    with rasterio.open(
        target, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1, dtype="uint8",
        crs="EPSG:3857", transform=dnbr.odc.geobox.transform, nodata=0, tiled=True, compress="deflate",
    ) as file:
        file.write(classes, 1)
        file.write_colormap(1, dict(enumerate(COLOURS)))


if __name__ == "__main__":
    main()
