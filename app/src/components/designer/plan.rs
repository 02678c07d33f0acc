//! The timeline of a launch, drawn from the form.

use crate::api::views::Form;
use crate::components::svg::{Anchor, Area, Svg};

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 78.0;
/// The narrowest a part may be so that its words fit.
const NARROWEST: f64 = 110.0;
/// The widest that the baseline may be beside the observation.
const WIDEST: f64 = 280.0;

/// Baseline, fault, observation, repeats: to scale as far as the words fit.
pub fn drawn(form: &Form) -> String {
    let zero = zero(form.plan.baseline, form.plan.observe);
    let faults = fault_words(form);
    let times = form.repeat.trim();
    let repeat = match times {
        "" | "1" => form.plan.total.clone(),
        times => format!("×{times}, {}", form.plan.total),
    };
    let said = format!(
        "Baseline {}, {faults}, observe {}; {repeat}",
        form.baseline, form.observe
    );
    let mut svg = Svg::new("plan", WIDTH, HEIGHT, "What a launch does", &said);
    let bar = |x: f64, w: f64| Area {
        x,
        y: 24.0,
        w,
        h: 26.0,
    };
    svg.rect("plan-base", bar(0.0, zero - 3.0));
    svg.rect("plan-obs", bar(zero + 3.0, WIDTH - zero - 3.0));
    svg.text(
        "",
        Anchor::Start,
        8.0,
        41.0,
        &format!("baseline {}", form.baseline),
    );
    svg.text(
        "",
        Anchor::Start,
        zero + 14.0,
        41.0,
        &format!("observe {}", form.observe),
    );
    svg.upright("faultline", zero, 18.0, 56.0);
    svg.cross("faultmark", zero, 37.0);
    svg.text("lab strong", Anchor::Middle, zero.max(90.0), 13.0, &faults);
    svg.text("tick", Anchor::Middle, zero, 70.0, "0");
    svg.text("tick", Anchor::End, WIDTH, 70.0, &repeat);
    svg.finish()
}

/// Where the fault stands.
fn zero(baseline: f64, observe: f64) -> f64 {
    let whole = baseline + observe;
    if whole <= 0.0 {
        return NARROWEST;
    }
    (WIDTH * baseline / whole).clamp(NARROWEST, WIDEST)
}

fn fault_words(form: &Form) -> String {
    match form.faults.as_slice() {
        [] => "no fault yet".to_owned(),
        [one] => one.kind.clone(),
        [first, rest @ ..] => format!("{} and {} more", first.kind, rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::views::{FaultForm, Plan};

    #[test]
    fn the_fault_stands_where_the_baseline_ends() {
        assert!((zero(10.0, 20.0) - 200.0).abs() < 0.01);
        assert!((zero(0.0, 60.0) - NARROWEST).abs() < 0.01);
        assert!((zero(0.0, 0.0) - NARROWEST).abs() < 0.01);
        assert!((zero(600.0, 10.0) - WIDEST).abs() < 0.01);
    }

    #[test]
    fn says_in_words_what_it_draws() {
        let form = Form {
            baseline: "10s".into(),
            observe: "<25s>".into(),
            repeat: "10".into(),
            faults: vec![FaultForm {
                kind: "container-kill".into(),
                ..FaultForm::default()
            }],
            plan: Plan {
                baseline: 10.0,
                observe: 25.0,
                total: "about 7 minutes in all".into(),
            },
            ..Form::default()
        };
        let drawn = drawn(&form);
        assert!(drawn.contains(
            "Baseline 10s, container-kill, observe &lt;25s&gt;; ×10, about 7 minutes in all</desc>"
        ));
    }
}
