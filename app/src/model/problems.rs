//! What is still wrong with a document that has the right shape.
//!
//! Guarantee: an experiment without problems can be launched as far as its own text goes; each
//! problem names its field and says what to write instead.

use super::experiment::{
    Experiment, Guard, HttpProbe, Hypothesis, MOST_UNANSWERED, Probe, Target, Tasks, TcpProbe,
};
use super::units::Span;
use serde::{Deserialize, Serialize};

/// Something wrong with a document that has the right shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where: a path such as `hypothesis.probes[0].http.url`; empty for the whole document.
    pub path: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl Experiment {
    /// Everything that must be mended before it can launch, in document order.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Problems::default();
        found.title(&self.title);
        found.target(&self.target);
        found.hypothesis(&self.hypothesis);
        found.method(self);
        found.guards(self);
        found.check(
            !self.timing.observe.is_zero(),
            "timing.observe",
            "nothing would be seen in 0 s: write for example 60s",
        );
        found.check(
            (1..=100).contains(&self.repeat),
            "repeat",
            "write 1 to 100 repeats",
        );
        found.0
    }
}

/// Problems in the order in which they are found.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn check(&mut self, fine: bool, path: &str, message: &str) {
        if !fine {
            self.0.push(Problem {
                path: path.to_owned(),
                message: message.to_owned(),
            });
        }
    }

    fn title(&mut self, title: &str) {
        self.check(
            !title.trim().is_empty(),
            "title",
            "the title is empty: say in a few words what should hold",
        );
        self.check(
            title.chars().count() <= 200,
            "title",
            "the title is longer than 200 characters: shorten it",
        );
    }

    fn target(&mut self, target: &Target) {
        self.check(
            !target.service.trim().is_empty(),
            "target.service",
            "no service is named: write the name that docker service ls shows",
        );
        self.tasks(&target.tasks);
    }

    fn tasks(&mut self, tasks: &Tasks) {
        let ways = usize::from(tasks.count.is_some())
            + usize::from(tasks.percent.is_some())
            + usize::from(tasks.all.is_some());
        self.check(
            ways <= 1,
            "target.tasks",
            "count, percent and all exclude one another: keep one",
        );
        self.check(
            tasks.count != Some(0),
            "target.tasks.count",
            "0 tasks would hit nothing: write at least 1",
        );
        self.check(
            tasks.percent.is_none_or(|p| (1..=100).contains(&p)),
            "target.tasks.percent",
            "write 1 to 100 percent",
        );
        self.check(
            tasks.all != Some(false),
            "target.tasks.all",
            "all: false names no task: leave it out or write count: 1",
        );
    }

    fn hypothesis(&mut self, hypothesis: &Hypothesis) {
        let probes = &hypothesis.probes;
        self.check(
            probes.len() <= 20,
            "hypothesis.probes",
            "more than 20 probes: keep those that users would notice",
        );
        for (i, probe) in probes.iter().enumerate() {
            let twice = probes.iter().take(i).any(|other| other.name == probe.name);
            self.probe(&format!("hypothesis.probes[{i}]"), probe, twice);
        }
        let claimed = hypothesis.availability_at_least.is_some();
        self.check(
            !claimed || !probes.is_empty(),
            "hypothesis.availability_at_least",
            "availability needs a probe to measure it: add one under hypothesis.probes",
        );
    }

    fn probe(&mut self, at: &str, probe: &Probe, twice: bool) {
        let name_ok = !probe.name.is_empty()
            && probe.name.len() <= 40
            && !probe.name.chars().any(char::is_control);
        let path = format!("{at}.name");
        self.check(
            name_ok,
            &path,
            "give the probe a name of 1 to 40 characters",
        );
        self.check(
            !twice,
            &path,
            "another probe has this name: choose a different one",
        );
        match (&probe.http, &probe.tcp) {
            (Some(http), None) => self.http(&format!("{at}.http"), http),
            (None, Some(tcp)) => self.tcp(&format!("{at}.tcp"), tcp),
            _ => self.check(false, at, "a probe needs exactly one kind: http or tcp"),
        }
    }

    fn http(&mut self, at: &str, http: &HttpProbe) {
        self.check(
            is_whole_address(&http.url),
            &format!("{at}.url"),
            "write a whole address, for example http://127.0.0.1:8080/",
        );
        self.check(
            (100..=599).contains(&http.expect_status),
            &format!("{at}.expect_status"),
            "write an HTTP status, 100 to 599",
        );
        self.pace(at, http.every, http.timeout);
    }

    fn tcp(&mut self, at: &str, tcp: &TcpProbe) {
        let port = tcp
            .address
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        self.check(
            port,
            &format!("{at}.address"),
            "write host:port, for example 127.0.0.1:5432",
        );
        self.pace(at, tcp.every, tcp.timeout);
    }

    fn pace(&mut self, at: &str, every: Span, timeout: Span) {
        self.check(
            every >= Span::millis(1),
            &format!("{at}.every"),
            "at most 1000 probes a second: write 1ms or more",
        );
        self.check(
            !timeout.is_zero(),
            &format!("{at}.timeout"),
            "no answer comes in 0 s: write for example 1s",
        );
        self.check(
            timeout <= Span::secs(60),
            &format!("{at}.timeout"),
            "write at most 60s",
        );
        let unanswered = timeout.micros() / every.micros().max(1_000);
        self.check(
            unanswered <= i64::from(MOST_UNANSWERED),
            &format!("{at}.timeout"),
            "more than 4096 probes could wait for their answers at a time: write a shorter timeout, \
             or more time between two under every",
        );
    }

    fn method(&mut self, experiment: &Experiment) {
        let method = &experiment.method;
        self.check(
            !method.is_empty(),
            "method",
            "the method has no fault: add one, for example - fault: container-kill",
        );
        self.check(
            method.len() <= 20,
            "method",
            "more than 20 faults in one experiment: split it",
        );
        for (i, fault) in method.iter().enumerate() {
            let twice = method.iter().take(i).any(|other| other.same_place(fault));
            self.check(
                !twice,
                &format!("method[{i}]"),
                "another fault changes the same thing: keep one of the two, or make two experiments",
            );
        }
    }

    fn guards(&mut self, experiment: &Experiment) {
        let probed = !experiment.hypothesis.probes.is_empty();
        for (i, guard) in experiment.guards.iter().enumerate() {
            self.guard(&format!("guards[{i}].abort_when"), guard, probed);
        }
    }

    fn guard(&mut self, at: &str, guard: &Guard, probed: bool) {
        self.check(
            probed,
            at,
            "a guard on availability needs a probe: add one under hypothesis.probes",
        );
        self.check(
            !guard.abort_when.lasting.is_zero(),
            &format!("{at}.for"),
            "0 would abort at the first lost probe: write for example 10s",
        );
    }
}

/// `http://` or `https://`, and a host.
fn is_whole_address(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or(url.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::{Value, json};

    fn paths(document: Value) -> Vec<String> {
        let experiment: Experiment = serde_json::from_value(document).unwrap();
        let problems = experiment.problems();
        assert!(problems.iter().all(|p| !p.message.is_empty()));
        problems.into_iter().map(|p| p.path).collect()
    }

    fn sound() -> Value {
        json!({
            "apiVersion": "hivequake/v1",
            "title": "Canary survives a container kill",
            "target": {"service": "canary"},
            "method": [{"fault": "container-kill"}],
        })
    }

    #[test]
    fn a_sound_document_has_none() {
        assert_eq!(paths(sound()), Vec::<String>::new());
    }

    #[test]
    fn each_is_told_at_its_field_in_document_order() {
        let mut document = sound();
        document["title"] = json!(" ");
        document["target"] = json!({"service": "", "tasks": {"count": 0, "all": false}});
        document["hypothesis"] = json!({"probes": [
            {"name": "a", "http": {"url": "http:///", "expect_status": 99}},
            {"name": "a", "tcp": {"address": "host", "timeout": "0s"}},
            {"name": ""},
        ]});
        let twice = json!({"fault": "service-label", "label": "x", "value": "1"});
        document["method"] = json!([twice, twice]);
        document["timing"] = json!({"observe": "0s"});
        document["repeat"] = json!(0);
        assert_eq!(
            paths(document),
            [
                "title",
                "target.service",
                "target.tasks",
                "target.tasks.count",
                "target.tasks.all",
                "hypothesis.probes[0].http.url",
                "hypothesis.probes[0].http.expect_status",
                "hypothesis.probes[1].name",
                "hypothesis.probes[1].tcp.address",
                "hypothesis.probes[1].tcp.timeout",
                "hypothesis.probes[2].name",
                "hypothesis.probes[2]",
                "method[1]",
                "timing.observe",
                "repeat",
            ]
        );
    }

    #[test]
    fn probes_that_could_wait_are_not_too_many() {
        let probe = |every: &str, timeout: &str| {
            let mut document = sound();
            document["hypothesis"]["probes"] = json!([
                {"name": "a", "tcp": {"address": "host:1", "every": every, "timeout": timeout}},
            ]);
            paths(document)
        };
        assert_eq!(probe("1ms", "4096ms"), [""; 0]);
        assert_eq!(probe("100ms", "60s"), [""; 0]);
        assert_eq!(probe("1ms", "4097ms"), ["hypothesis.probes[0].tcp.timeout"]);
        assert_eq!(probe("10ms", "60s"), ["hypothesis.probes[0].tcp.timeout"]);
    }

    #[test]
    fn what_measures_availability_needs_a_probe() {
        let mut document = sound();
        document["hypothesis"] = json!({"availability_at_least": "99%"});
        document["guards"] = json!([{"abort_when": {"availability_below": "50%", "for": "0s"}}]);
        assert_eq!(
            paths(document),
            [
                "hypothesis.availability_at_least",
                "guards[0].abort_when",
                "guards[0].abort_when.for",
            ]
        );
    }
}
