//! What the form shows: every value as it stands in the text, defaults where nothing stands.
//!
//! Built from the text, not from the model, so a value that is wrong is shown as it was typed.

use super::path::Path;
use super::shape;
use super::tree::{Node, Tree};
use super::value::Value;
use app::api::views::{FaultForm, Form, GuardForm, Plan, ProbeForm};
use app::model::experiment::{Fault, Pick};
use app::model::units::Span;
use std::rc::Rc;

/// The form of a text; none while it cannot be read or holds no fields.
pub fn form(text: &str) -> Option<Form> {
    let tree = Tree::parse(text).ok()?;
    tree.root.entries()?;
    let root = Values(&tree.root);
    let (tasks_by, tasks_number) = tasks(root);
    let pick = root.text("target.tasks.pick");
    let form = Form {
        title: root.text("title"),
        service: root.text("target.service"),
        tasks_by,
        tasks_number,
        pick: if pick.is_empty() { usual_pick() } else { pick },
        probes: root.each("hypothesis.probes", probe),
        recovers_within: root.text("hypothesis.recovers_within"),
        availability: root.text("hypothesis.availability_at_least"),
        faults: root.each("method", fault),
        guards: root.each("guards", guard),
        baseline: root.in_force("timing.baseline"),
        observe: root.in_force("timing.observe"),
        repeat: root.in_force("repeat"),
        plan: Plan::default(),
    };
    Some(Form {
        plan: plan(&form),
        ..form
    })
}

/// Title and target service of a text, for lists; each empty where it cannot be read. A text that
/// is no YAML at the moment is looked through line by line.
pub fn title_and_service(text: &str) -> (String, String) {
    match Tree::parse(text) {
        Ok(tree) => {
            let root = Values(&tree.root);
            (root.text("title"), root.text("target.service"))
        }
        Err(_) => (by_line(text, "title:"), by_line(text, "service:")),
    }
}

/// The first line that begins with a key, without quotes; best effort.
fn by_line(text: &str, key: &str) -> String {
    let lines = text.lines().take(1_000).map(str::trim);
    let mut values = lines.filter_map(|line| line.strip_prefix(key));
    let value = values.next().unwrap_or_default();
    let value = value.split(" #").next().unwrap_or_default();
    let value = value.trim().trim_matches(['"', '\'']);
    value.chars().take(200).collect()
}

/// Values by path from some node on.
#[derive(Clone, Copy)]
struct Values<'t>(&'t Rc<Node>);

impl<'t> Values<'t> {
    fn node(self, path: &str) -> Option<&'t Rc<Node>> {
        Some(Path::parse(path)?.find(self.0)?.node)
    }

    /// A single value as typed; empty when there is none.
    fn text(self, path: &str) -> String {
        let text = self.node(path).and_then(|node| node.text());
        text.unwrap_or_default().to_owned()
    }

    /// A single value as typed, else its default. Only for paths from the outermost node on.
    fn in_force(self, path: &str) -> String {
        or_default(self.text(path), path)
    }

    fn each<T>(self, path: &str, make: impl Fn(Self) -> T) -> Vec<T> {
        let items = self.node(path).and_then(|node| node.items());
        items
            .unwrap_or_default()
            .iter()
            .map(|item| make(Self(item)))
            .collect()
    }
}

fn or_default(text: String, path: &str) -> String {
    if text.is_empty() {
        shape::default(path)
    } else {
        text
    }
}

fn usual_pick() -> String {
    let usual = serde_json::to_value(Pick::default()).unwrap_or_default();
    usual.as_str().unwrap_or_default().to_owned()
}

/// By what tasks are chosen, and the number.
fn tasks(root: Values<'_>) -> (String, String) {
    let given = |way: &str| root.text(&format!("target.tasks.{way}"));
    let (all, percent, count) = (given("all"), given("percent"), given("count"));
    if !all.is_empty() {
        return ("all".to_owned(), String::new());
    }
    if !percent.is_empty() {
        return ("percent".to_owned(), percent);
    }
    let count = if count.is_empty() {
        "1".to_owned()
    } else {
        count
    };
    ("count".to_owned(), count)
}

fn probe(values: Values<'_>) -> ProbeForm {
    let (kind, address) = match values.node("tcp") {
        Some(_) if values.node("http").is_none() => ("tcp", "address"),
        _ => ("http", "url"),
    };
    let typed = |name: &str| values.text(&format!("{kind}.{name}"));
    let in_force =
        |name: &str| or_default(typed(name), &format!("hypothesis.probes[0].{kind}.{name}"));
    ProbeForm {
        name: values.text("name"),
        kind: kind.to_owned(),
        address: typed(address),
        every: in_force("every"),
        timeout: in_force("timeout"),
        expect_status: in_force("expect_status"),
    }
}

fn guard(values: Values<'_>) -> GuardForm {
    GuardForm {
        availability_below: values.text("abort_when.availability_below"),
        lasting: values.text("abort_when.for"),
    }
}

fn fault(values: Values<'_>) -> FaultForm {
    let kind = values.text("fault");
    let read: Option<Fault> = serde_json::from_value(json(&Value::of(values.0))).ok();
    FaultForm {
        summary: read.as_ref().map_or_else(|| kind.clone(), Fault::summary),
        undo: read.as_ref().map_or("", undo).to_owned(),
        parameters: parameters(values, &kind),
        kind,
    }
}

/// What will be put back, for people.
fn undo(fault: &Fault) -> &'static str {
    match fault {
        _ if fault.needs_no_undo() => "no undo needed",
        Fault::ServiceLabel { .. } => "the label is put back as it was",
        Fault::ContainerKill { .. } => "what it changes is put back",
    }
}

fn parameters(values: Values<'_>, kind: &str) -> Vec<(String, String, Vec<String>)> {
    let (_, kinds) = shape::faults();
    let found = kinds.iter().find(|one| one.name == kind);
    let fields = found.map_or([].as_slice(), |kind| &kind.fields).iter();
    let in_force = |typed: String, default: &Option<String>| {
        if typed.is_empty() {
            default.clone().unwrap_or_default()
        } else {
            typed
        }
    };
    fields
        .map(|field| {
            let value = in_force(values.text(&field.name), &field.default);
            (field.name.clone(), value, field.shape.choices())
        })
        .collect()
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.clone().into(),
        Value::Bare(text) => serde_json::from_str(text).unwrap_or_default(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(fields) => {
            let fields = fields.iter().map(|(key, value)| (key.clone(), json(value)));
            serde_json::Value::Object(fields.collect())
        }
    }
}

/// Durations for the drawing; one that cannot be read counts as its default there.
fn plan(form: &Form) -> Plan {
    let seconds = |typed: &str, path: &str| {
        let span: Option<Span> = typed.parse().ok();
        let span = span.or_else(|| shape::default(path).parse().ok());
        span.map_or(0.0, |span| span.get().as_secs_f64())
    };
    let baseline = seconds(&form.baseline, "timing.baseline");
    let observe = seconds(&form.observe, "timing.observe");
    let runs: f64 = form.repeat.parse::<u32>().unwrap_or(1).clamp(1, 100).into();
    Plan {
        baseline,
        observe,
        total: in_words((baseline + observe) * runs),
    }
}

/// "about 7 minutes in all".
fn in_words(seconds: f64) -> String {
    let amount = |number: f64, unit: &str| {
        let number = number.round();
        let plural = if (number - 1.0).abs() < 0.5 { "" } else { "s" };
        format!("about {number} {unit}{plural} in all")
    };
    match seconds {
        s if s < 90.0 => amount(s, "second"),
        s if s < 5_400.0 => amount(s / 60.0, "minute"),
        s => format!("about {:.1} hours in all", s / 3_600.0),
    }
}
