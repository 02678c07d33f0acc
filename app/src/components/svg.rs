//! Small drawings as text. Everything written into one is escaped here, so that no caller can
//! forget it: names and errors of the swarm are hostile.

use std::fmt::Write as _;

/// A text inside markup or a double-quoted attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width; less than 1 is drawn as 1.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A drawing under way. Classes and path data come from the code, never from outside.
pub struct Svg(String);

impl Svg {
    /// An empty drawing with what a screen reader says of it. `id` is unique on the page.
    pub fn new(id: &str, width: f64, height: f64, title: &str, description: &str) -> Self {
        Self(format!(
            "<svg viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title>\
             <desc id=\"{id}-d\">{}</desc>",
            escaped(title),
            escaped(description)
        ))
    }

    /// A rectangle with rounded corners.
    pub fn rect(&mut self, class: &str, area: Area) {
        self.hinted(class, area, "");
    }

    /// The same, with a text that shows on hover.
    pub fn hinted(&mut self, class: &str, area: Area, hint: &str) {
        let Area { x, y, w, h } = area;
        let w = w.max(1.0);
        let _ = write!(
            self.0,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" \
             height=\"{h:.1}\" rx=\"2\">"
        );
        if !hint.is_empty() {
            let _ = write!(self.0, "<title>{}</title>", escaped(hint));
        }
        self.0.push_str("</rect>");
    }

    /// A line or any other shape.
    pub fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.0, "<path class=\"{class}\" d=\"{d}\"/>");
    }

    /// A vertical line.
    pub fn upright(&mut self, class: &str, x: f64, from: f64, to: f64) {
        self.path(class, &format!("M{x:.1} {from:.1}V{to:.1}"));
    }

    /// A cross of 10 by 10 around a point.
    pub fn cross(&mut self, class: &str, x: f64, y: f64) {
        let (left, top) = (x - 5.0, y - 5.0);
        self.path(class, &format!("M{left:.1} {top:.1}l10 10m0-10l-10 10"));
    }

    /// A text.
    pub fn text(&mut self, class: &str, anchor: Anchor, x: f64, y: f64, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = write!(
            self.0,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\"{anchor}>{}</text>",
            escaped(text)
        );
    }

    /// The drawing as markup.
    pub fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let mut svg = Svg::new("a", 1.0, 1.0, "<script>", "\"&'");
        svg.text(
            "t",
            Anchor::Start,
            0.0,
            0.0,
            "</svg><img src=x onerror=alert(1)>",
        );
        let area = Area {
            x: 0.0,
            y: 0.0,
            w: 0.0,
            h: 1.0,
        };
        svg.hinted("r", area, "</title><b>");
        let drawn = svg.finish();
        assert!(!drawn.contains("<script>") && !drawn.contains("<img") && !drawn.contains("<b>"));
        assert!(drawn.contains("&quot;&amp;&#39;"));
    }
}
