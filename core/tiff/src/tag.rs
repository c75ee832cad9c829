//! The tags of a directory, by name: TIFF 6.0, its supplements, GeoTIFF (OGC 19-008r4) and GDAL.

/// A tag: its number, and how messages name its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The number in the directory.
    pub number: u16,
    /// What its value is.
    pub name: &'static str,
}

const fn tag(number: u16, name: &'static str) -> Tag {
    Tag { number, name }
}

/// NewSubfileType: overview or mask.
pub const NEW_SUBFILE_TYPE: Tag = tag(254, "NewSubfileType");
/// ImageWidth.
pub const IMAGE_WIDTH: Tag = tag(256, "width");
/// ImageLength.
pub const IMAGE_LENGTH: Tag = tag(257, "height");
/// BitsPerSample.
pub const BITS_PER_SAMPLE: Tag = tag(258, "bits");
/// Compression.
pub const COMPRESSION: Tag = tag(259, "compression");
/// PhotometricInterpretation.
pub const PHOTOMETRIC: Tag = tag(262, "photometric interpretation");
/// FillOrder.
pub const FILL_ORDER: Tag = tag(266, "order of bits");
/// ImageDescription.
pub const IMAGE_DESCRIPTION: Tag = tag(270, "description");
/// StripOffsets.
pub const STRIP_OFFSETS: Tag = tag(273, "block offsets");
/// SamplesPerPixel.
pub const SAMPLES_PER_PIXEL: Tag = tag(277, "number of bands");
/// RowsPerStrip.
pub const ROWS_PER_STRIP: Tag = tag(278, "rows of a strip");
/// StripByteCounts.
pub const STRIP_BYTE_COUNTS: Tag = tag(279, "block lengths");
/// PlanarConfiguration.
pub const PLANAR_CONFIGURATION: Tag = tag(284, "planar configuration");
/// Software.
pub const SOFTWARE: Tag = tag(305, "software");
/// Predictor.
pub const PREDICTOR: Tag = tag(317, "predictor");
/// ColorMap.
pub const COLOR_MAP: Tag = tag(320, "colour map");
/// TileWidth.
pub const TILE_WIDTH: Tag = tag(322, "block width");
/// TileLength.
pub const TILE_LENGTH: Tag = tag(323, "block height");
/// TileOffsets.
pub const TILE_OFFSETS: Tag = tag(324, "block offsets");
/// TileByteCounts.
pub const TILE_BYTE_COUNTS: Tag = tag(325, "block lengths");
/// ExtraSamples: what bands beyond those of colours are, such as alpha.
pub const EXTRA_SAMPLES: Tag = tag(338, "kinds of extra bands");
/// SampleFormat.
pub const SAMPLE_FORMAT: Tag = tag(339, "sample formats");
/// ModelPixelScaleTag.
pub const MODEL_PIXEL_SCALE: Tag = tag(33_550, "pixel scale");
/// ModelTiepointTag.
pub const MODEL_TIEPOINT: Tag = tag(33_922, "tie point");
/// ModelTransformationTag.
pub const MODEL_TRANSFORMATION: Tag = tag(34_264, "transformation");
/// GeoKeyDirectoryTag.
pub const GEO_KEY_DIRECTORY: Tag = tag(34_735, "geokeys");
/// GeoDoubleParamsTag.
pub const GEO_DOUBLE_PARAMS: Tag = tag(34_736, "parameters of geokeys");
/// GDAL_METADATA.
pub const GDAL_METADATA: Tag = tag(42_112, "metadata");
/// GDAL_NODATA.
pub const GDAL_NODATA: Tag = tag(42_113, "no-data value");

/// Types of a tag's values (TIFF 6.0, section 2, and BigTIFF).
pub mod value_type {
    /// Unsigned, 8 bits.
    pub const BYTE: u16 = 1;
    /// Text that ends with a zero.
    pub const ASCII: u16 = 2;
    /// Unsigned, 16 bits.
    pub const SHORT: u16 = 3;
    /// Unsigned, 32 bits.
    pub const LONG: u16 = 4;
    /// Two LONGs: numerator and denominator.
    pub const RATIONAL: u16 = 5;
    /// Signed, 16 bits.
    pub const SSHORT: u16 = 8;
    /// Signed, 32 bits.
    pub const SLONG: u16 = 9;
    /// Two SLONGs: numerator and denominator.
    pub const SRATIONAL: u16 = 10;
    /// Floating-point, 32 bits.
    pub const FLOAT: u16 = 11;
    /// Floating-point, 64 bits.
    pub const DOUBLE: u16 = 12;
    /// Offset of a directory, 32 bits.
    pub const IFD: u16 = 13;
    /// Unsigned, 64 bits.
    pub const LONG8: u16 = 16;
    /// Signed, 64 bits.
    pub const SLONG8: u16 = 17;
    /// Offset of a directory, 64 bits.
    pub const IFD8: u16 = 18;
}

/// Keys of the GeoKeyDirectory.
pub mod geo_key {
    /// GTModelTypeGeoKey: 1 projected, 2 geographic.
    pub const MODEL_TYPE: u16 = 1024;
    /// GTRasterTypeGeoKey: 1 pixels are areas, 2 pixels are points.
    pub const RASTER_TYPE: u16 = 1025;
    /// GeodeticCRSGeoKey.
    pub const GEODETIC_CRS: u16 = 2048;
    /// GeodeticDatumGeoKey.
    pub const GEODETIC_DATUM: u16 = 2050;
    /// GeogAngularUnitsGeoKey.
    pub const ANGULAR_UNITS: u16 = 2054;
    /// EllipsoidSemiMajorAxisGeoKey.
    pub const SEMI_MAJOR_AXIS: u16 = 2057;
    /// EllipsoidInvFlatteningGeoKey.
    pub const INVERSE_FLATTENING: u16 = 2059;
    /// ProjectedCRSGeoKey.
    pub const PROJECTED_CRS: u16 = 3072;
    /// ProjectionGeoKey: a conversion, such as that of a UTM zone.
    pub const PROJECTION: u16 = 3074;
    /// ProjMethodGeoKey.
    pub const PROJECTION_METHOD: u16 = 3075;
    /// ProjLinearUnitsGeoKey.
    pub const LINEAR_UNITS: u16 = 3076;
    /// ProjStdParallel1GeoKey.
    pub const STD_PARALLEL_1: u16 = 3078;
    /// ProjStdParallel2GeoKey.
    pub const STD_PARALLEL_2: u16 = 3079;
    /// ProjNatOriginLongGeoKey.
    pub const NAT_ORIGIN_LONG: u16 = 3080;
    /// ProjNatOriginLatGeoKey.
    pub const NAT_ORIGIN_LAT: u16 = 3081;
    /// ProjFalseEastingGeoKey.
    pub const FALSE_EASTING: u16 = 3082;
    /// ProjFalseNorthingGeoKey.
    pub const FALSE_NORTHING: u16 = 3083;
    /// ProjFalseOriginLongGeoKey.
    pub const FALSE_ORIGIN_LONG: u16 = 3084;
    /// ProjFalseOriginLatGeoKey.
    pub const FALSE_ORIGIN_LAT: u16 = 3085;
    /// ProjFalseOriginEastingGeoKey.
    pub const FALSE_ORIGIN_EASTING: u16 = 3086;
    /// ProjFalseOriginNorthingGeoKey.
    pub const FALSE_ORIGIN_NORTHING: u16 = 3087;
    /// ProjCenterLongGeoKey.
    pub const CENTER_LONG: u16 = 3088;
    /// ProjCenterLatGeoKey.
    pub const CENTER_LAT: u16 = 3089;
    /// ProjCenterEastingGeoKey.
    pub const CENTER_EASTING: u16 = 3090;
    /// ProjCenterNorthingGeoKey.
    pub const CENTER_NORTHING: u16 = 3091;
    /// ProjScaleAtNatOriginGeoKey.
    pub const SCALE_AT_NAT_ORIGIN: u16 = 3092;
    /// ProjScaleAtCenterGeoKey.
    pub const SCALE_AT_CENTER: u16 = 3093;

    /// Value of MODEL_TYPE: projected coordinates.
    pub const MODEL_PROJECTED: u16 = 1;
    /// Value of MODEL_TYPE: longitude and latitude.
    pub const MODEL_GEOGRAPHIC: u16 = 2;
    /// Value of RASTER_TYPE: a position is the corner of a pixel.
    pub const PIXEL_IS_AREA: u16 = 1;
    /// Value of RASTER_TYPE: a position is the middle of a pixel.
    pub const PIXEL_IS_POINT: u16 = 2;
    /// Value of LINEAR_UNITS.
    pub const METRE: u16 = 9001;
    /// Value of ANGULAR_UNITS.
    pub const DEGREE: u16 = 9102;
    /// A value that follows from other keys.
    pub const USER_DEFINED: u16 = 32_767;
}
