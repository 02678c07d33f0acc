//! The engine's event stream in the lab's words, each event once.
//!
//! Pure. An event that is about no service of the swarm, or that the lab does not know, is none.

use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, What};
use bollard::models::{EventActor, EventMessage, EventMessageScopeEnum, EventMessageTypeEnum};
use bollard::query_parameters::EventsOptions;
use std::collections::{HashMap, HashSet, VecDeque};

/// How exactly an engine's stamp is known.
pub(super) const STAMP: Micros = Micros(1_000);
/// How many events are remembered so that a replay shows none twice. An engine keeps 256.
const REMEMBERED: usize = 2_048;
/// How much earlier than the last event a resumed stream begins.
const OVERLAP_NANOS: i64 = 1_000_000_000;

/// Every kind that this program can read. The lab acts on few; but an engine remembers so many
/// events of any kind, and only who hears them all can tell whether it has forgotten one.
const KINDS: [&str; 11] = [
    "builder",
    "config",
    "container",
    "daemon",
    "image",
    "network",
    "node",
    "plugin",
    "secret",
    "service",
    "volume",
];

/// What makes two messages the same event.
pub(super) type Key = (i64, String, String);

/// A message of the stream.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) key: Key,
    /// Whether this engine stamped it; the swarm's own events carry the time of their leader.
    pub(super) local: bool,
    /// The service it is about, by id.
    pub(super) service: String,
    pub(super) news: News,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum News {
    /// Something happened to a container of the service.
    Container(What),
    /// The service was changed or removed; a look at it tells how.
    Service,
    /// Nothing that the lab knows.
    Nothing,
}

impl Told {
    /// When, by the engine.
    pub(super) fn at(&self) -> At {
        At(self.key.0 / 1_000)
    }

    /// As a timeline's event, not numbered yet.
    pub(super) fn event(&self) -> Option<Event> {
        let News::Container(what) = &self.news else {
            return None;
        };
        Some(Event {
            seq: 0,
            at: self.at(),
            resolution: STAMP,
            source: Source::Engine,
            what: what.clone(),
        })
    }
}

/// Asks for all events from a little before `nanos` (engine's clock) on.
pub(super) fn subscription(nanos: i64) -> EventsOptions {
    let from = nanos.saturating_sub(OVERLAP_NANOS).max(0);
    let kinds = KINDS.iter().map(|k| (*k).to_owned());
    EventsOptions {
        since: Some(format!(
            "{}.{:09}",
            from / 1_000_000_000,
            from % 1_000_000_000
        )),
        until: None,
        filters: Some(HashMap::from([("type".to_owned(), kinds.collect())])),
    }
}

/// A message in the lab's words; none without a time.
pub(super) fn read(message: EventMessage) -> Option<Told> {
    let actor = message.actor.unwrap_or_default();
    let action = message.action.unwrap_or_default();
    let id = actor.id.clone().unwrap_or_default();
    let (service, news) = match message.typ {
        Some(EventMessageTypeEnum::CONTAINER) => container(&actor, &id, &action),
        Some(EventMessageTypeEnum::SERVICE) => (id.clone(), News::Service),
        _ => (String::new(), News::Nothing),
    };
    Some(Told {
        key: (message.time_nano?, action, id),
        local: message.scope != Some(EventMessageScopeEnum::SWARM),
        service,
        news,
    })
}

fn container(actor: &EventActor, id: &str, action: &str) -> (String, News) {
    let attribute = |name: &str| {
        let all = actor.attributes.as_ref();
        all.and_then(|a| a.get(name)).cloned().unwrap_or_default()
    };
    let service = attribute("com.docker.swarm.service.id");
    let task = attribute("com.docker.swarm.task.id");
    let number = |name: &str| attribute(name).parse().unwrap_or_default();
    let what = what(action, id.to_owned(), task, number);
    let news = match what {
        Some(what) if !service.is_empty() => News::Container(what),
        _ => News::Nothing,
    };
    (service, news)
}

fn what(
    action: &str,
    container: String,
    task: String,
    number: impl Fn(&str) -> i64,
) -> Option<What> {
    Some(match action {
        "kill" => What::ContainerKilled {
            container,
            task,
            signal: number("signal"),
        },
        "die" => What::ContainerDied {
            container,
            task,
            exit_code: number("exitCode"),
        },
        "oom" => What::ContainerOom { container, task },
        "create" => What::ContainerCreated { container, task },
        "start" => What::ContainerStarted { container, task },
        "destroy" => What::ContainerRemoved { container, task },
        _ => {
            let status = action.strip_prefix("health_status: ")?;
            let known = ["healthy", "unhealthy", "starting"].contains(&status);
            known.then(|| What::Health {
                container,
                task,
                status: status.to_owned(),
            })?
        }
    })
}

/// The events heard lately.
#[derive(Debug, Default)]
pub(super) struct Recent {
    order: VecDeque<Key>,
    known: HashSet<Key>,
}

impl Recent {
    /// Whether it is heard for the first time.
    pub(super) fn is_new(&mut self, key: &Key) -> bool {
        if !self.known.insert(key.clone()) {
            return false;
        }
        self.order.push_back(key.clone());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn message(typ: &str, action: &str, attributes: &serde_json::Value) -> EventMessage {
        serde_json::from_value(json!({
            "Type": typ, "Action": action, "time": 1, "timeNano": 1_795_436_485_123_456_789_i64,
            "Actor": { "ID": "c1", "Attributes": attributes },
        }))
        .unwrap()
    }

    #[test]
    fn a_death_is_read_with_its_exit_code_and_time() {
        let labels = json!({
            "com.docker.swarm.service.id": "s1", "com.docker.swarm.task.id": "t1", "exitCode": "137",
        });
        let told = read(message("container", "die", &labels)).unwrap();
        assert_eq!(told.service, "s1");
        let event = told.event().unwrap();
        assert_eq!(event.at, At(1_795_436_485_123_456));
        let died = What::ContainerDied {
            container: "c1".to_owned(),
            task: "t1".to_owned(),
            exit_code: 137,
        };
        assert_eq!(event.what, died);
    }

    #[test]
    fn what_concerns_no_service_is_nothing() {
        let other = read(message("container", "die", &json!({ "exitCode": "1" }))).unwrap();
        assert_eq!(other.news, News::Nothing);
        let labels = json!({ "com.docker.swarm.service.id": "s1" });
        let exec = read(message("container", "exec_start: /x", &labels)).unwrap();
        assert_eq!(exec.news, News::Nothing);
        let odd = read(message("container", "health_status: odd", &labels)).unwrap();
        assert_eq!(odd.news, News::Nothing);
        let service = read(message("service", "update", &json!({}))).unwrap();
        assert_eq!(
            (service.news, service.service.as_str()),
            (News::Service, "c1")
        );
    }

    #[test]
    fn an_event_of_the_swarm_has_no_time_of_this_engine() {
        let told = |scope: &str| {
            let of = json!({
                "Type": "service", "Action": "update", "scope": scope, "timeNano": 1,
                "Actor": { "ID": "s1" },
            });
            read(serde_json::from_value(of).unwrap()).unwrap()
        };
        assert!(told("local").local);
        assert!(!told("swarm").local);
    }

    #[test]
    fn a_resumed_stream_begins_a_little_earlier() {
        let since = |nanos| subscription(nanos).since.unwrap();
        assert_eq!(since(1_795_436_485_000_000_001), "1795436484.000000001");
        assert_eq!(since(5), "0.000000000");
    }

    proptest! {
        #[test]
        fn a_replay_shows_nothing_twice(times in proptest::collection::vec(0_i64..50, 0..200)) {
            let mut recent = Recent::default();
            let mut seen = HashSet::new();
            for nanos in times {
                let key = (nanos, "die".to_owned(), "c".to_owned());
                prop_assert_eq!(recent.is_new(&key), seen.insert(nanos));
            }
        }
    }

    #[test]
    fn memory_of_events_stays_small() {
        let mut recent = Recent::default();
        for nanos in 0..10_000 {
            recent.is_new(&(nanos, String::new(), String::new()));
        }
        assert_eq!(recent.known.len(), REMEMBERED);
    }
}
