//! From plotters' SVG to the project's: sentinel colours become classes, fixed sizes go, a title,
//! a description and hover values come.
//!
//! Guarantee: only known elements and attributes pass, each written again by the typed writer, so
//! nothing in a label can become markup.

use super::ink::Ink;
use super::pen::{FINE, Mark};
use crate::report::html::{Html, Tag, el};

/// What a picture is called and how large it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Unique on the page; the ids inside begin with it.
    pub id: &'static str,
    /// What it shows.
    pub title: String,
    /// What it says: the finding in a sentence or two.
    pub says: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Dresses the SVG that plotters wrote; `marks` become hover areas on top of it.
pub fn dress(svg: &str, frame: &Frame, marks: &[Mark]) -> Html {
    let Frame {
        id, width, height, ..
    } = frame;
    // An image has no links in it as far as a screen reader is concerned; a group may.
    let leads = marks.iter().any(|mark| mark.run.is_some());
    el("svg")
        .class("chart")
        .attr("viewBox", format!("0 0 {width} {height}"))
        .attr("role", if leads { "group" } else { "img" })
        .attr("aria-labelledby", format!("{id}-t {id}-d"))
        .with(el("title").id(format!("{id}-t")).with(&frame.title))
        .with(el("desc").id(format!("{id}-d")).with(&frame.says))
        .with(patterns(id))
        .all(shapes(svg, id))
        .all(marks.iter().map(hover))
        .into()
}

/// Two fills that tell themselves apart without their colour: lost service, failed answers.
fn patterns(id: &str) -> Tag {
    let stripe = || el("line").class("hatch").attr("y2", 6);
    let ground = el("rect")
        .class("ground")
        .attr("width", 6)
        .attr("height", 6);
    el("defs")
        .with(pattern(id, "hatch", 45).with(stripe()))
        .with(pattern(id, "bad", -45).with(ground).with(stripe()))
}

fn pattern(id: &str, name: &str, angle: i32) -> Tag {
    el("pattern")
        .id(format!("{id}-{name}"))
        .attr("width", 6)
        .attr("height", 6)
        .attr("patternUnits", "userSpaceOnUse")
        .attr("patternTransform", format!("rotate({angle})"))
}

/// plotters writes one tag to a line, and a text's content on a line of its own.
fn shapes(svg: &str, id: &str) -> Vec<Tag> {
    let mut out: Vec<Tag> = Vec::new();
    let mut in_text = false;
    for line in svg.lines() {
        if let Some(tag) = shape(line, id) {
            in_text = line.starts_with("<text");
            out.push(tag);
        } else if line.starts_with("</") {
            in_text = false;
        } else if in_text && let Some(text) = out.pop() {
            out.push(text.with(plain(line)));
        }
    }
    out
}

fn shape(line: &str, id: &str) -> Option<Tag> {
    let name = line.strip_prefix('<')?.split([' ', '/', '>']).next()?;
    let name = ["rect", "line", "circle", "polyline", "polygon", "text"]
        .into_iter()
        .find(|known| *known == name)?;
    let tag = attributes(line).fold(el(name), |tag, (key, value)| with(tag, key, value));
    Some(inked(tag, line, id))
}

/// Replaces the sentinel in `fill` or `stroke` by its class.
fn inked(tag: Tag, line: &str, id: &str) -> Tag {
    let painted = attributes(line)
        .filter(|(key, _)| matches!(*key, "fill" | "stroke"))
        .find_map(|(key, value)| Some((key, Ink::from_sentinel(value)?)));
    match painted {
        Some((_, Ink::Outage)) => tag.attr("fill", format!("url(#{id}-hatch)")),
        Some((_, Ink::Bad)) => tag.attr("fill", format!("url(#{id}-bad)")),
        Some(("stroke", ink)) => tag.attr("class", format!("{} o", ink.class())),
        Some((_, ink)) => tag.class(ink.class()),
        None => tag.class("k-axis"),
    }
}

fn with(tag: Tag, key: &str, value: &str) -> Tag {
    let lengths = [
        "x", "y", "width", "height", "cx", "cy", "r", "x1", "x2", "y1", "y2",
    ];
    if let Some(key) = lengths.into_iter().find(|known| *known == key) {
        return tag.attr(key, scaled(value));
    }
    match key {
        "points" => tag.attr("points", points(value)),
        "dy" => tag.attr("dy", value),
        "text-anchor" if value != "start" => tag.attr("text-anchor", value),
        _ => tag,
    }
}

fn points(value: &str) -> String {
    let pair = |pair: &str| pair.split(',').map(scaled).collect::<Vec<_>>().join(",");
    value
        .split_whitespace()
        .map(pair)
        .collect::<Vec<_>>()
        .join(" ")
}

/// From backend units to pixels, at most one decimal.
fn scaled(value: &str) -> String {
    let pixels = value.parse::<f64>().unwrap_or_default() / f64::from(FINE);
    format!("{}", (pixels * 10.0).round() / 10.0)
}

fn attributes(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split("\" ").filter_map(|pair| {
        let (key, value) = pair.split_once("=\"")?;
        let key = key.rsplit(' ').next()?;
        let value = value.split('"').next()?;
        Some((key, value))
    })
}

/// Undoes plotters' escaping, so that the writer's own is the only one.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

fn hover(mark: &Mark) -> Tag {
    let round = |value: f64| (value * 10.0).round() / 10.0;
    let area = el("rect")
        .class("hit")
        .attr("x", round(mark.corner.0))
        .attr("y", round(mark.corner.1))
        .attr("width", round(mark.size.0.max(0.0)))
        .attr("height", round(mark.size.1.max(0.0)))
        .with(el("title").with(&mark.title));
    match mark.run {
        Some(run) => el("a")
            .attr("href", format!("/runs/{run}"))
            .attr("aria-label", &mark.title)
            .with(area),
        None => area,
    }
}

#[cfg(test)]
mod tests {
    use super::super::pen::{Anchor, picture};
    use super::*;

    fn frame() -> Frame {
        Frame {
            id: "x",
            title: "T <b>".to_owned(),
            says: "D & \"d\"".to_owned(),
            width: 100,
            height: 50,
        }
    }

    #[test]
    fn colours_become_classes_and_sizes_a_view_box() {
        let svg = picture(&frame(), |pen| {
            pen.rect(Ink::Run, (1.0, 2.0), (11.55, 12.0));
            pen.line(Ink::Grid, (0.0, 0.0), (5.0, 5.0));
            pen.rect(Ink::Outage, (0.0, 0.0), (5.0, 5.0));
            pen.polygon(Ink::Held, &[(0.0, 0.0), (1.0, 1.5), (2.0, 0.0)]);
            pen.mark((1.0, 2.0), (3.0, 4.0), "7 <s>");
        })
        .into_string();
        assert!(svg.starts_with(
            "<svg class=\"chart\" viewBox=\"0 0 100 50\" role=\"img\" aria-labelledby=\"x-t x-d\">"
        ));
        assert!(svg.contains(
            "<title id=\"x-t\">T &lt;b&gt;</title><desc id=\"x-d\">D &amp; &quot;d&quot;</desc>"
        ));
        assert!(
            svg.contains("<rect x=\"1\" y=\"2\" width=\"10.6\" height=\"10\" class=\"k-run\"/>"),
            "{svg}"
        );
        assert!(svg.contains("class=\"k-grid o\""));
        assert!(svg.contains("fill=\"url(#x-hatch)\""));
        assert!(svg.contains("points=\"0,0 1,1.5 2,0\""));
        assert!(svg.contains("<title>7 &lt;s&gt;</title>"));
        assert!(!svg.contains("#C0DE") && !svg.contains("opacity"));
    }

    #[test]
    fn a_label_cannot_become_markup() {
        let hostile = "</text><script>&amp;\n<rect \"'";
        let svg = picture(&frame(), |pen| {
            pen.text(Ink::Label, (1.0, 1.0), Anchor::End, hostile);
            pen.text(Ink::Label, (1.0, 1.0), Anchor::Start, "after");
        })
        .into_string();
        assert!(
            svg.contains(">&lt;/text&gt;&lt;script&gt;&amp;amp; &lt;rect &quot;&#39;</text>"),
            "{svg}"
        );
        assert!(svg.contains(">after</text>"));
        assert!(svg.contains("text-anchor=\"end\""));
    }

    #[test]
    fn what_is_no_number_is_drawn_somewhere_finite() {
        let svg = picture(&frame(), |pen| {
            pen.dot(Ink::Dot, (f64::NAN, f64::INFINITY), f64::NAN);
        })
        .into_string();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
