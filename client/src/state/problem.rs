//! What went wrong while loading, as far as the reader should know.

/// Something that could not be shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoadError {
    /// The list of regions.
    Index,
    /// Lines of the list of regions.
    IndexLines(usize),
    /// The list of fires.
    Fires,
    /// Lines of the list of fires.
    FireLines(usize),
    /// The metadata of the region with this title.
    Region(String),
    /// Tiles of the region with this title.
    Tiles(String),
    /// The outlines of the land.
    Land,
    /// The raster basemap with this title.
    Basemap(String),
    /// The settings.
    Config,
    /// The phrases of the language with this name.
    Language(&'static str),
    /// The tools that load when they are first used.
    Tools,
    /// A sentence that one of the tools reported.
    Reported(String),
}

/// Adds an error once; the gravest come first.
pub fn add(problems: &mut Vec<LoadError>, problem: LoadError) {
    if let Err(index) = problems.binary_search(&problem) {
        problems.insert(index, problem);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_listed_once_and_the_gravest_first() {
        let mut problems = Vec::new();
        for problem in
            [LoadError::Tiles("Madre".into()), LoadError::Index, LoadError::Tiles("Madre".into())]
        {
            add(&mut problems, problem);
        }
        assert_eq!(problems, [LoadError::Index, LoadError::Tiles("Madre".into())]);
    }
}
