//! Short texts beside points on one line, moved to further rows where they would overlap.
//!
//! Guarantee: no two notes of a row overlap, and none leaves the picture while it can help it.

use super::pen::Anchor;

/// Pixels that a letter takes at most at the size of labels.
const LETTER: f64 = 6.9;
/// Between a point and its text.
const GAP: f64 = 9.0;

/// Where a note went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// From 0.
    pub row: usize,
    /// The text's point.
    pub x: f64,
    /// On which side of it the text is.
    pub anchor: Anchor,
}

/// A note to be placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// The point it is about.
    pub x: f64,
    /// The text.
    pub text: String,
    /// Whether it had better stand left of its point.
    pub left: bool,
}

/// Pixels that a text takes at most.
pub fn width(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER
}

/// A name cut to what fits into a margin; the tables have it whole.
pub fn fit(name: &str, letters: usize) -> String {
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    let kept = name.chars().take(letters.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// A name cut to so many pixels, and to so many letters.
pub fn fit_within(name: &str, pixels: f64, letters: usize) -> String {
    let fits = (1..=letters).rev().find(|n| width(&fit(name, *n)) < pixels);
    fit(name, fits.unwrap_or(1))
}

/// Places notes within `left..right`, in their order, off the upright `lines` where possible: a
/// row further down is better than a text on a line.
pub fn place(notes: &[Note], lines: &[f64], left: f64, right: f64) -> Vec<Spot> {
    let mut taken: Vec<(usize, f64, f64)> = Vec::new();
    notes
        .iter()
        .map(|note| {
            let sides = candidates(note, left, right).into_iter();
            let (clear, on_a_line): (Vec<_>, Vec<_>) =
                sides.partition(|side| !crosses(side, note.x, lines));
            let (spot, from, to) = [clear, on_a_line]
                .iter()
                .flat_map(|sides| (0..=notes.len()).flat_map(move |row| in_row(sides, row)))
                .find(|(spot, from, to)| is_free(&taken, spot.row, *from, *to))
                .unwrap_or((fallback(note, notes.len()), 0.0, 0.0));
            taken.push((spot.row, from, to));
            spot
        })
        .collect()
}

/// A side of a note: anchor, text's point, and what it covers with its point.
type Side = (Anchor, f64, f64, f64);

/// Whether a note that was placed lies on an upright line.
pub fn lies_on(note: &Note, spot: &Spot, line: f64) -> bool {
    let long = width(&note.text);
    let from = match spot.anchor {
        Anchor::Start => spot.x,
        Anchor::Middle => spot.x - long / 2.0,
        Anchor::End => spot.x - long,
    };
    (from..from + long).contains(&line)
}

/// The spots that the sides give in one row, with what each covers.
fn in_row(sides: &[Side], row: usize) -> impl Iterator<Item = (Spot, f64, f64)> + '_ {
    let spot = move |&(anchor, x, from, to): &Side| (Spot { row, x, anchor }, from, to);
    sides.iter().map(spot)
}

/// Whether a text would lie on a line other than the note's own.
fn crosses(&(_, _, from, to): &Side, own: f64, lines: &[f64]) -> bool {
    lines
        .iter()
        .any(|x| (x - own).abs() > 0.5 && *x > from && *x < to)
}

fn fallback(note: &Note, row: usize) -> Spot {
    Spot {
        row,
        x: note.x,
        anchor: Anchor::Middle,
    }
}

fn is_free(taken: &[(usize, f64, f64)], row: usize, from: f64, to: f64) -> bool {
    taken
        .iter()
        .all(|&(r, f, t)| r != row || to < f || t < from)
}

/// The sides a note may stand on, the better one first.
fn candidates(note: &Note, left: f64, right: f64) -> Vec<Side> {
    let long = width(&note.text);
    let after = (
        Anchor::Start,
        note.x + GAP,
        note.x - GAP,
        note.x + GAP + long,
    );
    let before = (Anchor::End, note.x - GAP, note.x - GAP - long, note.x + GAP);
    let mut sides = if note.left {
        vec![before, after]
    } else {
        vec![after, before]
    };
    sides.retain(|&(_, _, from, to)| from >= left - GAP && to <= right + GAP);
    if sides.is_empty() {
        // Into the margin sooner than out of the picture.
        let in_margin = before.2 >= left / 2.0;
        sides.push(if in_margin { before } else { after });
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(x: f64, text: &str, left: bool) -> Note {
        Note {
            x,
            text: text.to_owned(),
            left,
        }
    }

    #[test]
    fn notes_share_a_row_only_where_there_is_room() {
        let notes = [
            note(350.0, "container-kill SIGKILL", true),
            note(600.0, "full strength 10.7 s", false),
            note(640.0, "limit 15 s", false),
        ];
        let spots = place(&notes, &[], 112.0, 944.0);
        assert_eq!(spots[0].anchor, Anchor::End);
        assert_eq!((spots[0].row, spots[1].row), (0, 0));
        assert_eq!(spots[2].row, 1, "would lie on the second: {spots:?}");
    }

    #[test]
    fn a_note_at_the_right_end_stands_left_of_its_point() {
        let spots = place(&[note(940.0, "a long remark", false)], &[], 112.0, 944.0);
        assert_eq!(spots[0].anchor, Anchor::End);
    }

    #[test]
    fn a_note_that_fits_on_neither_side_goes_into_the_margin() {
        let full = note(243.0, "full strength 10.8 s", false);
        let spots = place(&[full], &[], 112.0, 342.0);
        assert_eq!(spots[0].anchor, Anchor::End);
    }

    #[test]
    fn a_note_stands_off_the_lines_where_it_can() {
        let notes = [note(600.0, "full strength 10.7 s", false)];
        let spots = place(&notes, &[350.0, 640.0], 112.0, 944.0);
        assert_eq!((spots[0].row, spots[0].anchor), (0, Anchor::End));
    }

    #[test]
    fn a_note_goes_to_another_row_sooner_than_onto_a_line() {
        let notes = [
            note(500.0, "guard tripped", false),
            note(630.0, "full strength 10.7 s", false),
        ];
        let spots = place(&notes, &[640.0], 112.0, 944.0);
        assert_eq!((spots[1].row, spots[1].anchor), (1, Anchor::End));
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        assert_eq!(fit("slot 1", 6), "slot 1");
        assert_eq!(fit("größer als der Rand", 6), "größe…");
    }
}
