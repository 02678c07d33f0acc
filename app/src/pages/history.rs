//! All runs: filtered, searched, sorted, page by page. The address is the state.

use crate::api::lab;
use crate::api::views::{HistoryView, RunQuery};
use crate::components::lists::{OUTAGE, kept_fresh, run_table};
use crate::components::load::{empty, loaded_below};
use crate::components::web::encoded;
use crate::model::units::grouped;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

/// The verdicts offered to choose from. A launch that is refused makes no run, except where
/// everything was stopped in the same moment: an address may ask for those.
const VERDICTS: [&str; 5] = ["running", "held", "violated", "aborted", "invalid"];

/// What an address asks for.
fn asked(map: &ParamsMap) -> RunQuery {
    let get = |name: &str| map.get(name).unwrap_or_default();
    RunQuery {
        text: get("text"),
        service: get("service"),
        fault: get("fault"),
        verdict: get("verdict"),
        from: get("from"),
        to: get("to"),
        sort: get("sort"),
        page: get("page").parse().unwrap_or(1).max(1),
    }
}

/// The address that asks for it; what is not given is left out.
fn address(query: &RunQuery) -> String {
    let page = if query.page > 1 {
        query.page.to_string()
    } else {
        String::new()
    };
    let parts = [
        ("text", &query.text),
        ("service", &query.service),
        ("fault", &query.fault),
        ("verdict", &query.verdict),
        ("from", &query.from),
        ("to", &query.to),
        ("sort", &query.sort),
        ("page", &page),
    ];
    let given = parts.into_iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> = given
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if pairs.is_empty() {
        "/runs".to_owned()
    } else {
        format!("/runs?{}", pairs.join("&"))
    }
}

/// What sorting by a column asks for: from large to small first, then the other way.
fn sorted_by(query: &RunQuery, column: &str) -> RunQuery {
    let down = format!("-{column}");
    let sort = if current_sort(query) == down {
        column.to_owned()
    } else {
        down
    };
    RunQuery {
        sort,
        page: 1,
        ..query.clone()
    }
}

fn current_sort(query: &RunQuery) -> &str {
    if query.sort.is_empty() {
        "-when"
    } else {
        &query.sort
    }
}

/// The page.
pub fn page() -> AnyView {
    let map = use_query_map();
    let query = map.with_untracked(asked);
    let find = map.with_untracked(|m| m.get("find").is_some());
    let lab = lab();
    let question = query.clone();
    let answer = async move { lab?.history(question).await };
    view! {
        <Title text="Runs" />
        {kept_fresh()}
        <h1>"Runs"</h1>
        {loaded_below(answer, move |view| content(view, query, find))}
    }
    .into_any()
}

/// `find` puts the focus on the search field.
fn content(view: HistoryView, query: RunQuery, find: bool) -> AnyView {
    let filtered = address(&RunQuery {
        sort: String::new(),
        page: 1,
        ..query.clone()
    }) != "/runs";
    if view.total == 0 && !filtered {
        return empty(
            "Every run shows here with its verdict and its figures.",
            "/services",
            "Pick a service and start an experiment",
        );
    }
    let filters = filters(&view, &query, find);
    let list = if view.rows.is_empty() {
        let why = match view.total {
            0 => "No run matches all of this.",
            _ => "This page is past the last one.",
        };
        empty(why, "/runs", "Show all runs")
    } else {
        run_table(&view.rows, head(&query))
    };
    view! {
        {filters}
        <div class="history-chart" inner_html=view.chart></div>
        <p class="muted">{count(view.total)}</p>
        {list}
        {pager(&query, view.pages)}
    }
    .into_any()
}

fn count(total: u64) -> String {
    match total {
        1 => "1 run".to_owned(),
        n => format!("{} runs", grouped(n)),
    }
}

fn filters(view: &HistoryView, query: &RunQuery, find: bool) -> AnyView {
    let verdicts: Vec<String> = VERDICTS.map(str::to_owned).to_vec();
    let sort = (!query.sort.is_empty()).then(|| {
        view! { <input type="hidden" name="sort" value=query.sort.clone() /> }
    });
    let fields = view! {
        <div class="filters" role="search">
            <label class="grow">
                "Search"
                <input id="search" type="search" name="text" autofocus=find value=query.text.clone() placeholder="Title, service or reason" />
            </label>
            {choice("Service", "service", &view.services, &query.service)}
            {choice("Fault", "fault", &view.faults, &query.fault)}
            {choice("Verdict", "verdict", &verdicts, &query.verdict)}
            <label>"From"<input type="date" name="from" value=query.from.clone() /></label>
            <label>"To"<input type="date" name="to" value=query.to.clone() /></label>
            {sort}
            <button type="submit" class="primary">"Show"</button>
            <a href="/runs">"Clear"</a>
        </div>
    }
    .into_any();
    view! { <form action="/runs" method="get">{fields}</form> }.into_any()
}

fn choice(label: &'static str, name: &'static str, values: &[String], chosen: &str) -> AnyView {
    let mut values = values.to_vec();
    if !chosen.is_empty() && !values.iter().any(|v| v == chosen) {
        values.push(chosen.to_owned());
    }
    let options = values.into_iter().map(|value| {
        let selected = value == chosen;
        view! { <option value=value.clone() selected=selected>{value.clone()}</option> }
    });
    view! {
        <label>
            {label}
            <select name=name>
                <option value="">"all"</option>
                {options.collect_view()}
            </select>
        </label>
    }
    .into_any()
}

fn head(query: &RunQuery) -> AnyView {
    view! {
        <th scope="col">"Verdict"</th>
        <th scope="col">"Experiment"</th>
        {column(query, "service", "Service", false)}
        {column(query, "recovery", "Full strength", true)}
        {column(query, "outage", OUTAGE, true)}
        {column(query, "when", "When (UTC)", false)}
    }
    .into_any()
}

fn column(query: &RunQuery, name: &'static str, text: &'static str, number: bool) -> AnyView {
    let sort = current_sort(query);
    let (order, mark) = match sort.strip_prefix('-') {
        Some(by) if by == name => (Some("descending"), " ↓"),
        None if sort == name => (Some("ascending"), " ↑"),
        _ => (None, ""),
    };
    let href = address(&sorted_by(query, name));
    view! {
        <th scope="col" class:n=number aria-sort=order>
            <a href=href>{text}{mark}</a>
        </th>
    }
    .into_any()
}

fn pager(query: &RunQuery, pages: u32) -> AnyView {
    if pages < 2 {
        return ().into_any();
    }
    let to = |page: u32, text: &'static str, there: bool| {
        let href = there.then(|| {
            address(&RunQuery {
                page,
                ..query.clone()
            })
        });
        view! { <a class="button" href=href aria-disabled=(!there).then_some("true")>{text}</a> }
    };
    let page = query.page;
    view! {
        <nav class="pager" aria-label="Pages">
            {to(page.saturating_sub(1), "Newer", page > 1)}
            <span>"Page " {page} " of " {pages}</span>
            {to(page + 1, "Older", page < pages)}
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> RunQuery {
        RunQuery {
            text: "a b&c".into(),
            verdict: "held".into(),
            page: 3,
            ..RunQuery::default()
        }
    }

    #[test]
    fn the_address_is_the_state() {
        assert_eq!(
            address(&query()),
            "/runs?text=a%20b%26c&verdict=held&page=3"
        );
        assert_eq!(
            address(&RunQuery {
                page: 1,
                ..RunQuery::default()
            }),
            "/runs"
        );
    }

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        let mut map = ParamsMap::new();
        map.insert("text", "a b&c".to_owned());
        map.insert("verdict", "held".to_owned());
        map.insert("page", "3".to_owned());
        assert_eq!(asked(&map), query());
        map.replace("page", "-7".to_owned());
        assert_eq!(asked(&map).page, 1);
    }

    #[test]
    fn many_runs_are_counted_readably() {
        let said = [0, 1, 9_500, 10_000, 1_234_567].map(count);
        assert_eq!(
            said,
            [
                "0 runs",
                "1 run",
                "9500 runs",
                "10,000 runs",
                "1,234,567 runs"
            ]
        );
    }

    #[test]
    fn sorting_turns_round_and_starts_at_the_first_page() {
        let first = sorted_by(&query(), "recovery");
        assert_eq!((first.sort.as_str(), first.page), ("-recovery", 1));
        assert_eq!(sorted_by(&first, "recovery").sort, "recovery");
        assert_eq!(
            sorted_by(&query(), "when").sort,
            "when",
            "the default is -when"
        );
    }
}
