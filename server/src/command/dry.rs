//! `hivequake run --dry-run`: what a run would hit, and what stands in its way. Touches nothing.

use super::{Failure, line};
use crate::config::Output;
use crate::lab::LocalLab;
use crate::report::text::one_line;
use app::api::Lab;
use app::api::views::{DesignAsk, DesignView, ProblemAt};

/// Looks at a text as the designer does and prints what it sees. Whether it could be launched.
pub async fn run(lab: &LocalLab, text: String, output: Output) -> Result<bool, Failure> {
    let ask = DesignAsk {
        text,
        edit: None,
        id: None,
    };
    let view = lab.check_design(ask).await?;
    match output {
        Output::Json => say!("{:#}", value(&view)),
        Output::Text | Output::Markdown => print(&view),
    }
    Ok(view.launchable)
}

fn print(view: &DesignView) {
    for problem in &view.problems {
        say!("FAIL  {}", problem_line(problem));
    }
    for check in &view.checks {
        say!("{}", line(check));
    }
    if let Some(hits) = &view.hits {
        say!("It would hit {}.", one_line(hits));
    }
    say!(
        "{} Nothing was touched.",
        if view.launchable {
            "It can be launched."
        } else {
            "It cannot be launched: mend what says FAIL."
        }
    );
}

/// "line 8, column 12: …"
fn problem_line(problem: &ProblemAt) -> String {
    let text = one_line(&problem.message);
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("line {line}, column {column}: {text}"),
        (Some(line), None) => format!("line {line}: {text}"),
        _ => text,
    }
}

fn value(view: &DesignView) -> serde_json::Value {
    serde_json::json!({
        "launchable": view.launchable,
        "hits": view.hits,
        "problems": view.problems,
        "checks": view.checks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_where_it_is_as_far_as_is_known() {
        let at = |line, column| {
            problem_line(&ProblemAt {
                path: String::new(),
                message: "two\nlines".into(),
                line,
                column,
            })
        };
        assert_eq!(at(Some(8), Some(12)), "line 8, column 12: two lines");
        assert_eq!(at(Some(8), None), "line 8: two lines");
        assert_eq!(at(None, None), "two lines");
    }
}
