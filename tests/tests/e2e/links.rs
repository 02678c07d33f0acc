//! Pages and links: what they show, what they keep to themselves, and that text from the swarm is
//! never taken for markup.

use hivequake_tests::document::{API, CANARY};
use hivequake_tests::lab::text;
use hivequake_tests::world::world;
use hivequake_tests::{Document, Lab};

const MARKUP: &str = "<script>alert(1)</script>";

/// A finished run with a title.
fn finished(lab: &Lab, service: &str, title: &str) -> String {
    let run = lab.launch(
        &Document::label(service, "hq.try", "on")
            .timed("0s", "1s")
            .titled(title),
    );
    assert_eq!(lab.done(&run)["verdict"], "held");
    run
}

fn share(lab: &Lab, run: &str) -> (String, i64) {
    let reply = lab.post_json(&format!("/api/v1/runs/{run}/shares"), r#"{"days":7}"#);
    assert!((200..300).contains(&reply.status), "{}", reply.body);
    let link = reply.json();
    (
        text(&link, "path"),
        link["id"].as_i64().expect("the link's number"),
    )
}

#[test]
fn a_link_shows_one_report_and_nothing_else() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let shown = finished(&lab, CANARY, "The report that is shared");
    let hidden = finished(&lab, API, "The report that is not");
    let (path, _) = share(&lab, &shown);
    let page = lab.get(&path);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("The report that is shared"));
    assert!(!page.body.contains("The report that is not") && !page.body.contains(&hidden));
    assert!(
        !page.body.contains("/runs/"),
        "no way leads from the link into the lab"
    );
    assert_eq!(
        page.header("referrer-policy"),
        Some("no-referrer"),
        "the token stays here"
    );
    let robots = page.header("x-robots-tag").unwrap_or_default();
    assert!(robots.contains("noindex"), "{:?}", page.headers);
}

#[test]
fn a_wrong_link_and_a_revoked_one() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = finished(&lab, CANARY, "Shared for a while");
    let (path, number) = share(&lab, &run);
    let mut wrong = path.clone();
    let last = wrong.pop().expect("a token");
    wrong.push(if last == 'A' { 'B' } else { 'A' });
    for path in [wrong.as_str(), "/s/", "/s/x"] {
        let reply = lab.get(path);
        assert_eq!(reply.status, 404, "{path}");
        assert!(!reply.body.contains("Shared for a while"));
    }
    assert!(
        lab.post(&format!("/api/v1/shares/{number}/revoke"), "")
            .status
            < 300
    );
    let reply = lab.get(&path);
    assert_eq!(reply.status, 410);
    assert!(!reply.body.contains("Shared for a while"));
}

#[test]
fn a_link_survives_a_restart_and_its_token_is_nowhere_in_the_data() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    let run = finished(&lab, CANARY, "Shared over a restart");
    let (path, _) = share(&lab, &run);
    lab.kill9();
    let token = path.rsplit('/').next().expect("a token");
    assert!(token.len() >= 22, "128 bits at least: {token}");
    for file in lab.data_files() {
        let data = std::fs::read(&file).expect("a file");
        let found = data
            .windows(token.len())
            .any(|window| window == token.as_bytes());
        assert!(!found, "the token is in {}", file.display());
    }
    lab.serve();
    assert_eq!(lab.get(&path).status, 200);
}

#[test]
fn a_report_can_be_had_in_every_form() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let title = format!("Has {MARKUP} & \"quotes\"");
    let document = Document::label(CANARY, "hq.try", "on").timed("0s", "1s");
    let run = lab.launch(&document.titled(&format!("'{title}'")));
    lab.done(&run);
    let part = |form: &str| {
        let reply = lab.get(&format!("/runs/{run}/report.{form}"));
        assert_eq!(reply.status, 200, "{form}: {}", reply.body);
        reply
    };
    assert_eq!(text(&part("json").json(), "run_id"), run);
    assert!(part("md").body.contains("# "));
    assert!(part("xml").body.contains("<testsuite"));
    let html = part("html");
    assert!(html.body.contains("&lt;script&gt;") && !html.body.contains(MARKUP));
    assert!(
        !html.body.contains("src=\"http"),
        "one file, nothing loaded from elsewhere"
    );
    assert!(!part("xml").body.contains(MARKUP));
}

#[test]
fn text_from_the_swarm_is_never_markup() {
    let Some(world) = world() else { return };
    let label = format!("hq.evil={MARKUP}");
    let name = "hq-hostile";
    let arguments = [
        "--label",
        "hivequake.allow=true",
        "--label",
        &label,
        "--env",
        &label,
    ];
    let _service = world.service(name, &[&arguments[..], &["--no-healthcheck"]].concat());
    let lab = Lab::start(&world.engine);
    for path in ["/", "/services", "/services/hq-hostile"] {
        let page = lab.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.body.contains(name),
            "{path} shows the service without JavaScript"
        );
        assert!(!page.body.contains(MARKUP), "{path}");
    }
}

#[test]
fn every_page_has_a_strict_policy_and_every_script_its_nonce() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = finished(&lab, CANARY, "For the pages");
    let run_page = format!("/runs/{run}");
    for path in [
        "/",
        "/services",
        "/designs",
        "/runs",
        "/settings",
        &run_page,
    ] {
        let page = lab.get(path);
        assert_eq!(page.status, 200, "{path}");
        let policy = page
            .header("content-security-policy")
            .unwrap_or_default()
            .to_owned();
        assert!(
            policy.contains("default-src 'self'") || policy.contains("default-src 'none'"),
            "{path}: {policy}"
        );
        let scripts = policy
            .split(';')
            .find(|rule| rule.trim().starts_with("script-src"));
        let scripts = scripts.expect("a rule for scripts");
        assert!(
            scripts.contains("'nonce-") && !scripts.contains("'unsafe-inline'"),
            "{scripts}"
        );
        for tag in page.body.split("<script").skip(1) {
            let tag = tag.split('>').next().unwrap_or_default();
            assert!(tag.contains("nonce="), "{path}: <script{tag}>");
        }
        assert!(!page.body.contains(" onclick="), "{path}");
        assert_eq!(
            page.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
    }
}
