//! The form of the settings.

use super::asked::Asked;
use super::refusal::refused;
use crate::api::calls::save_settings;
use crate::api::views::SettingsEdit;
use leptos::prelude::*;

/// Names, one per line, without blank lines.
fn names(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What the form says, or why it cannot be sent.
fn read(allow: &str, most: &str) -> Result<SettingsEdit, String> {
    // Too few or too many is for the lab to say.
    let most_tasks = most.trim().parse::<u64>();
    let most_tasks =
        most_tasks.map_err(|_| format!("\"{most}\" is no number of tasks: write 1 to 1000"))?;
    let max_tasks = u32::try_from(most_tasks).unwrap_or(u32::MAX);
    Ok(SettingsEdit {
        allow: names(allow),
        max_tasks,
    })
}

/// The form, with the settings as they are.
#[component]
pub fn SettingsForm(
    /// The settings as they are.
    settings: SettingsEdit,
) -> impl IntoView {
    let allow = RwSignal::new(settings.allow.join("\n"));
    let most = RwSignal::new(settings.max_tasks.to_string());
    let problem = RwSignal::new(None::<String>);
    let save = Asked::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match read(&allow.read_untracked(), &most.read_untracked()) {
            Ok(edit) => {
                problem.set(None);
                save.ask(save_settings(edit));
            }
            Err(why) => problem.set(Some(why)),
        }
    };
    let saved = move || {
        let done = save.is_done() && !save.pending.get();
        if done { "Saved." } else { "" }
    };
    view! {
        <form class="settings" on:submit=submit>
            <fieldset>
                <legend>"What may be attacked"</legend>
                <div class="field">
                    <label>
                        "Services allowed as targets besides those labelled " <code>"hivequake.allow=true"</code>
                        ", one name per line"
                        <textarea
                            rows="6"
                            spellcheck="false"
                            on:input:target=move |event| allow.set(event.target().value())
                        >
                            {allow.get_untracked()}
                        </textarea>
                    </label>
                    <p class="muted">"A service labelled " <code>"hivequake.protect=true"</code> " is never attacked, listed or not."</p>
                </div>
                <div class="field short" class:err=move || problem.read().is_some()>
                    <label>
                        "Most tasks that one run may hit"
                        <input
                            inputmode="numeric"
                            value=most.get_untracked()
                            aria-invalid=move || problem.read().is_some().then_some("true")
                            aria-describedby="why-most"
                            on:input:target=move |event| most.set(event.target().value())
                        />
                    </label>
                    <p class="msg" id="why-most">{move || problem.get()}</p>
                </div>
                <div class="row">
                    <button type="submit" class="primary" disabled=move || save.pending.get()>"Save"</button>
                    <span role="status">{saved}</span>
                </div>
                {move || save.no().map(|no| refused(&no))}
            </fieldset>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_and_spaces_are_no_names() {
        assert_eq!(names(" a \n\n\tb\r\n"), ["a", "b"]);
        assert_eq!(read("", "5").map(|edit| edit.max_tasks), Ok(5));
        assert_eq!(
            read("", "99999999999").map(|edit| edit.max_tasks),
            Ok(u32::MAX)
        );
        assert!(read("", "-1").is_err());
        assert!(read("", "many").is_err_and(|why| why.contains("many")));
    }
}
