//! Whether a service may be attacked (promise 5).

use app::api::views::Permission;
use app::model::facts::ServiceFacts;
use app::model::{ALLOW_LABEL, PROTECT_LABEL};

/// Decides by protection first, then label, then the allow-list. `own` is the service that the
/// lab itself runs in, if any.
pub fn permission(service: &ServiceFacts, allow: &[String], own: Option<&str>) -> Permission {
    let name = &service.name;
    let says = |label: &str| {
        service
            .labels
            .get(label)
            .is_some_and(|value| value == "true")
    };
    if own == Some(name.as_str()) {
        return Permission::Protected("the lab itself runs in it".to_owned());
    }
    if service
        .labels
        .get(PROTECT_LABEL)
        .is_some_and(|value| value != "false")
    {
        return Permission::Protected(format!(
            "it carries {PROTECT_LABEL}={}",
            service.labels[PROTECT_LABEL]
        ));
    }
    if says(ALLOW_LABEL) {
        return Permission::Allowed(format!("it carries {ALLOW_LABEL}=true"));
    }
    if allow.iter().any(|allowed| allowed == name) {
        return Permission::Allowed("it is on the allow-list in the settings".to_owned());
    }
    Permission::NotListed(format!(
        "opt it in: docker service update --label-add {ALLOW_LABEL}=true {name}, or list it in the settings"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(labels: &[(&str, &str)]) -> ServiceFacts {
        ServiceFacts {
            name: "web".to_owned(),
            labels: labels
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            ..ServiceFacts::default()
        }
    }

    #[test]
    fn nothing_is_a_target_until_somebody_opts_it_in() {
        assert!(matches!(
            permission(&service(&[]), &[], None),
            Permission::NotListed(_)
        ));
        assert!(matches!(
            permission(&service(&[(ALLOW_LABEL, "yes")]), &[], None),
            Permission::NotListed(_)
        ));
        assert!(matches!(
            permission(&service(&[(ALLOW_LABEL, "true")]), &[], None),
            Permission::Allowed(_)
        ));
        assert!(matches!(
            permission(&service(&[]), &["web".to_owned()], None),
            Permission::Allowed(_)
        ));
    }

    #[test]
    fn protection_always_wins() {
        let both = service(&[(ALLOW_LABEL, "true"), (PROTECT_LABEL, "true")]);
        assert!(matches!(
            permission(&both, &["web".to_owned()], None),
            Permission::Protected(_)
        ));
        let odd = service(&[(ALLOW_LABEL, "true"), (PROTECT_LABEL, "")]);
        assert!(matches!(
            permission(&odd, &[], None),
            Permission::Protected(_)
        ));
        let own = service(&[(ALLOW_LABEL, "true")]);
        assert!(matches!(
            permission(&own, &[], Some("web")),
            Permission::Protected(_)
        ));
    }
}
