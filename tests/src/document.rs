//! Experiments as tests write them: the shortest text that says what a test is about.

use std::fmt::Write;

/// An experiment under construction; by default a kill of one task, watched for a short time.
#[derive(Debug, Clone)]
pub struct Document {
    title: String,
    service: String,
    tasks: &'static str,
    probe: Option<String>,
    every: &'static str,
    timeout: &'static str,
    holds: String,
    fault: String,
    guards: String,
    baseline: &'static str,
    observe: &'static str,
    repeat: u32,
}

/// Where the canary answers.
pub const CANARY_URL: &str = "http://127.0.0.1:8089/";
/// Where the three replicas answer, by way of the edge.
pub const EDGE_URL: &str = "http://127.0.0.1:8088/";
/// The service of the founding experiments.
pub const CANARY: &str = "neotix_neotix-api-canary";
/// The service with three replicas.
pub const API: &str = "neotix_neotix-api";
/// The service that must not be attacked.
pub const BACKEND: &str = "neotix_neotix-backend";

impl Document {
    /// A kill of one task of a service.
    pub fn kill(service: &str) -> Self {
        Self::of(service, "fault: container-kill".to_owned())
    }

    /// A label set on a service.
    pub fn label(service: &str, label: &str, value: &str) -> Self {
        let fault = format!("fault: service-label\n    label: {label}\n    value: \"{value}\"");
        Self::of(service, fault)
    }

    fn of(service: &str, fault: String) -> Self {
        Self {
            title: format!("A test on {service}"),
            service: service.to_owned(),
            tasks: "{ count: 1 }",
            probe: None,
            every: "100ms",
            timeout: "1s",
            holds: String::new(),
            fault,
            guards: String::new(),
            baseline: "1s",
            observe: "12s",
            repeat: 1,
        }
    }

    /// A kill by another signal than SIGKILL.
    #[must_use]
    pub fn signal(mut self, name: &str) -> Self {
        self.fault = format!("fault: container-kill\n    signal: {name}");
        self
    }

    /// The experiment's title.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// The tasks hit, as flow YAML.
    #[must_use]
    pub fn tasks(mut self, tasks: &'static str) -> Self {
        self.tasks = tasks;
        self
    }

    /// A probe on an address.
    #[must_use]
    pub fn probing(mut self, url: &str) -> Self {
        self.probe = Some(url.to_owned());
        self
    }

    /// How often the probe is sent, and how long it waits.
    #[must_use]
    pub fn every(mut self, every: &'static str, timeout: &'static str) -> Self {
        (self.every, self.timeout) = (every, timeout);
        self
    }

    /// A line of the hypothesis besides the probe: `recovers_within: 15s`.
    #[must_use]
    pub fn holds(mut self, line: &str) -> Self {
        writeln!(self.holds, "  {line}").expect("a string takes everything");
        self
    }

    /// A guard on availability.
    #[must_use]
    pub fn guarded(mut self, below: &str, lasting: &str) -> Self {
        self.guards =
            format!("guards:\n  - abort_when: {{ availability_below: {below}, for: {lasting} }}\n");
        self
    }

    /// How long it is watched before and after.
    #[must_use]
    pub fn timed(mut self, baseline: &'static str, observe: &'static str) -> Self {
        (self.baseline, self.observe) = (baseline, observe);
        self
    }

    /// How often it runs.
    #[must_use]
    pub fn repeated(mut self, times: u32) -> Self {
        self.repeat = times;
        self
    }

    /// The text.
    pub fn yaml(&self) -> String {
        let hypothesis = match &self.probe {
            None => self.holds.clone(),
            Some(url) => format!(
                "  probes:\n    - name: users\n      http: {{ url: \"{url}\", every: {}, timeout: {} }}\n{}",
                self.every, self.timeout, self.holds
            ),
        };
        let hypothesis = match hypothesis.as_str() {
            "" => String::new(),
            lines => format!("hypothesis:\n{lines}"),
        };
        format!(
            "apiVersion: hivequake/v1\ntitle: {}\ntarget:\n  service: {}\n  tasks: {}\n{hypothesis}\
             method:\n  - {}\n{}timing: {{ baseline: {}, observe: {} }}\nrepeat: {}\n",
            self.title,
            self.service,
            self.tasks,
            self.fault,
            self.guards,
            self.baseline,
            self.observe,
            self.repeat
        )
    }
}
