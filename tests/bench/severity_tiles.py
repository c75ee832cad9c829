"""What both peers do in the same way: classes of dNBR, their colours, and tiles by GDAL."""
from osgeo import gdal

# The breaks and colours of the classes of USGS, as Dragonfly displays them. Class 0 is no data.
BREAKS = [-0.25, -0.1, 0.1, 0.27, 0.44, 0.66]
COLOURS = [
    (0, 0, 0, 0), (118, 136, 55, 255), (167, 192, 80, 255), (11, 225, 68, 255),
    (247, 251, 65, 255), (246, 182, 64, 255), (240, 105, 53, 255), (164, 31, 214, 255),
]
MIN_ZOOM = 4
THREADS = 2
# The settings that GDAL recommends for reading COGs from a bucket.
GDAL_SETTINGS = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES"}


def cell_size_m(zoom):
    """The side of a cell of Web Mercator at the equator."""
    return 40_075_016.685578488 / 256 / 2**zoom


def cut_tiles(classes, folder, max_zoom):
    """Cuts a raster of classes into PNG tiles."""
    gdal.Run(
        "raster", "tile", input=classes, output=f"{folder}/tiles", min_zoom=MIN_ZOOM, max_zoom=max_zoom,
        resampling="nearest", overview_resampling="nearest", skip_blank=True, num_threads=str(THREADS),
        convention="xyz", webviewer="none",
    )
