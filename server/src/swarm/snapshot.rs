//! Looks at the swarm: the engine, its services, one service with all that belongs to it.
//!
//! Reads only. What a look says was true between the question and its answer.

use super::container::Inspected;
use super::{Subject, Swarm, SwarmError, facts};
use app::model::facts::{EngineFacts, ServiceFacts, Snapshot, TaskFacts};
use app::model::timeline::TaskState;
use bollard::models::{LocalNodeState, Node, Service, SystemInfo, SystemVersion};
use bollard::query_parameters::ListTasksOptions;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// A service in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSummary {
    /// Its definition; the health check only as far as the definition says.
    pub facts: ServiceFacts,
    /// Tasks that run and are meant to.
    pub running: u64,
    /// Tasks that it wants.
    pub desired: u64,
}

impl Swarm {
    /// The engine asked, whether or not it is in a swarm. Errors: it cannot be reached.
    pub async fn engine(&self) -> Result<EngineFacts, SwarmError> {
        let (info, version) = self.told().await?;
        Ok(engine(&info, &version))
    }

    /// All services, by name. Errors: the swarm cannot be asked.
    pub async fn services(&self) -> Result<Vec<ServiceSummary>, SwarmError> {
        let listed = self.get("/services", Subject::Swarm).await?;
        let Value::Array(listed) = listed else {
            return Err(self.unreadable("no list of services", Subject::Swarm));
        };
        let listed = listed
            .into_iter()
            .map(|one| self.read_service(one, Subject::Swarm));
        let listed = listed.collect::<Result<Vec<_>, _>>()?;
        let tasks = self.tasks_by(None).await?;
        let mut all: Vec<_> = listed.iter().map(|s| summary(s, &tasks)).collect();
        all.sort_by(|a, b| a.facts.name.cmp(&b.facts.name));
        Ok(all)
    }

    /// A service by name or id with its tasks, containers and nodes. Errors: there is none, or the
    /// swarm cannot be asked.
    pub async fn snapshot(&self, service: &str) -> Result<Snapshot, SwarmError> {
        // At once: an engine takes long to tell about itself.
        let (service, told, nodes) = tokio::join!(
            Box::pin(self.service_facts(service)),
            Box::pin(self.told()),
            Box::pin(self.nodes())
        );
        let mut facts = service?;
        let (info, version) = told?;
        let at = info.system_time.as_deref().and_then(facts::at);
        let mut tasks = self.tasks(&facts.id).await?;
        tasks.sort_by_key(|t| (t.task.slot, slot_node(t), Reverse(t.created)));
        let engine = engine(&info, &version);
        let seen = self.containers(&tasks, &engine.node).await?;
        if let Some(newest) = seen.iter().max_by_key(|c| c.facts.created) {
            facts.health.clone_from(&newest.health);
            facts.health_known = true;
        }
        Ok(Snapshot {
            at: at.ok_or_else(|| self.timeless())?,
            desired: facts::strength(facts.replicas, tasks.iter()).1,
            service: facts,
            containers: seen.into_iter().map(|c| c.facts).collect(),
            nodes: nodes?,
            tasks,
            engine,
        })
    }

    /// The nodes' addresses, as far as the manager knows them. Errors: the swarm cannot be asked.
    pub async fn addresses(&self) -> Result<Vec<IpAddr>, SwarmError> {
        let listed = self.docker()?.list_nodes(None).await;
        let listed = listed.map_err(|e| self.explain(e, Subject::Swarm))?;
        Ok(listed.iter().flat_map(addresses).collect())
    }

    /// A service's tasks, history included, in the engine's order. Errors: there is no such
    /// service, or the swarm cannot be asked.
    pub async fn tasks(&self, service_id: &str) -> Result<Vec<TaskFacts>, SwarmError> {
        self.tasks_by(Some(service_id)).await
    }

    /// A service as its definition says, by name or id.
    pub(super) async fn service_facts(&self, service: &str) -> Result<ServiceFacts, SwarmError> {
        Ok(facts::service(&self.service(service).await?))
    }

    pub(super) async fn service(&self, service: &str) -> Result<Service, SwarmError> {
        let subject = Subject::Service(service);
        self.refuse_odd(service, subject)?;
        let found = self.get(&format!("/services/{service}"), subject).await?;
        self.read_service(found, subject)
    }

    fn read_service(&self, service: Value, subject: Subject<'_>) -> Result<Service, SwarmError> {
        let read = serde_json::from_value(facts::as_documented(service));
        read.map_err(|e| self.unreadable(&e.to_string(), subject))
    }

    fn unreadable(&self, why: &str, subject: Subject<'_>) -> SwarmError {
        self.explain(super::error::Failure::Unreadable(why.to_owned()), subject)
    }

    /// The engine's own account; refused when it is no manager of a swarm.
    pub(super) async fn manager(&self) -> Result<SystemInfo, SwarmError> {
        let info = self.info().await?;
        let swarm = info.swarm.clone().unwrap_or_default();
        let host = self.host();
        match swarm.local_node_state {
            _ if swarm.control_available == Some(true) => Ok(info),
            Some(LocalNodeState::ACTIVE) => Err(SwarmError::Worker { host }),
            _ => Err(SwarmError::NotASwarm { host }),
        }
    }

    /// What the engine tells about itself.
    async fn told(&self) -> Result<(SystemInfo, SystemVersion), SwarmError> {
        let docker = self.docker()?;
        let version = async {
            let version = docker.version().await;
            version.map_err(|e| self.explain(e, Subject::Swarm))
        };
        tokio::try_join!(self.info(), version)
    }

    pub(super) async fn info(&self) -> Result<SystemInfo, SwarmError> {
        let info = self.docker()?.info().await;
        info.map_err(|e| self.explain(e, Subject::Swarm))
    }

    async fn tasks_by(&self, service: Option<&str>) -> Result<Vec<TaskFacts>, SwarmError> {
        let subject = service.map_or(Subject::Swarm, Subject::Service);
        let filters =
            service.map(|id| HashMap::from([("service".to_owned(), vec![id.to_owned()])]));
        let listed = self
            .docker()?
            .list_tasks(Some(ListTasksOptions { filters }))
            .await;
        let listed = listed.map_err(|e| self.explain(e, subject))?;
        Ok(listed.iter().filter_map(facts::task).collect())
    }

    async fn nodes(&self) -> Result<Vec<app::model::facts::NodeFacts>, SwarmError> {
        let listed = self.docker()?.list_nodes(None).await;
        let listed = listed.map_err(|e| self.explain(e, Subject::Swarm))?;
        Ok(listed.iter().map(facts::node).collect())
    }

    /// Containers of running tasks on the engine that is asked; one that goes meanwhile is left out.
    async fn containers(
        &self,
        tasks: &[TaskFacts],
        node: &str,
    ) -> Result<Vec<Inspected>, SwarmError> {
        let mut seen = Vec::new();
        for task in tasks
            .iter()
            .filter(|t| t.state == TaskState::Running && t.task.node == node)
        {
            if let Some(id) = &task.container
                && let Some(container) = self.inspect(id).await?
            {
                seen.push(container);
            }
        }
        Ok(seen)
    }
}

fn slot_node(task: &TaskFacts) -> String {
    match task.task.slot {
        Some(_) => String::new(),
        None => task.task.node.clone(),
    }
}

fn summary(service: &Service, tasks: &[TaskFacts]) -> ServiceSummary {
    let facts = facts::service(service);
    let own = tasks.iter().filter(|t| t.service == facts.id);
    let (running, desired) = facts::strength(facts.replicas, own);
    ServiceSummary {
        facts,
        running,
        desired,
    }
}

fn engine(info: &SystemInfo, version: &SystemVersion) -> EngineFacts {
    let swarm = info.swarm.clone().unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    EngineFacts {
        version: text(&version.version),
        api: text(&version.api_version),
        kernel: format!("{} {}", text(&info.os_type), text(&info.kernel_version)),
        cgroup: info
            .cgroup_version
            .map_or_else(|| "1".to_owned(), |v| v.to_string()),
        cgroup_driver: info
            .cgroup_driver
            .map(|d| d.to_string())
            .unwrap_or_default(),
        node: text(&swarm.node_id),
        name: text(&info.name),
        manager: swarm.control_available.unwrap_or_default(),
    }
}

/// As a node, and as a manager: of a manager, Docker often knows only the latter.
fn addresses(node: &Node) -> Vec<IpAddr> {
    let own = node.status.as_ref().and_then(|s| s.addr.as_deref());
    let manager = node.manager_status.as_ref();
    let manager = manager.and_then(|m| m.addr.as_deref()?.parse::<SocketAddr>().ok());
    let own = own.and_then(|addr| addr.parse().ok());
    own.into_iter().chain(manager.map(|at| at.ip())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_managers_address_is_read_where_docker_hides_it() {
        let read = |json| addresses(&serde_json::from_value(json).unwrap());
        let manager = json!({ "Status": { "Addr": "0.0.0.0" },
                              "ManagerStatus": { "Addr": "10.0.0.7:2377" } });
        assert_eq!(read(manager)[1].to_string(), "10.0.0.7");
        let worker = json!({ "Status": { "Addr": "10.0.0.8" } });
        assert_eq!(read(worker)[0].to_string(), "10.0.0.8");
        assert!(read(json!({ "Status": { "Addr": "odd" } })).is_empty());
    }
}
