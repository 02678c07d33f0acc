//! The versions of a design, their runs, and what changed from one to another.
//!
//! Guarantee: whatever two texts say, comparing them ends soon and shows no more than fits a page.

use super::{LocalLab, refusals, words};
use crate::report::text::clean;
use crate::store::{DesignVersion, StoredDesign};
use app::api::Refusal;
use app::api::views::{Compared, DiffKind, DiffLine, VersionRow, VersionsView};
use app::model::run::DesignId;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_deadline, group_diff_ops};
use std::time::{Duration, Instant};

/// How many lines around a change are shown.
const AROUND: usize = 3;

/// How long the shortest difference is looked for; afterwards a longer one does.
const LOOKING: Duration = Duration::from_millis(200);

/// Most lines of a difference that are shown.
const SHOWN: usize = 1_000;

impl LocalLab {
    pub(super) async fn versions_view(
        &self,
        id: DesignId,
        which: Compared,
    ) -> Result<VersionsView, Refusal> {
        let newest = self.newest(id).await?;
        let versions = self.store.versions(id).await;
        let versions = versions.map_err(|e| refusals::store(&e))?;
        let compared = settled(which, newest.version);
        let is = self.version(id, compared.version).await?;
        let was = self.version(id, compared.since).await?;
        Ok(VersionsView {
            id,
            title: clean(&newest.title),
            versions: versions.into_iter().map(row).collect(),
            compared,
            diff: difference(&was.text, &is.text),
        })
    }

    async fn version(&self, id: DesignId, version: u32) -> Result<StoredDesign, Refusal> {
        let found = self.store.design(id, Some(version)).await;
        let found = found.map_err(|e| refusals::store(&e))?;
        found.ok_or_else(|| refusals::missing("version", &version.to_string()))
    }
}

/// Fills in what was not asked for.
fn settled(which: Compared, newest: u32) -> Compared {
    let version = match which.version {
        0 => newest,
        version => version,
    };
    let since = match which.since {
        0 => version.saturating_sub(1).max(1),
        since => since,
    };
    Compared { version, since }
}

fn row(version: DesignVersion) -> VersionRow {
    VersionRow {
        version: version.version,
        changed: words::when(version.changed),
        run_count: version.run_count,
        runs: version.runs.into_iter().map(words::run_row).collect(),
    }
}

/// The changed lines with those around them; empty where no line differs.
fn difference(was: &str, is: &str) -> Vec<DiffLine> {
    let (was, is): (Vec<&str>, Vec<&str>) = (was.lines().collect(), is.lines().collect());
    let until = Instant::now() + LOOKING;
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &was, &is, Some(until));
    let mut lines = Vec::new();
    let mut seen = 0;
    for op in group_diff_ops(ops, AROUND).iter().flatten() {
        skip(&mut lines, op.old_range().start - seen);
        seen = op.old_range().end;
        show(&mut lines, op, &was, &is);
    }
    if !lines.is_empty() {
        skip(&mut lines, was.len() - seen);
    }
    shortened(lines)
}

fn skip(lines: &mut Vec<DiffLine>, count: usize) {
    let text = match count {
        0 => return,
        1 => "1 line the same".to_owned(),
        n => format!("{n} lines the same"),
    };
    let kind = DiffKind::Skipped;
    lines.push(DiffLine { kind, text });
}

fn show(lines: &mut Vec<DiffLine>, op: &DiffOp, was: &[&str], is: &[&str]) {
    let mut add = |kind, texts: &[&str]| {
        lines.extend(texts.iter().map(|text| DiffLine {
            kind,
            text: clean(text),
        }));
    };
    let (tag, old, new) = op.as_tag_tuple();
    if tag == DiffTag::Equal {
        return add(DiffKind::Same, &was[old]);
    }
    add(DiffKind::Removed, &was[old]);
    add(DiffKind::Added, &is[new]);
}

fn shortened(mut lines: Vec<DiffLine>) -> Vec<DiffLine> {
    let more = lines.len().saturating_sub(SHOWN);
    if more > 0 {
        lines.truncate(SHOWN);
        let text = format!("{more} more lines, not shown");
        let kind = DiffKind::Skipped;
        lines.push(DiffLine { kind, text });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A difference as `diff` would write it.
    fn written(was: &str, is: &str) -> String {
        let line = |line: DiffLine| match line.kind {
            DiffKind::Same => format!("  {}\n", line.text),
            DiffKind::Added => format!("+ {}\n", line.text),
            DiffKind::Removed => format!("- {}\n", line.text),
            DiffKind::Skipped => format!("… {}\n", line.text),
        };
        difference(was, is).into_iter().map(line).collect()
    }

    #[test]
    fn a_change_stands_among_the_lines_around_it() {
        let was = "1\n2\n3\n4\n5\nold\n6\n7\n8\n9\n";
        let is = "1\n2\n3\n4\n5\nnew\nmore\n6\n7\n8\n9\n";
        let expected = "… 2 lines the same\n  3\n  4\n  5\n- old\n+ new\n+ more\n  6\n  7\n  8\n… 1 line the same\n";
        assert_eq!(written(was, is), expected);
    }

    #[test]
    fn only_lines_count_and_nothing_in_them_hides() {
        assert_eq!(written("a\r\nb", "a\nb\n"), "");
        assert_eq!(written("", "a\u{202e}b"), "+ a\u{fffd}b\n");
    }

    #[test]
    fn texts_that_have_nothing_in_common_are_compared_in_no_time() {
        let text = |from: u32| -> String {
            let numbers = (0..60_000).map(|n| format!("{}\n", n * 2 + from));
            numbers.collect()
        };
        let begun = Instant::now();
        let lines = difference(&text(0), &text(1));
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert_eq!(lines.len(), SHOWN + 1);
        let last = lines.last().map(|line| line.text.as_str());
        assert_eq!(last, Some("119000 more lines, not shown"));
    }

    #[test]
    fn what_is_not_asked_for_is_the_newest_and_the_one_before() {
        let ask = |version, since| {
            let which = settled(Compared { version, since }, 7);
            (which.version, which.since)
        };
        assert_eq!(ask(0, 0), (7, 6));
        assert_eq!(ask(3, 0), (3, 2));
        assert_eq!(ask(0, 1), (7, 1));
        assert_eq!(ask(1, 0), (1, 1));
    }
}
