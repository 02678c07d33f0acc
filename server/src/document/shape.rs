//! Which fields an experiment has and of which type: the JSON Schema of the model, made handy.
//!
//! It is derived, never written by hand: a field or a fault that the model gains is known here at
//! once, to the checks, to the form and to edits alike.

use super::path::{Path, Step};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A text of a certain form.
    Text(Form),
    /// A whole number within bounds.
    Number(i64, i64),
    /// `true` or `false`.
    Bool,
    /// A list of such.
    List(Box<Shape>),
    /// These fields and no others.
    Fields(Vec<Field>),
    /// One of several kinds; the field of this name says which.
    Kinds(String, Vec<Kind>),
}

/// The form of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    /// Anything.
    Free,
    /// A duration, "15s".
    Span,
    /// A percentage, "80%".
    Percent,
    /// One of these.
    Choice(Vec<String>),
}

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// Its key.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What holds when it is not there, as one would write it; none for optional ones.
    pub default: Option<String>,
    /// What it holds.
    pub shape: Shape,
}

/// One of several kinds of a thing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kind {
    /// Its name.
    pub name: String,
    /// Its fields, without the one that names it.
    pub fields: Vec<Field>,
}

static EXPERIMENT: LazyLock<Shape> = LazyLock::new(|| {
    let schema = super::schema();
    Reader(&schema).shape(&schema)
});

/// The shape of an experiment.
pub(super) fn experiment() -> &'static Shape {
    &EXPERIMENT
}

/// The field at a path; for one that belongs to several kinds, the first kind that has it.
pub(super) fn field(path: &Path) -> Option<&'static Field> {
    let mut shape = experiment();
    let mut found = None;
    for step in &path.0 {
        match (step, shape) {
            (Step::Index(_), Shape::List(items)) => shape = items,
            (Step::Key(name), _) => {
                let next = shape.field(name)?;
                shape = &next.shape;
                found = Some(next);
            }
            _ => return None,
        }
    }
    found
}

/// The kinds of fault that this version knows, and the name of the field that tells them apart.
pub(super) fn faults() -> (&'static str, &'static [Kind]) {
    match experiment().field("method").map(|field| &field.shape) {
        Some(Shape::List(faults)) => match faults.as_ref() {
            Shape::Kinds(tag, kinds) => (tag, kinds),
            _ => ("", &[]),
        },
        _ => ("", &[]),
    }
}

/// The default of the field at a path, as one would write it; empty when there is none.
pub(super) fn default(path: &str) -> String {
    let path = Path::parse(path).unwrap_or_default();
    field(&path)
        .and_then(|field| field.default.clone())
        .unwrap_or_default()
}

impl Shape {
    /// The field of this name, whichever kind has it.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let named = |field: &&Field| field.name == name;
        match self {
            Self::Fields(fields) => fields.iter().find(named),
            Self::Kinds(_, kinds) => kinds.iter().flat_map(|kind| &kind.fields).find(named),
            _ => None,
        }
    }

    /// What may be written here when only certain texts may; empty when anything may.
    pub fn choices(&self) -> Vec<String> {
        match self {
            Self::Text(Form::Choice(choices)) => choices.clone(),
            _ => Vec::new(),
        }
    }
}

struct Reader<'a>(&'a Value);

impl Reader<'_> {
    fn shape(&self, schema: &Value) -> Shape {
        if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
            return match name {
                "Span" => Shape::Text(Form::Span),
                "Percent" => Shape::Text(Form::Percent),
                _ => self.shape(&self.0["$defs"][name]),
            };
        }
        if let Some(options) = schema["anyOf"].as_array() {
            let first = options.iter().find(|one| one["type"] != "null");
            return first.map_or(Shape::Text(Form::Free), |one| self.shape(one));
        }
        if let Some(options) = schema["oneOf"].as_array() {
            return self.one_of(options);
        }
        self.plain(schema)
    }

    fn plain(&self, schema: &Value) -> Shape {
        let has = |name: &str| {
            let kind = &schema["type"];
            kind == name
                || kind
                    .as_array()
                    .is_some_and(|kinds| kinds.iter().any(|k| k == name))
        };
        if has("object") {
            return Shape::Fields(self.fields(schema, ""));
        }
        if has("array") {
            return Shape::List(Box::new(self.shape(&schema["items"])));
        }
        if has("integer") {
            let type_most = match schema["format"].as_str() {
                Some("uint32") => i64::from(u32::MAX),
                _ => i64::MAX,
            };
            let most = schema["maximum"].as_i64().unwrap_or(type_most);
            return Shape::Number(schema["minimum"].as_i64().unwrap_or(i64::MIN), most);
        }
        if has("boolean") {
            return Shape::Bool;
        }
        Shape::Text(Form::Free)
    }

    /// An enum: texts, or kinds told apart by the field whose value is fixed.
    fn one_of(&self, options: &[Value]) -> Shape {
        let texts: Option<Vec<_>> = options.iter().map(|one| text(&one["const"])).collect();
        if let Some(texts) = texts {
            return Shape::Text(Form::Choice(texts));
        }
        let tag = options.iter().find_map(tag).unwrap_or_default();
        let kinds = options.iter().map(|one| Kind {
            name: text(&one["properties"][&tag]["const"]).unwrap_or_default(),
            fields: self.fields(one, &tag),
        });
        Shape::Kinds(tag.clone(), kinds.collect())
    }

    fn fields(&self, schema: &Value, without: &str) -> Vec<Field> {
        let none = Map::new();
        let required = schema["required"].as_array();
        let properties = schema["properties"].as_object().unwrap_or(&none);
        let fields = properties.iter().filter(|(name, _)| *name != without);
        fields
            .map(|(name, schema)| Field {
                name: name.clone(),
                required: required.is_some_and(|all| all.iter().any(|one| one == name)),
                default: written(&schema["default"]),
                shape: self.shape(schema),
            })
            .collect()
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn tag(option: &Value) -> Option<String> {
    let properties = option["properties"].as_object()?;
    let fixed = properties
        .iter()
        .find(|(_, schema)| schema["const"].is_string());
    fixed.map(|(name, _)| name.clone())
}

fn written(default: &Value) -> Option<String> {
    match default {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
