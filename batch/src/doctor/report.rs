//! Findings on paper: a line per probe for people, JSON for scripts.

use std::fmt::Write;

use anyhow::{Context, Result};

use super::finding::{Finding, FindingStatus};

/// A line per probe: a mark, the probe, what was found; the next step below it.
pub(crate) fn describe(findings: &[Finding], coloured: bool) -> String {
    let names: Vec<String> = findings.iter().map(name).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (finding, name) in findings.iter().zip(names) {
        let (mark, colour) = mark(finding.status);
        let mark =
            if coloured { format!("\x1b[{colour}m{mark:<4}\x1b[0m") } else { format!("{mark:<4}") };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{mark}  {name:<width$}  {}", finding.finding);
        if let Some(advice) = &finding.advice {
            let _ = writeln!(text, "      {:width$}  → {advice}", "");
        }
    }
    text
}

/// A list of `{probe, region, status, finding, advice}`.
///
/// # Errors
/// When a finding cannot be written as JSON.
pub(crate) fn as_json(findings: &[Finding]) -> Result<String> {
    let text = serde_json::to_string_pretty(findings).context("writing the findings as JSON")?;
    Ok(text + "\n")
}

fn name(finding: &Finding) -> String {
    match &finding.region {
        Some(region) => format!("{} of {region}", finding.probe),
        None => finding.probe.to_owned(),
    }
}

/// The word and the terminal's colour of a status.
fn mark(status: FindingStatus) -> (&'static str, u8) {
    match status {
        FindingStatus::Ok => ("ok", 32),
        FindingStatus::Warn => ("warn", 33),
        FindingStatus::Fail => ("FAIL", 31),
        FindingStatus::Skipped => ("skip", 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> Vec<Finding> {
        vec![
            Finding::ok("disk", "20.0 GB are free"),
            Finding::fail("scene", "none in June", "widen the window").of("evia"),
        ]
    }

    #[test]
    fn a_line_a_probe_and_the_next_step_below() {
        let expected = "ok    disk           20.0 GB are free\nFAIL  scene of evia  none in \
            June\n                     → widen the window\n";
        assert_eq!(describe(&findings(), false), expected);
        assert!(describe(&findings(), true).contains("\x1b[31mFAIL\x1b[0m  scene of evia"));
    }

    #[test]
    fn scripts_read_the_same_as_json() {
        let read: serde_json::Value = serde_json::from_str(&as_json(&findings()).unwrap()).unwrap();
        let expected = serde_json::json!([
            { "probe": "disk", "region": null, "status": "ok", "finding": "20.0 GB are free", "advice": null },
            { "probe": "scene", "region": "evia", "status": "fail", "finding": "none in June", "advice": "widen \
                the window" },
        ]);
        assert_eq!(read, expected);
    }
}
