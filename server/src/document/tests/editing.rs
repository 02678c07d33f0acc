//! Each kind of edit, to the byte.

use super::SHORT;
use crate::document::{EditError, edit, example, form, read};
use app::api::views::FormEdit;

fn set(path: &str, value: &str) -> FormEdit {
    FormEdit::Set {
        path: path.to_owned(),
        value: value.to_owned(),
    }
}

fn remove(path: &str) -> FormEdit {
    FormEdit::Remove {
        path: path.to_owned(),
    }
}

fn probe(kind: &str) -> FormEdit {
    FormEdit::AddProbe {
        kind: kind.to_owned(),
    }
}

fn fault(kind: &str) -> FormEdit {
    FormEdit::AddFault {
        kind: kind.to_owned(),
    }
}

#[track_caller]
fn becomes(before: &str, change: &FormEdit, after: &str) {
    assert_eq!(edit(before, change).as_deref(), Ok(after), "{change:?}");
}

/// One edit of the example replaces one piece of it.
#[track_caller]
fn replaces(change: &FormEdit, piece: &str, by: &str) {
    assert!(example().contains(piece), "{piece}");
    becomes(example(), change, &example().replacen(piece, by, 1));
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    replaces(
        &set("title", "Another"),
        "Canary survives a container kill",
        "Another",
    );
    replaces(&set("target.tasks.count", "2"), "count: 1", "count: 2");
    replaces(
        &set("target.tasks.pick", "oldest"),
        "pick: random }",
        "pick: oldest }",
    );
    replaces(
        &set("hypothesis.recovers_within", "15 sek"),
        "15s",
        "15 sek",
    );
    replaces(
        &set("hypothesis.probes[0].http.url", "http://x.test/?a=b#c"),
        "http://127.0.0.1:8089/",
        "http://x.test/?a=b#c",
    );
    replaces(
        &set("hypothesis.probes[0].http.every", "1s, or so"),
        "every: 100ms",
        "every: \"1s, or so\"",
    );
    replaces(
        &set("hypothesis.probes[0].http.expect_status", "204"),
        "200",
        "204",
    );
    replaces(&set("method[0].signal", "SIGTERM"), "SIGKILL", "SIGTERM");
    replaces(
        &set("guards[0].abort_when.for", "5s"),
        "for: 60s",
        "for: 5s",
    );
    replaces(&set("timing.observe", "2m"), "observe: 60s", "observe: 2m");
    replaces(&set("repeat", "20"), "repeat: 1", "repeat: 20");
}

#[test]
fn quotes_only_where_they_are_needed() {
    let cases = [
        ("plain words", "plain words"),
        ("it's 5 o'clock, no#1", "it's 5 o'clock, no#1"),
        ("über 5 Straßen", "über 5 Straßen"),
        ("-3s", "-3s"),
        ("a:b", "a:b"),
        ("1", "\"1\""),
        ("1e3", "\"1e3\""),
        ("yes", "\"yes\""),
        ("null", "\"null\""),
        ("a: b", "\"a: b\""),
        ("#x", "\"#x\""),
        ("a #x", "\"a #x\""),
        (" a ", "\" a \""),
        ("- a", "\"- a\""),
        ("*a", "\"*a\""),
        ("&a b", "\"&a b\""),
        ("{a}", "\"{a}\""),
        ("%a", "\"%a\""),
        ("say \"so\"", "say \"so\""),
        ("\"so\"", "\"\\\"so\\\"\""),
        ("two\nlines\t\u{7}", "\"two\\nlines\\t\\u0007\""),
        ("back\\slash", "back\\slash"),
        ("\u{feff}bom", "\"\\ufeffbom\""),
        ("🐝", "🐝"),
    ];
    for (typed, written) in cases {
        let after = edit(SHORT, &set("title", typed)).unwrap();
        assert_eq!(
            after,
            SHORT.replace("Web survives a kill", written),
            "{typed:?}"
        );
        assert_eq!(form(&after).unwrap().title, typed, "{typed:?}");
        assert_eq!(read(&after).unwrap().title, typed, "{typed:?}");
    }
}

#[test]
fn the_quotes_that_are_there_stay() {
    becomes(
        "title: 'a'  # x\n",
        &set("title", "it's"),
        "title: 'it''s'  # x\n",
    );
    becomes("title: \"a\"", &set("title", "b"), "title: \"b\"");
    becomes("title: 'a'", &set("title", "b\nc"), "title: \"b\\nc\"");
    becomes(
        "title: |  \n  a\n  b\n\ntarget: {}\n",
        &set("title", "b"),
        "title: b\n\ntarget: {}\n",
    );
    becomes(
        "title: a\n  b\n  c # d\nx: y\n",
        &set("title", "b"),
        "title: b # d\nx: y\n",
    );
}

#[test]
fn an_empty_value_removes_an_optional_field_and_empties_a_required_one() {
    replaces(
        &set("hypothesis.recovers_within", ""),
        "  recovers_within: 15s\n",
        "",
    );
    replaces(&set("repeat", ""), "repeat: 1\n", "");
    replaces(&set("timing.baseline", ""), "baseline: 10s, ", "");
    replaces(&set("timing.observe", ""), ", observe: 60s", "");
    replaces(
        &set("title", ""),
        "Canary survives a container kill",
        "\"\"",
    );
    becomes(SHORT, &set("repeat", ""), SHORT);
    becomes(
        "timing:\n  # keep\n  observe: 5s # gone\nrepeat: 1",
        &set("timing.observe", ""),
        "timing: {}\n  # keep\nrepeat: 1",
    );
    becomes(
        "repeat: 2\ntiming: {observe: 5s}\n",
        &set("timing.observe", ""),
        "repeat: 2\ntiming: {}\n",
    );
    becomes("title: a\nrepeat: 2", &set("repeat", ""), "title: a");
    becomes("title: a\r\nrepeat: 2", &set("repeat", ""), "title: a");
}

#[test]
fn missing_fields_are_made_where_they_belong() {
    becomes(
        SHORT,
        &set("timing.observe", "90s"),
        &format!("{SHORT}timing: {{ observe: 90s }}\n"),
    );
    becomes(SHORT, &set("repeat", "3"), &format!("{SHORT}repeat: 3\n"));
    becomes(
        SHORT,
        &set("target.tasks.pick", "newest"),
        &SHORT.replace("web\n", "web\n  tasks: { pick: newest }\n"),
    );
    becomes(
        SHORT,
        &set("method[0].signal", "SIGINT"),
        &format!("{SHORT}    signal: SIGINT\n"),
    );
    becomes(
        SHORT,
        &set("hypothesis.recovers_within", "20s"),
        &format!("{SHORT}hypothesis:\n  recovers_within: 20s\n"),
    );
    becomes(
        SHORT.trim_end(),
        &set("repeat", "3"),
        &format!("{SHORT}repeat: 3"),
    );
    let crlf = SHORT.replace('\n', "\r\n");
    becomes(
        &crlf,
        &set("hypothesis.recovers_within", "20s"),
        &format!("{crlf}hypothesis:\r\n  recovers_within: 20s\r\n"),
    );
    becomes(
        "timing: # soon\nrepeat: 1\n",
        &set("timing.observe", "5s"),
        "timing: { observe: 5s } # soon\nrepeat: 1\n",
    );
    becomes(
        "hypothesis: ~ # soon\nrepeat: 1\n",
        &set("hypothesis.recovers_within", "5s"),
        "hypothesis: # soon\n  recovers_within: 5s\nrepeat: 1\n",
    );
    becomes(
        "timing: {}",
        &set("timing.observe", "5s"),
        "timing: { observe: 5s }",
    );
    becomes(
        "title:   # what\nrepeat: 1\n",
        &set("title", "x"),
        "title: x   # what\nrepeat: 1\n",
    );
    becomes(
        "timing: {baseline: 1s,}",
        &set("timing.observe", "5s"),
        "timing: {baseline: 1s, observe: 5s,}",
    );
    becomes(
        "timing: {\n    baseline: 1s # one\n  }\n",
        &set("timing.observe", "5s"),
        "timing: {\n    baseline: 1s, # one\n    observe: 5s\n  }\n",
    );
    becomes(
        "target:\n    service: a  # x\n    # y\n\n# z\nrepeat: 1\n",
        &set("target.tasks.count", "2"),
        "target:\n    service: a  # x\n    tasks: { count: 2 }\n    # y\n\n# z\nrepeat: 1\n",
    );
}

#[test]
fn tasks_are_chosen_by_one_of_three_ways() {
    let by = |way: &str| set("target.tasks.by", way);
    let number = |number: &str| set("target.tasks.number", number);
    replaces(&by("count"), "count: 1", "count: 1");
    replaces(&by("percent"), "count: 1", "percent: 50");
    replaces(&by("all"), "count: 1", "all: true");
    replaces(&number("3"), "count: 1", "count: 3");
    replaces(&number(""), "count: 1, ", "");
    let all = edit(example(), &by("all")).unwrap();
    assert!(matches!(
        edit(&all, &number("2")),
        Err(EditError::Refused(_))
    ));
    becomes(&all, &by("count"), example());
    becomes(
        SHORT,
        &by("all"),
        &SHORT.replace("web\n", "web\n  tasks: { all: true }\n"),
    );
    becomes(
        SHORT,
        &number("2"),
        &SHORT.replace("web\n", "web\n  tasks: { count: 2 }\n"),
    );
    let muddle =
        "target:\n  service: a\n  tasks:\n    count: 1 # a\n    all: true\n    percent: 5\n";
    becomes(
        muddle,
        &by("count"),
        "target:\n  service: a\n  tasks:\n    count: 1 # a\n",
    );
    assert!(matches!(
        edit(SHORT, &by("luck")),
        Err(EditError::Refused(_))
    ));
}

#[test]
fn probes_faults_and_guards_are_added_in_the_style_of_the_text() {
    let api = "every: 100ms, timeout: 1s, expect_status: 200 }\n";
    replaces(
        &probe("tcp"),
        api,
        &format!("{api}    - name: tcp\n      tcp: {{ address: \"127.0.0.1:5432\" }}\n"),
    );
    replaces(
        &fault("service-label"),
        "    signal: SIGKILL\n",
        "    signal: SIGKILL\n  - fault: service-label\n    label: change-me\n    value: change-me\n",
    );
    let guard = "  - abort_when: { availability_below: 5%, for: 60s }\n";
    replaces(&FormEdit::AddGuard, guard, &guard.repeat(2));
    let probes = "hypothesis:\n  probes:\n    - name: http\n      http: { url: \"http://127.0.0.1:8080/\" }\n";
    becomes(SHORT, &probe("http"), &format!("{SHORT}{probes}"));
    let two = edit(&format!("{SHORT}{probes}"), &probe("http")).unwrap();
    assert!(
        two.ends_with("    - name: http-2\n      http: { url: \"http://127.0.0.1:8080/\" }\n"),
        "{two}"
    );
    assert!(read(&two).is_ok());
    becomes(
        "method:\n- fault: container-kill # dense\n",
        &fault("container-kill"),
        "method:\n- fault: container-kill # dense\n- fault: container-kill\n  signal: SIGKILL\n",
    );
    becomes(
        "method: [] # none yet\n",
        &fault("container-kill"),
        "method: # none yet\n  - fault: container-kill\n    signal: SIGKILL\n",
    );
    becomes(
        "method: [{fault: container-kill}]",
        &fault("container-kill"),
        "method: [{fault: container-kill}, { fault: container-kill, signal: SIGKILL }]",
    );
    assert!(matches!(
        edit(SHORT, &fault("asteroid")),
        Err(EditError::Refused(_))
    ));
    assert!(matches!(
        edit(SHORT, &probe("icmp")),
        Err(EditError::Refused(_))
    ));
}

#[test]
fn items_are_removed_with_what_belongs_to_them_and_nothing_else() {
    let guards = "guards:\n  # a\n  - abort_when: # b\n      availability_below: 5% # c\n      # d\n      for: 1s\n  # e\n\n  - abort_when: { availability_below: 6%, for: 2s } # f\n# g\n";
    becomes(
        guards,
        &remove("guards[1]"),
        "guards:\n  # a\n  - abort_when: # b\n      availability_below: 5% # c\n      # d\n      for: 1s\n  # e\n\n# g\n",
    );
    becomes(
        guards,
        &remove("guards[0]"),
        "guards:\n  # a\n  # e\n\n  - abort_when: { availability_below: 6%, for: 2s } # f\n# g\n",
    );
    replaces(
        &remove("guards[0]"),
        ":\n  - abort_when: { availability_below: 5%, for: 60s }\n",
        ": []\n",
    );
    becomes("guards: [a, b, c]", &remove("guards[0]"), "guards: [b, c]");
    becomes("guards: [a, b, c]", &remove("guards[2]"), "guards: [a, b]");
    becomes(
        "guards: [\n  a, # b\n]",
        &remove("guards[0]"),
        "guards: [\n   # b\n]",
    );
    becomes("guards: [ a ]", &remove("guards[0]"), "guards: [  ]");
    becomes(
        "guards:\n-\n  - x\n- b",
        &remove("guards[1]"),
        "guards:\n-\n  - x",
    );
    assert_eq!(
        edit(SHORT, &remove("guards[0]")),
        Err(EditError::Missing("guards[0]".to_owned()))
    );
    let removed = edit(example(), &remove("guards[0]")).unwrap();
    assert_eq!(
        edit(&removed, &FormEdit::AddGuard).as_deref(),
        Ok(example())
    );
}

#[test]
fn a_json_text_stays_json() {
    let json: serde_json::Value = serde_saphyr::from_str(example()).unwrap();
    let text = serde_json::to_string_pretty(&json).unwrap();
    let edits = [
        set("title", "say \"hi\"\n\u{2028}"),
        set("repeat", "7"),
        set("repeat", "many"),
        set("timing.observe", ""),
        set("timing.baseline", ""),
        set("hypothesis.probes[0].http.every", "1 s"),
        set("description", "new"),
        set("target.tasks.by", "all"),
        set("target.tasks.by", "percent"),
        probe("tcp"),
        fault("service-label"),
        FormEdit::AddGuard,
        remove("guards[0]"),
        remove("hypothesis.probes[0]"),
    ];
    for one in edits {
        for text in [text.clone(), json.to_string(), text.replace('\n', "\r\n")] {
            let after = edit(&text, &one).unwrap();
            assert!(
                serde_json::from_str::<serde_json::Value>(&after).is_ok(),
                "{one:?}: {after}"
            );
            assert_ne!(after, text, "{one:?}");
        }
    }
    let after = edit(&text, &set("repeat", "7")).unwrap();
    assert_eq!(after, text.replace("\"repeat\": 1", "\"repeat\": 7"));
    let after = edit(&text, &set("description", "x")).unwrap();
    let read: serde_json::Value = serde_json::from_str(&after).unwrap();
    assert_eq!(read["description"], "x");
    assert!(after.ends_with(",\n  \"description\": \"x\"\n}"), "{after}");
}

#[test]
fn what_cannot_be_patched_is_left_to_the_text() {
    let commented = "description: | # why\n  a\n";
    assert!(matches!(
        edit(commented, &set("description", "b")),
        Err(EditError::ByHand { line: 2, .. })
    ));
    becomes(
        "timing: { observe: 1s }",
        &set("timing.observe", "?"),
        "timing: { observe: \"?\" }",
    );
    let shared = "timing: &t { baseline: 1s }\nother: *t\n";
    let found = edit(shared, &set("timing.baseline", "2s")).unwrap_err();
    assert_eq!(
        found,
        EditError::ByHand {
            path: "timing.baseline".to_owned(),
            line: 1
        }
    );
    assert!(
        found
            .to_string()
            .starts_with("edit this in the text: timing.baseline (line 1)")
    );
    becomes(
        "a: &t 1s\ntiming: { baseline: *t }",
        &set("timing.baseline", "2s"),
        "a: &t 1s\ntiming: { baseline: 2s }",
    );
    assert!(
        edit(
            "a: &t { baseline: 1s }\ntiming: *t",
            &set("timing.baseline", "2s")
        )
        .is_err()
    );
    assert!(edit("timing: 5\n", &set("timing.baseline", "2s")).is_err());
    assert!(matches!(
        edit("a: [", &set("title", "x")),
        Err(EditError::Unreadable { line: 1, .. })
    ));
    assert!(matches!(
        edit("[]", &set("title", "x")),
        Err(EditError::Unreadable { .. })
    ));
    assert!(matches!(
        edit(SHORT, &set("nonsense", "x")),
        Err(EditError::Refused(_))
    ));
    assert!(matches!(
        edit(SHORT, &set("target", "x")),
        Err(EditError::Refused(_))
    ));
    assert!(matches!(
        edit(SHORT, &set("", "x")),
        Err(EditError::Refused(_))
    ));
    assert!(matches!(
        edit(SHORT, &set("method[3].signal", "x")),
        Err(EditError::Missing(_))
    ));
}
