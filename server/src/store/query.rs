//! What the words of a [`RunQuery`](app::api::views::RunQuery) mean. The store passes over those
//! that mean nothing; whoever asks a person refuses them first.

use jiff::civil::Date;

/// What runs can be sorted by; a "-" before it turns it round.
pub const SORTS: [&str; 4] = ["when", "recovery", "outage", "service"];

/// Whether a text names a way of sorting.
pub fn is_sort(text: &str) -> bool {
    SORTS.contains(&text.strip_prefix('-').unwrap_or(text))
}

/// A day as the page's date field writes it; none when it is no day.
pub fn day(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

/// Every way of sorting, both ways round, and none.
#[cfg(test)]
pub fn every_sort() -> Vec<String> {
    let both_ways = SORTS
        .iter()
        .flat_map(|by| [(*by).to_owned(), format!("-{by}")]);
    std::iter::once(String::new()).chain(both_ways).collect()
}
