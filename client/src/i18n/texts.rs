//! A table of phrases as a plain list of texts, as the file of a language holds it.

/// The texts of a file, in the order of the table's fields.
pub struct Texts {
    texts: std::vec::IntoIter<&'static str>,
    count: usize,
}

impl Texts {
    /// The texts of a list.
    pub fn new(texts: Vec<&'static str>) -> Self {
        Self { texts: texts.into_iter(), count: 0 }
    }

    /// Puts the next text into its place. Not inlined: a table has hundreds of places.
    #[inline(never)]
    pub fn read(&mut self, place: &mut &'static str) {
        self.count += 1;
        *place = self.texts.next().unwrap_or_default();
    }

    /// Whether as many texts were read as the list holds.
    pub fn are_all_read(&self, count: usize) -> bool {
        self.count == count
    }
}

/// What a list of texts holds.
pub trait Text {
    /// Changes whenever a field is added, removed, renamed, moved or of another kind.
    const FINGERPRINT: u32;

    /// Replaces its texts by the next ones.
    fn read(&mut self, texts: &mut Texts);

    /// Adds its texts to a list.
    #[cfg(test)]
    fn add_to(&self, texts: &mut Vec<&'static str>);
}

impl Text for &'static str {
    const FINGERPRINT: u32 = EMPTY_HASH;

    fn read(&mut self, texts: &mut Texts) {
        texts.read(self);
    }

    #[cfg(test)]
    fn add_to(&self, texts: &mut Vec<&'static str>) {
        texts.push(self);
    }
}

impl<T: Text, const N: usize> Text for [T; N] {
    const FINGERPRINT: u32 = hash(T::FINGERPRINT, &(N as u32).to_le_bytes());

    fn read(&mut self, texts: &mut Texts) {
        self.iter_mut().for_each(|text| text.read(texts));
    }

    #[cfg(test)]
    fn add_to(&self, texts: &mut Vec<&'static str>) {
        self.iter().for_each(|text| text.add_to(texts));
    }
}

impl Text for (&'static str, &'static str) {
    const FINGERPRINT: u32 = hash(EMPTY_HASH, b"two");

    fn read(&mut self, texts: &mut Texts) {
        texts.read(&mut self.0);
        texts.read(&mut self.1);
    }

    #[cfg(test)]
    fn add_to(&self, texts: &mut Vec<&'static str>) {
        texts.extend([self.0, self.1]);
    }
}

/// FNV-1a of bytes, which goes on from the hash of others.
pub const fn hash(mut hash: u32, bytes: &[u8]) -> u32 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}

/// Where FNV-1a begins.
pub const EMPTY_HASH: u32 = 0x811c_9dc5;

/// A struct all of whose fields are texts or hold texts.
macro_rules! table_of_texts {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$about_field:meta])* pub $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy)]
        pub struct $name {
            $($(#[$about_field])* pub $field: $kind,)*
        }

        impl $crate::i18n::texts::Text for $name {
            const FINGERPRINT: u32 = {
                let mut hash = $crate::i18n::texts::EMPTY_HASH;
                $(
                    hash = $crate::i18n::texts::hash(hash, stringify!($field).as_bytes());
                    let kind = <$kind as $crate::i18n::texts::Text>::FINGERPRINT;
                    hash = $crate::i18n::texts::hash(hash, &kind.to_le_bytes());
                )*
                hash
            };

            fn read(&mut self, texts: &mut $crate::i18n::texts::Texts) {
                $($crate::i18n::texts::Text::read(&mut self.$field, texts);)*
            }

            #[cfg(test)]
            fn add_to(&self, texts: &mut Vec<&'static str>) {
                $($crate::i18n::texts::Text::add_to(&self.$field, texts);)*
            }
        }
    };
}
pub(crate) use table_of_texts;

/// Defines for the tests the function that returns the table of a language, a static of this name in a
/// module per language beside the invocation.
macro_rules! table_by_language {
    ($of:ident: $table:ty, $name:ident) => {
        /// The table of a language, from which its file is made.
        #[cfg(test)]
        pub fn $of(language: $crate::i18n::Language) -> &'static $table {
            use $crate::i18n::Language;

            match language {
                Language::English => &english::$name,
                Language::German => &german::$name,
                Language::Greek => &greek::$name,
                Language::Spanish => &spanish::$name,
                Language::French => &french::$name,
                Language::Italian => &italian::$name,
                Language::Portuguese => &portuguese::$name,
            }
        }
    };
}
pub(crate) use table_by_language;
