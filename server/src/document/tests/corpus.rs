//! Odd documents that people really write: all are read, opened and saved without a byte changed,
//! and edited without harm. Another YAML implementation watches over the outcome.

use crate::document::{edit, form, read};
use app::api::views::FormEdit;
use std::str::FromStr;

/// Name, text, and whether it is a valid experiment.
pub(super) const ODD: &[(&str, &str, bool)] = &[
    (
        "comments everywhere",
        "# top\n\n#\n# more\napiVersion: hivequake/v1   # one\n# two\ntitle:   Odd # three\n   # four\ntarget: # five\n  # six\n  service: web # seven\n# eight\nmethod: # nine\n# ten\n  # eleven\n  - fault: container-kill # twelve\n    # thirteen\n\n# end",
        true,
    ),
    (
        "all on one line",
        "{apiVersion: hivequake/v1, title: Odd, target: {service: web}, method: [{fault: container-kill}]}",
        true,
    ),
    (
        "flow over lines",
        "apiVersion: hivequake/v1\ntitle: Odd\ntarget: {\n  service: web,   # which\n  tasks: {\n    count: 1,\n  },\n}\nmethod: [\n  { fault: container-kill,\n    signal: SIGTERM },\n]\n",
        true,
    ),
    (
        "quotes of all kinds",
        "\"apiVersion\": 'hivequake/v1'\n'title': \"O\\u0064d \\\"x\\\"\"\ntarget: {\"service\": 'web'}\nmethod:\n  - \"fault\": \"container-kill\"\n",
        true,
    ),
    (
        "anchors and merges",
        "apiVersion: hivequake/v1\ntitle: &t Odd\ndescription: *t\ntarget: {service: web}\nhypothesis:\n  probes:\n  - name: a\n    http: &h {url: 'http://a/', every: 1s}\n  - name: b\n    http:\n      <<: *h\n      url: http://b/\nmethod:\n- fault: container-kill\n",
        true,
    ),
    (
        "line ends of Windows",
        "apiVersion: hivequake/v1\r\ntitle: Odd\r\n\r\ntarget:\r\n  service: web # x\r\nmethod:\r\n  - fault: container-kill\r\n",
        true,
    ),
    (
        "no final line end",
        "apiVersion: hivequake/v1\ntitle: Odd\ntarget:\n  service: web\nmethod:\n  - fault: container-kill\nrepeat: 2",
        true,
    ),
    (
        "dense dashes",
        "apiVersion: hivequake/v1\ntitle: Odd\ntarget: {service: web}\nmethod:\n- fault: container-kill\n- fault: service-label\n  label: a\n  value: b\n",
        true,
    ),
    (
        "wide steps",
        "apiVersion: hivequake/v1\ntitle: Odd\ntarget:\n        service: web\n        tasks:\n                percent: 50\nmethod:\n        -       fault: container-kill\n                signal: SIGINT\n",
        true,
    ),
    (
        "long text, folded",
        "apiVersion: hivequake/v1\ntitle: Odd\ndescription: >-\n  a long\n  story\n\n  with a break\ntarget: {service: web}\nmethod: [fault: container-kill]\n",
        true,
    ),
    (
        "literal text that keeps",
        "description: |+\n  a\n\n\napiVersion: hivequake/v1\ntitle: Odd\ntarget: {service: web}\nmethod: [{fault: container-kill}]\n",
        true,
    ),
    (
        "beyond ASCII",
        "apiVersion: hivequake/v1\ntitle: Übung 🐝 für Größe\ndescription: \"日本語\"\ntarget: {service: 'wéb'}\nmethod: [{fault: container-kill}]\n",
        true,
    ),
    (
        "byte order mark",
        "\u{feff}apiVersion: hivequake/v1\ntitle: Odd\ntarget: {service: web}\nmethod: [{fault: container-kill}]\n",
        true,
    ),
    (
        "document marks",
        "%YAML 1.2\n---\napiVersion: hivequake/v1\ntitle: Odd\ntarget: {service: web}\nmethod: [{fault: container-kill}]\n...\n",
        true,
    ),
    (
        "values over lines",
        "apiVersion:\n  hivequake/v1\ntitle: Odd\n  and\n  long\ntarget:\n  service:\n    web\nmethod:\n  -\n    fault:\n      container-kill\n",
        true,
    ),
    (
        "explicit nothing",
        "apiVersion: hivequake/v1\ntitle: Odd\ndescription: ~\ntarget: {service: web, tasks: {count: null}}\nmethod: [{fault: container-kill}]\n",
        true,
    ),
    (
        "JSON, pretty",
        "{\n  \"apiVersion\": \"hivequake/v1\",\n  \"title\": \"Odd\",\n  \"target\": { \"service\": \"web\" },\n  \"method\": [\n    { \"fault\": \"container-kill\" }\n  ]\n}\n",
        true,
    ),
    (
        "JSON with tabs",
        "{\n\t\"apiVersion\": \"hivequake/v1\",\n\t\"title\": \"Odd\\/\\ud83d\\udc1d\",\n\t\"target\": {\n\t\t\"service\": \"web\"\n\t},\n\t\"method\": [{\"fault\": \"container-kill\"}]\n}",
        true,
    ),
    (
        "trailing space",
        "apiVersion: hivequake/v1  \ntitle: Odd   \ntarget:   \n  service: web  \n   \nmethod: \n  - fault: container-kill \n",
        true,
    ),
    (
        "unknown fields",
        "apiVersion: hivequake/v1\ntitle: Odd\nowner: me # kept\ntarget: {service: web, zone: 1}\nmethod: [{fault: container-kill, loud: yes}]\n",
        false,
    ),
    (
        "explicit keys",
        "? apiVersion\n: hivequake/v1\n? title\n: Odd\n? target\n: {service: web}\n? method\n: - fault: container-kill\n",
        true,
    ),
    (
        "tags",
        "apiVersion: !!str hivequake/v1\ntitle: !!str 5\ntarget: !!map {service: web}\nmethod: !!seq [{fault: container-kill}]\n",
        true,
    ),
];

#[test]
fn odd_documents_are_read() {
    for (name, text, valid) in ODD {
        assert_eq!(read(text).is_ok(), *valid, "{name}: {:?}", read(text));
        let form = form(text).expect(name);
        assert!(!form.title.is_empty() && !form.service.is_empty(), "{name}");
        assert!(!form.faults.is_empty(), "{name}");
    }
}

#[test]
fn opening_and_saving_changes_no_byte() {
    for (name, text, _) in ODD {
        let document = yaml_edit::YamlFile::from_str(text).expect(name);
        assert_eq!(document.to_string(), *text, "{name}");
        // A form that is opened and saved with the same values leaves the text alone.
        let form = form(text).expect(name);
        for (path, value) in [("title", form.title), ("target.service", form.service)] {
            let same = FormEdit::Set {
                path: path.to_owned(),
                value: value.clone(),
            };
            if let Ok(after) = edit(text, &same) {
                let after = crate::document::form(&after).expect(name);
                assert!(after.title == value || after.service == value, "{name}");
            }
        }
    }
}

#[test]
fn odd_documents_can_be_edited() {
    let set = |path: &str, value: &str| FormEdit::Set {
        path: path.to_owned(),
        value: value.to_owned(),
    };
    let edits = [
        set("title", "New: title"),
        set("target.service", "other"),
        set("target.tasks.by", "all"),
        set("timing.observe", "90s"),
        set("hypothesis.recovers_within", "9s"),
        set("method[0].signal", "SIGTERM"),
        set("repeat", "3"),
        FormEdit::AddProbe {
            kind: "http".to_owned(),
        },
        FormEdit::AddFault {
            kind: "container-kill".to_owned(),
        },
        FormEdit::AddGuard,
        FormEdit::Remove {
            path: "method[0]".to_owned(),
        },
    ];
    let mut refused = Vec::new();
    for (name, text, _) in ODD {
        for (i, change) in edits.iter().enumerate() {
            match edit(text, change) {
                Ok(after) => {
                    let read = yaml_edit::YamlFile::from_str(&after);
                    assert!(read.is_ok(), "{name} {i}: {after}");
                    assert!(form(&after).is_some(), "{name} {i}");
                }
                Err(_) => refused.push(format!("{name} {i}")),
            }
        }
    }
    // An alias that would change along, a pair without braces in [], and keys behind a question
    // mark: left to the text, unharmed.
    let explicit = [3, 4, 6, 7, 8, 9, 10].map(|i| format!("explicit keys {i}"));
    let mut expected = vec![
        "anchors and merges 0".to_owned(),
        "long text, folded 5".to_owned(),
    ];
    expected.extend(explicit);
    assert_eq!(refused, expected);
}
