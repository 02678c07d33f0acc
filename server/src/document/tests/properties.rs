//! What must hold for any value and any text.

use super::corpus::ODD;
use crate::document::{edit, example, form, locate, read, title_and_service};
use app::api::views::FormEdit;
use proptest::prelude::*;

const PATHS: [&str; 18] = [
    "title",
    "description",
    "target.service",
    "target.tasks.count",
    "target.tasks.pick",
    "hypothesis.probes[0].name",
    "hypothesis.probes[0].http.url",
    "hypothesis.probes[0].http.every",
    "hypothesis.probes[0].http.timeout",
    "hypothesis.probes[0].http.expect_status",
    "hypothesis.recovers_within",
    "hypothesis.availability_at_least",
    "method[0].signal",
    "guards[0].abort_when.availability_below",
    "guards[0].abort_when.for",
    "timing.baseline",
    "timing.observe",
    "repeat",
];

/// Fields of the document that is full of comments: some are there, some are not.
const COMMENTED: [&str; 6] = [
    "title",
    "target.service",
    "method[0].fault",
    "method[0].signal",
    "repeat",
    "timing.observe",
];

/// What people, and those who mean harm, might type.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 :#'\"{}\\[\\],&*!|>%@`~?=+./-]{1,20}",
        "\\PC{1,20}",
        "(?s).{1,12}",
        "-?[0-9]{1,12}(\\.[0-9]{1,3})?(ms|s|m|h|%| sek)?",
        prop::sample::select(vec![
            "yes", "null", "~", "0x1F", "1_000", "---", "...", "<<", ".nan", "{}", "- a", "a: b"
        ])
        .prop_map(str::to_owned),
    ]
}

/// The scalar at a path, as another reader sees it.
fn value_at(text: &str, path: &str) -> Option<String> {
    let mut value: serde_json::Value = serde_saphyr::from_str(text).ok()?;
    for step in path.replace('[', ".").replace(']', "").split('.') {
        value = match step.parse::<usize>() {
            Ok(index) => value.get(index)?.clone(),
            Err(_) => value.get(step)?.clone(),
        };
    }
    Some(
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    )
}

/// All values but the one at a path.
fn others(text: &str, path: &str) -> Vec<Option<String>> {
    let others = PATHS.iter().filter(|other| **other != path);
    others.map(|other| value_at(text, other)).collect()
}

fn any_edit() -> impl Strategy<Value = FormEdit> {
    let path = prop_oneof![
        prop::sample::select(PATHS.to_vec()).prop_map(str::to_owned),
        prop::sample::select(vec![
            "target.tasks.by",
            "target.tasks.number",
            "method",
            "x.y[2]"
        ])
        .prop_map(str::to_owned),
        "[a-z\\[\\]0-9.]{0,12}",
    ];
    let places = prop::sample::select(vec![
        "guards[0]",
        "method[0]",
        "hypothesis.probes[0]",
        "target",
    ]);
    prop_oneof![
        4 => (path, typed()).prop_map(|(path, value)| FormEdit::Set { path, value }),
        1 => Just(FormEdit::AddProbe { kind: "http".to_owned() }),
        1 => Just(FormEdit::AddFault { kind: "container-kill".to_owned() }),
        1 => Just(FormEdit::AddGuard),
        1 => places.prop_map(|path| FormEdit::Remove { path: path.to_owned() }),
    ]
}

/// Texts that are nearly documents: an odd one with a piece taken out or put in.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![typed(), "[ \\n\\t:\\-#{}\\[\\],&*'\"|>]{0,6}"];
    (
        0..=ODD.len(),
        any::<prop::sample::Index>(),
        0_usize..30,
        piece,
    )
        .prop_map(|(which, at, gone, piece)| {
            let text = ODD.get(which).map_or(example(), |odd| odd.1);
            let chars: Vec<char> = text.chars().collect();
            let at = at.index(chars.len());
            let before: String = chars.iter().take(at).collect();
            let after: String = chars.iter().skip(at + gone).collect();
            format!("{before}{piece}{after}")
        })
}

fn exercise(text: &str, change: &FormEdit) -> Result<(), TestCaseError> {
    let read = read(text);
    let shown = form(text);
    let _ = title_and_service(text);
    for path in PATHS {
        let _ = locate(text, path);
    }
    if let Err(problems) = &read {
        prop_assert!(!problems.is_empty());
        prop_assert!(
            problems
                .iter()
                .all(|p| !p.message.is_empty() && p.line != Some(0))
        );
        let places: Vec<_> = problems.iter().map(|p| (p.line, p.column)).collect();
        prop_assert!(places.is_sorted());
    }
    prop_assert!(read.is_err() || shown.is_some());
    if let Ok(after) = edit(text, change) {
        prop_assert!(form(&after).is_some());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn setting_a_value_changes_that_value_and_no_other_line(
        path in prop::sample::select(PATHS.to_vec()),
        value in typed(),
    ) {
        let change = FormEdit::Set { path: path.to_owned(), value: value.clone() };
        let before = example();
        let after = edit(before, &change).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(value_at(&after, path), Some(value));
        prop_assert_eq!(others(&after, path), others(before, path));
        let added = path == "description";
        let kept = after.lines().zip(before.lines()).filter(|(a, b)| a == b).count();
        prop_assert!(kept + usize::from(!added) >= before.lines().count());
        prop_assert_eq!(after.lines().count(), before.lines().count() + usize::from(added));
        let comment = |text: &str| text.split_once("      #").map(|(_, rest)| rest.lines().next().map(str::to_owned));
        prop_assert_eq!(comment(&after), comment(before));
    }

    #[test]
    fn an_edit_keeps_every_other_line_and_every_comment(
        path in prop::sample::select(COMMENTED.to_vec()),
        value in typed(),
        windows: bool,
    ) {
        let before = ODD.first().map(|odd| odd.1).unwrap_or_default();
        let end = if windows { "\r\n" } else { "\n" };
        let before = before.replace('\n', end);
        let change = FormEdit::Set { path: path.to_owned(), value: value.clone() };
        let after = edit(&before, &change).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(value_at(&after, path), Some(value));
        let mut rest = after.split(end);
        let lost = before.split(end).filter(|line| !rest.clone().any(|l| l == *line) || !rest.any(|l| l == *line));
        prop_assert!(lost.count() <= 1, "{}", after);
        prop_assert!(after.matches(" # ").count() >= before.matches(" # ").count());
        prop_assert_eq!(after.matches('\r').count(), before.matches('\r').count() + usize::from(windows) * (after.matches('\n').count() - before.matches('\n').count()));
    }

    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,200}", change in any_edit()) {
        exercise(&text, &change)?;
    }

    #[test]
    fn no_text_that_looks_like_yaml_makes_it_panic(
        text in "[ab:\\-# \\n\\t\\r{}\\[\\],&*!|>'\"%@?~é]{0,60}",
        change in any_edit(),
    ) {
        exercise(&text, &change)?;
    }

    #[test]
    fn no_broken_document_makes_it_panic(text in nearly(), change in any_edit()) {
        exercise(&text, &change)?;
    }

    #[test]
    fn edits_one_after_the_other_leave_a_document(changes in prop::collection::vec(any_edit(), 1..8), which in 0..=ODD.len()) {
        let mut text = ODD.get(which).map_or(example(), |odd| odd.1).to_owned();
        for change in &changes {
            if let Ok(after) = edit(&text, change) {
                text = after;
            }
        }
        prop_assert!(form(&text).is_some());
    }
}
