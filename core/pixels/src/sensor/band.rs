//! Spectral bands by their role, whatever a catalogue names their files.

/// What a spectral band measures, by the common names of STAC's electro-optical extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BandRole {
    /// 0.45–0.52 µm.
    Blue,
    /// 0.50–0.60 µm.
    Green,
    /// 0.60–0.70 µm.
    Red,
    /// Near infrared, 0.85–0.88 µm: Sentinel-2's narrow band 8A, Landsat's band 5.
    Nir,
    /// Short-wave infrared, 1.55–1.75 µm.
    Swir16,
    /// Short-wave infrared, 2.1–2.3 µm.
    Swir22,
}

impl BandRole {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Blue, Self::Green, Self::Red, Self::Nir, Self::Swir16, Self::Swir22];

    /// Red, green and blue.
    pub const VISIBLE: [Self; 3] = [Self::Red, Self::Green, Self::Blue];

    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
            Self::Red => "red",
            Self::Nir => "near infrared",
            Self::Swir16 => "short-wave infrared at 1.6 µm",
            Self::Swir22 => "short-wave infrared",
        }
    }
}
