//! Where the advice comes from.

pub(super) const DEPLOY: &str = "https://docs.docker.com/reference/compose-file/deploy/";
pub(super) const SERVICES: &str = "https://docs.docker.com/reference/compose-file/services/";
pub(super) const CREATE: &str = "https://docs.docker.com/reference/cli/docker/service/create/";
pub(super) const HEALTHCHECK: &str = "https://docs.docker.com/reference/dockerfile/#healthcheck";
pub(super) const RESOURCES: &str =
    "https://docs.docker.com/engine/containers/resource_constraints/";
pub(super) const JSON_LOGS: &str = "https://docs.docker.com/engine/logging/drivers/json-file/";
pub(super) const LOCAL_LOGS: &str = "https://docs.docker.com/engine/logging/drivers/local/";
pub(super) const ADMIN: &str = "https://docs.docker.com/engine/swarm/admin_guide/";
pub(super) const SECRETS: &str = "https://docs.docker.com/engine/swarm/secrets/";
pub(super) const RESTART_SOURCE: &str =
    "moby v20.10.24, swarmkit manager/orchestrator/restart/restart.go";
pub(super) const UPDATE_SOURCE: &str =
    "moby v20.10.24, swarmkit manager/orchestrator/update/updater.go";
pub(super) const HEALTH_SOURCE: &str = "moby v20.10.24, daemon/health.go";
pub(super) const RESOLVER_SOURCE: &str = "moby v20.10.24, libnetwork resolver.go (TTL 600)";
pub(super) const WINDOW_ISSUE: &str = "https://github.com/moby/swarmkit/issues/2936";
pub(super) const FIRST_CHECK_ISSUE: &str = "https://github.com/moby/moby/issues/35126";
pub(super) const START_PERIOD_ISSUE: &str = "https://github.com/moby/moby/issues/26498";
pub(super) const REBALANCE_ISSUE: &str = "https://github.com/moby/moby/issues/24103";
pub(super) const STATIC_STABILITY: &str =
    "https://aws.amazon.com/builders-library/static-stability-using-availability-zones/";
pub(super) const CASCADES: &str = "https://sre.google/sre-book/addressing-cascading-failures/";
pub(super) const ALERTING: &str = "https://prometheus.io/docs/practices/alerting/";
pub(super) const CHAOS: &str = "https://principlesofchaos.org/";
pub(super) const CGROUPS: &str = "https://docs.kernel.org/admin-guide/cgroup-v2.html";
pub(super) const JVM_TTL: &str =
    "https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/jvm-ttl-dns.html";
