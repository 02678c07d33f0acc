//! What works on this machine, and what to do where it does not.
//!
//! Guarantee: looks only; nothing is loaded, created or changed.

use super::LocalLab;
use crate::engine::permission::permission;
use crate::report::text::clean;
use app::api::views::{Check, CheckState, Permission};
use app::model::facts::{EngineFacts, ServiceFacts};
use std::fs;
use std::path::Path;

/// All checks, most important first.
pub async fn examine(lab: &LocalLab) -> Vec<Check> {
    let mut checks = Vec::new();
    match lab.swarm.engine().await {
        Ok(engine) => engine_checks(&engine, &mut checks),
        Err(error) => checks.push(no(error.to_string())),
    }
    checks.extend(kernel_checks(Path::new("/")));
    checks.push(match lab.store.check_writable().await {
        Ok(()) => ok("Database: can be read and written"),
        Err(error) => no(format!("Database: {error}")),
    });
    checks.extend(left_open(lab).await);
    checks.extend(allow_checks(lab).await);
    checks
}

/// Runs that nobody executes any more, and that nobody has put back. Silent where the store cannot
/// be asked: that is said already.
async fn left_open(lab: &LocalLab) -> Option<Check> {
    let open = lab.engine.orphans().await.unwrap_or_default();
    let runs = match open.as_slice() {
        [] => return None,
        [one] => format!("run {one} was"),
        many => format!("{} runs were", many.len()),
    };
    Some(no(format!(
        "Runs: {runs} left open by a process that is gone. Put back and close: hivequake recover"
    )))
}

/// What is listed in the settings and does nothing. Silent where swarm or store cannot be asked:
/// that is said already.
async fn allow_checks(lab: &LocalLab) -> Vec<Check> {
    let (Ok(settings), Ok(services)) = tokio::join!(lab.store.settings(), lab.swarm.services())
    else {
        return Vec::new();
    };
    let services: Vec<_> = services.into_iter().map(|s| s.facts).collect();
    let own = lab.swarm.own_service().await;
    let names = settings.allow.iter();
    names
        .filter_map(|name| listed(name, &services, own.as_deref()))
        .collect()
}

/// A warning where listing a service changes nothing.
fn listed(name: &str, services: &[ServiceFacts], own: Option<&str>) -> Option<Check> {
    let Some(service) = services.iter().find(|service| service.name == name) else {
        return Some(warn(format!(
            "Settings: {name} is listed, but the swarm has no such service"
        )));
    };
    match permission(service, &[], own) {
        Permission::Protected(why) => Some(warn(format!(
            "Settings: {name} is listed, but protected ({why}); it is never attacked"
        ))),
        _ => None,
    }
}

fn ok(text: impl AsRef<str>) -> Check {
    check(CheckState::Ok, text.as_ref())
}

fn warn(text: impl AsRef<str>) -> Check {
    check(CheckState::Warn, text.as_ref())
}

fn no(text: impl AsRef<str>) -> Check {
    check(CheckState::No, text.as_ref())
}

fn check(state: CheckState, text: &str) -> Check {
    Check {
        state,
        text: clean(text),
    }
}

fn engine_checks(engine: &EngineFacts, checks: &mut Vec<Check>) {
    checks.push(ok(format!(
        "Engine: Docker {}, API {}, on {}",
        engine.version, engine.api, engine.kernel
    )));
    checks.push(if engine.manager {
        ok(format!("Swarm: {} is a manager", engine.name))
    } else if engine.node.is_empty() {
        no("Swarm: this engine is in no swarm. Make one: docker swarm init")
    } else {
        no("Swarm: this engine is a worker. Name a manager with --docker-host or DOCKER_HOST")
    });
    checks.push(ok(format!(
        "cgroup: version {}, {} driver",
        engine.cgroup, engine.cgroup_driver
    )));
}

/// What the kernel of the lab's own machine can do; `root` is `/`.
fn kernel_checks(root: &Path) -> Vec<Check> {
    let mut checks = Vec::new();
    checks.push(if has(root, "ip_vs") {
        ok("Kernel: ip_vs is there; ingress ports and virtual IPs answer")
    } else {
        warn("Kernel: no ip_vs; ingress ports and virtual IPs do not answer here. Publish ports in host mode and use endpoint_mode: dnsrr")
    });
    checks.push(if has(root, "sch_netem") {
        ok("Kernel: sch_netem is there, for network faults")
    } else {
        warn("Kernel: no sch_netem; delay and loss will need another way (container-kill does not need it)")
    });
    checks
}

/// Whether a module is built in, loaded, or can be loaded.
fn has(root: &Path, module: &str) -> bool {
    let loaded = root.join("sys/module").join(module).exists();
    let release = fs::read_to_string(root.join("proc/sys/kernel/osrelease")).unwrap_or_default();
    let folder = root.join("lib/modules").join(release.trim());
    let listed = ["modules.builtin", "modules.dep"].iter().any(|list| {
        let text = fs::read_to_string(folder.join(list)).unwrap_or_default();
        text.lines().any(|line| {
            line.split(':')
                .next()
                .is_some_and(|path| names(path, module))
        })
    });
    loaded || listed
}

fn names(path: &str, module: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    file.split('.').next() == Some(module)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn machine(modules: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("proc/sys/kernel")).unwrap();
        fs::create_dir_all(root.path().join("lib/modules/6.1")).unwrap();
        fs::write(root.path().join("proc/sys/kernel/osrelease"), "6.1\n").unwrap();
        fs::write(root.path().join("lib/modules/6.1/modules.dep"), modules).unwrap();
        root
    }

    fn service(name: &str, label: &str) -> ServiceFacts {
        ServiceFacts {
            name: name.to_owned(),
            labels: [(label.to_owned(), "true".to_owned())].into(),
            ..ServiceFacts::default()
        }
    }

    #[test]
    fn a_listed_name_that_does_nothing_is_named() {
        let services = [
            service("web", "x"),
            service("labelled", "hivequake.allow"),
            service("db", "hivequake.protect"),
            service("lab", "x"),
        ];
        let said = |name: &str| listed(name, &services, Some("lab")).map(|check| check.text);
        assert_eq!((said("web"), said("labelled")), (None, None));
        for (name, words) in [
            ("wbe", "wbe is listed, but the swarm has no such service"),
            (
                "db",
                "db is listed, but protected (it carries hivequake.protect=true)",
            ),
            (
                "lab",
                "lab is listed, but protected (the lab itself runs in it)",
            ),
        ] {
            assert!(said(name).unwrap().contains(words), "{:?}", said(name));
            let state = listed(name, &services, Some("lab")).unwrap().state;
            assert_eq!(state, CheckState::Warn);
        }
    }

    #[test]
    fn knows_what_the_kernel_can_load() {
        let root = machine("kernel/net/netfilter/ipvs/ip_vs.ko.xz: kernel/lib/libcrc32c.ko\n");
        let checks = kernel_checks(root.path());
        assert_eq!(checks[0].state, CheckState::Ok);
        assert_eq!(checks[1].state, CheckState::Warn);
        assert!(checks[1].text.contains("sch_netem"));
    }

    #[test]
    fn another_module_of_a_similar_name_is_not_it() {
        let root = machine("kernel/net/netfilter/ipvs/ip_vs_rr.ko: kernel/net/ip_vs.ko\n");
        assert_eq!(kernel_checks(root.path())[0].state, CheckState::Warn);
    }
}
