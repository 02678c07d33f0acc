//! A pen on plotters' SVG backend, in units of the picture's own pixels.
//!
//! Guarantee: whatever is drawn, however far out of range or not a number, ends up as a finite
//! coordinate near the picture.

use super::dress::{Frame, dress};
use super::ink::Ink;
use crate::report::html::Html;
use crate::report::text::one_line;
use app::model::run::RunId;
use plotters::prelude::{DrawingBackend, IntoFont, SVGBackend, TextStyle};
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Backend units per pixel: plotters draws on whole numbers, pictures want tenths.
pub const FINE: u32 = 10;

/// A point in pixels.
pub type Point = (f64, f64);

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// A place that shows its value on hover.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The left upper corner.
    pub corner: Point,
    /// Width and height.
    pub size: Point,
    /// What is shown.
    pub title: String,
    /// The run it leads to.
    pub run: Option<RunId>,
}

/// Draws one picture.
pub struct Pen<'a> {
    backend: SVGBackend<'a>,
    marks: Vec<Mark>,
}

/// Draws a picture and dresses it.
pub fn picture(frame: &Frame, draw: impl FnOnce(&mut Pen)) -> Html {
    let mut svg = String::new();
    let size = (frame.width * FINE, frame.height * FINE);
    let mut pen = Pen {
        backend: SVGBackend::with_string(&mut svg, size),
        marks: Vec::new(),
    };
    draw(&mut pen);
    let marks = std::mem::take(&mut pen.marks);
    drop(pen);
    dress(&svg, frame, &marks)
}

// The backend writes into a string; its results carry no failure that could happen.
impl Pen<'_> {
    /// A filled rectangle between two corners.
    pub fn rect(&mut self, ink: Ink, from: Point, to: Point) {
        self.backend
            .draw_rect(fine(from), fine(to), &style(ink, true), true)
            .ok();
    }

    /// The outline of a rectangle.
    pub fn frame(&mut self, ink: Ink, from: Point, to: Point) {
        self.backend
            .draw_rect(fine(from), fine(to), &style(ink, false), false)
            .ok();
    }

    /// A line.
    pub fn line(&mut self, ink: Ink, from: Point, to: Point) {
        self.backend
            .draw_line(fine(from), fine(to), &style(ink, false))
            .ok();
    }

    /// A line through several points.
    pub fn path(&mut self, ink: Ink, points: &[Point]) {
        let points = points.iter().copied().map(fine).collect::<Vec<_>>();
        self.backend.draw_path(points, &style(ink, false)).ok();
    }

    /// A filled polygon.
    pub fn polygon(&mut self, ink: Ink, points: &[Point]) {
        let points = points.iter().copied().map(fine).collect::<Vec<_>>();
        self.backend.fill_polygon(points, &style(ink, true)).ok();
    }

    /// A filled dot.
    pub fn dot(&mut self, ink: Ink, at: Point, radius: f64) {
        self.circle(ink, at, radius, true);
    }

    /// A hollow dot.
    pub fn ring(&mut self, ink: Ink, at: Point, radius: f64) {
        self.circle(ink, at, radius, false);
    }

    fn circle(&mut self, ink: Ink, at: Point, radius: f64, fill: bool) {
        let (radius, _) = fine((radius.max(0.0), 0.0));
        self.backend
            .draw_circle(fine(at), radius.unsigned_abs(), &style(ink, fill), fill)
            .ok();
    }

    /// Two crossed strokes.
    pub fn cross(&mut self, ink: Ink, (x, y): Point, arm: f64) {
        self.line(ink, (x - arm, y - arm), (x + arm, y + arm));
        self.line(ink, (x - arm, y + arm), (x + arm, y - arm));
    }

    /// A text, vertically centred on its point.
    pub fn text(&mut self, ink: Ink, at: Point, anchor: Anchor, text: &str) {
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let colour = ink.sentinel();
        let style = TextStyle::from(("sans-serif", 12.0).into_font())
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Center));
        self.backend
            .draw_text(&one_line(text), &style, fine(at))
            .ok();
    }

    /// Makes a rectangle show a value on hover.
    pub fn mark(&mut self, from: Point, to: Point, title: impl Into<String>) {
        self.marks.push(Mark {
            corner: from,
            size: (to.0 - from.0, to.1 - from.1),
            title: title.into(),
            run: None,
        });
    }

    /// Makes a rectangle show a value on hover and lead to a run.
    pub fn link(&mut self, from: Point, to: Point, title: impl Into<String>, run: RunId) {
        self.mark(from, to, title);
        if let Some(mark) = self.marks.last_mut() {
            mark.run = Some(run);
        }
    }
}

fn style(ink: Ink, filled: bool) -> ShapeStyle {
    let plain = ShapeStyle::from(&ink.sentinel());
    if filled { plain.filled() } else { plain }
}

fn fine((x, y): Point) -> (i32, i32) {
    (to_fine(x), to_fine(y))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped, and a NaN becomes 0"
)]
fn to_fine(pixels: f64) -> i32 {
    (pixels * f64::from(FINE))
        .round()
        .clamp(-20_000.0, 60_000.0) as i32
}
