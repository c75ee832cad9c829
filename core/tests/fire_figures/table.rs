//! The table of figures: what was measured beside the target, and what must not get worse.

/// Prints figures, and collects those that are worse than they must be.
#[derive(Default)]
pub(crate) struct Table {
    below_target: Vec<String>,
    worse: Vec<String>,
}

impl Table {
    /// Begins the table with its columns.
    pub(crate) fn start() -> Self {
        println!("{:<66} {:>9} {:>9}", "figure", "measured", "target");
        Self::default()
    }

    /// A figure whose target is reached.
    pub(crate) fn at_least(&mut self, what: &str, measured: f64, target: f64) {
        self.at_least_so_far(what, measured, (target, target), "");
    }

    /// A figure whose target is reached.
    pub(crate) fn at_most(&mut self, what: &str, measured: f64, target: f64) {
        self.at_most_so_far(what, measured, (target, target), "");
    }

    /// A figure that misses its target, with the least value that was reached, and the cause.
    pub(crate) fn at_least_so_far(
        &mut self,
        what: &str,
        measured: f64,
        (target, reached): (f64, f64),
        cause: &str,
    ) {
        self.line(what, (measured, target), (measured >= target, measured >= reached), cause);
    }

    /// A figure that misses its target, with the largest value that was reached, and the cause.
    pub(crate) fn at_most_so_far(
        &mut self,
        what: &str,
        measured: f64,
        (target, reached): (f64, f64),
        cause: &str,
    ) {
        self.line(what, (measured, target), (measured <= target, measured <= reached), cause);
    }

    fn line(
        &mut self,
        what: &str,
        (measured, target): (f64, f64),
        (meets_target, is_kept): (bool, bool),
        cause: &str,
    ) {
        let mark = if meets_target { "" } else { "  missed: " };
        let cause = if meets_target { "" } else { cause };
        println!("{what:<66} {measured:>9.3} {target:>9.3}{mark}{cause}");
        if !meets_target {
            self.below_target.push(what.to_owned());
        }
        if !is_kept {
            self.worse.push(format!("{what}: {measured:.3}"));
        }
    }

    /// Prints what is not measured here, and fails when a figure is worse than it must be.
    pub(crate) fn end(self) {
        for (figure, how) in [
            ("2 outline by map", "`cargo test -p dragonfly-batch --test it outline_by_map`"),
            ("10 a million points", "`cargo bench -p dragonfly-core --bench fire_points`"),
            ("10 500 fires drawn", "the browser tests (tests/browser)"),
            ("11 parser fuzzed", "`cargo test -p dragonfly-core points::fuzz`"),
            ("12 nights of failing sources", "`cargo test -p dragonfly-core fires::tests::blind`"),
            (
                "12 failing sources and the age of the list",
                "`cargo test -p dragonfly-batch --bin dragonfly fires::night`",
            ),
            (
                "12 200 kills",
                "`DRAGONFLY_FIRE_KILLS=200 cargo test -p dragonfly-batch --test it found_fires`",
            ),
            ("12 history of points", "`cargo test -p dragonfly-batch --test it point_history`"),
        ] {
            println!("{figure:<66} by {how}");
        }
        println!("below the target: {:#?}", self.below_target);
        assert!(self.worse.is_empty(), "worse than before: {:#?}", self.worse);
    }
}
