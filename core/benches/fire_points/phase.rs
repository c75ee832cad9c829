//! Seconds and peak memory of a phase, as Linux counts them.

use std::time::Instant;

/// Phases that follow each other.
pub(crate) struct Phases {
    started: Instant,
    cpu_seconds: f64,
    total: (f64, f64, f64),
}

impl Phases {
    /// The first phase begins.
    pub(crate) fn start() -> Self {
        println!("{:<32} {:>9} {:>9} {:>9}", "phase", "seconds", "CPU", "peak MiB");
        let mut phases = Self { started: Instant::now(), cpu_seconds: 0.0, total: (0.0, 0.0, 0.0) };
        phases.skip();
        phases
    }

    /// What passed since the end of the last phase belongs to none.
    pub(crate) fn skip(&mut self) {
        // Linux then counts the peak again.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        self.started = Instant::now();
        self.cpu_seconds = cpu_seconds();
    }

    /// Prints the phase that ends, and begins the next.
    pub(crate) fn end(&mut self, name: &str) {
        let seconds = self.started.elapsed().as_secs_f64();
        let (cpu, peak) = (cpu_seconds() - self.cpu_seconds, peak_mib());
        line(name, (seconds, cpu, peak));
        self.total = (self.total.0 + seconds, self.total.1 + cpu, f64::max(self.total.2, peak));
        self.skip();
    }

    /// Prints the sum of the phases until now.
    pub(crate) fn total(&self, name: &str) {
        line(name, self.total);
    }
}

fn line(name: &str, (seconds, cpu, peak): (f64, f64, f64)) {
    println!("{name:<32} {seconds:>9.2} {cpu:>9.2} {peak:>9.0}");
}

/// Time on a processor of the only thread; NaN on other systems than Linux.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse::<f64>().ok());
    nanoseconds.map_or(f64::NAN, |nanoseconds| nanoseconds / 1e9)
}

/// The largest memory since it was last counted again; NaN on other systems than Linux.
fn peak_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}
