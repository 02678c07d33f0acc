//! The event log of a live run. It follows only while one looks at its end.

use super::model::LiveModel;
use crate::api::live::Line;
use crate::components::web::{effect, when};
use crate::model::time::{self, At, Micros};
use leptos::{html, prelude::*};

/// A moment on the run's clock, as the report will have it, with a true minus: "−9.9 s".
pub fn offset(span: Micros, resolution: Micros) -> String {
    time::offset(span, resolution).replacen('-', "−", 1)
}

/// Whether a list is scrolled to its end, within a line.
fn at_end(list: &web_sys::Element) -> bool {
    list.scroll_height() - list.scroll_top() - list.client_height() < 24
}

/// The log.
#[component]
pub fn Log(model: RwSignal<LiveModel>) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let follows = RwSignal::new(true);
    let seen = RwSignal::new(0_usize);
    let count = Memo::new(move |_| model.read().log.len());
    let zero = Memo::new(move |_| model.read().zero());
    let begun = Memo::new(move |_| model.read().begun());
    let to_end = move || {
        if let Some(list) = list.get_untracked() {
            list.set_scroll_top(list.scroll_height());
        }
    };
    effect(move || {
        let count = count.get();
        if follows.get() {
            seen.set(count);
            request_animation_frame(to_end);
        }
    });
    let scrolled = move |_| {
        if let Some(list) = list.get_untracked() {
            follows.set(at_end(&list));
        }
    };
    let unseen = move || count.get().saturating_sub(seen.get());
    view! {
        <div class="log">
            <div class="lines" tabindex="0" role="region" aria-label="Event log" node_ref=list on:scroll=scrolled>
                <table>
                    <thead class="said">
                        <tr><th scope="col">"Time"</th><th scope="col">"Source"</th><th scope="col">"Event"</th></tr>
                    </thead>
                    <tbody>
                        <For each=move || model.read().log.clone() key=|(seq, _)| *seq let((_, line))>
                            <Row line zero begun />
                        </For>
                    </tbody>
                </table>
            </div>
            {when(move || !follows.get() && unseen() > 0, move || view! {
                <button type="button" class="more" on:click=move |_| to_end()>{unseen} " new"</button>
            })}
        </div>
    }
}

#[component]
fn Row(line: Line, zero: Memo<At>, begun: Memo<At>) -> impl IntoView {
    let Line {
        at,
        resolution,
        source,
        text,
        matters,
        ..
    } = line;
    let when = move |at: At, resolution| {
        if at < begun.get() {
            "before".to_owned()
        } else {
            offset(at - zero.get(), resolution)
        }
    };
    view! {
        <tr class:matters=matters>
            <td class="n">{move || when(at, resolution)}</td>
            <td>{source}</td>
            <td>{text}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_says_no_more_than_was_measured() {
        assert_eq!(offset(Micros(62_345), Micros(1_000)), "+0.062 s");
        assert_eq!(offset(Micros(-400_000), Micros(1_000_000)), "0 s");
        assert_eq!(offset(Micros(-9_912_345), Micros(100_000)), "−9.9 s");
        assert_eq!(offset(Micros(5_300_000), Micros(2_000_000)), "+5 s");
    }
}
