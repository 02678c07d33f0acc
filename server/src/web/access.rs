//! Who may come in: everybody on this machine, or whoever has the token.
//!
//! Guarantee: without a token the lab answers only to names of this machine (so that no web page
//! can reach it under a name of its own); with one, only to those who present it, or who have
//! signed in with it and not signed out. Who keeps presenting wrong ones has to wait.

use super::guesses::{Guesses, Sender};
use super::refused::refused;
use super::sessions::Sessions;
use crate::lab::sharing::hash;
use app::api::{Refusal, RefusalKind};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, COOKIE, HOST, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The cookie of a signed-in browser.
const COOKIE_NAME: &str = "hivequake";

/// How long the answer to a guess takes. Guesses do not wait for one another, so that nobody can
/// lock others out; what makes guessing hopeless is the token's length.
const GUESS_TAKES: Duration = Duration::from_millis(500);

/// The rule of one server.
pub struct Access {
    token_hash: Option<String>,
    listening: SocketAddr,
    https: bool,
    sessions: Sessions,
    guesses: Guesses,
}

impl Access {
    /// With or without a token. `https`: browsers come by https, so cookies may be marked secure.
    pub fn new(token: Option<&str>, listening: SocketAddr, https: bool) -> Self {
        Self {
            token_hash: token.map(str::trim).map(hash),
            listening,
            https,
            sessions: Sessions::default(),
            guesses: Guesses::default(),
        }
    }

    /// Whether people sign in here.
    pub const fn has_token(&self) -> bool {
        self.token_hash.is_some()
    }

    fn lets_in(&self, headers: &HeaderMap) -> bool {
        if !self.has_token() {
            return self.is_own_name(headers);
        }
        self.is_signed_in(headers) || bearer(headers).is_some_and(|token| self.is_token(token))
    }

    fn is_signed_in(&self, headers: &HeaderMap) -> bool {
        cookies(headers).any(|id| self.sessions.has(id))
    }

    /// How long whoever presents a token has to wait first, after too many wrong ones.
    fn wait(&self, request: &Request) -> Option<Duration> {
        let headers = request.headers();
        let guesses = self.has_token() && bearer(headers).is_some() && !self.is_signed_in(headers);
        let sender = guesses.then(|| self.sender(request))?;
        self.guesses.wait(sender, Instant::now())
    }

    /// Where a request comes from. Behind a proxy everybody has the proxy's address, so there the
    /// one that the proxy itself has added counts too, which is the last. With the proxy's own
    /// beside it, nobody who comes another way can pass for somebody behind it.
    pub(super) fn sender(&self, request: &Request) -> Sender {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let forwarded = HeaderName::from_static("x-forwarded-for");
        let all = texts(request.headers(), forwarded).flat_map(|value| value.split(','));
        let last = all.last().and_then(|address| address.trim().parse().ok());
        (
            peer.map(|ConnectInfo(peer)| peer.ip()),
            last.filter(|_| self.https),
        )
    }

    fn is_token(&self, given: &str) -> bool {
        let given = hash(given.trim());
        let expected = self.token_hash.as_ref();
        expected.is_some_and(|expected| same(&given, expected))
    }

    /// Whether somebody has the token, in half a second at the earliest. Where too many wrong ones
    /// came from there, an error with how long they have to wait.
    pub(super) async fn guess(&self, from: Sender, given: &str) -> Result<bool, Duration> {
        if let Some(wait) = self.guesses.wait(from, Instant::now()) {
            return Err(wait);
        }
        let right = self.is_token(given);
        if !right {
            self.guesses.wrong(from, Instant::now());
        }
        tokio::time::sleep(GUESS_TAKES).await;
        Ok(right)
    }

    /// Signs a browser in: what it is to keep. None where the system gives no randomness.
    pub(super) fn sign_in(&self) -> Option<String> {
        let id = self.sessions.begin()?;
        Some(self.cookie(&id, Sessions::LAST.as_secs()))
    }

    /// Signs a browser out: what it is to keep instead.
    pub(super) fn sign_out(&self, headers: &HeaderMap) -> String {
        cookies(headers).for_each(|id| self.sessions.end(id));
        self.cookie("", 0)
    }

    /// Lax, so that a link to a run from elsewhere opens; state changes by POST only, and those
    /// from other sites are refused.
    fn cookie(&self, id: &str, lasts: u64) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!("{COOKIE_NAME}={id}; Path=/; HttpOnly; SameSite=Lax; Max-Age={lasts}{secure}")
    }

    fn is_own_name(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
            return true;
        };
        let name = host
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .map_or(host, |(name, _)| name);
        let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
        name == "localhost" || address.is_ok_and(|ip| ip.is_loopback() || ip == self.listening.ip())
    }
}

fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter();
    values.filter_map(|value| value.to_str().ok())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    texts(headers, AUTHORIZATION).find_map(|value| value.strip_prefix("Bearer "))
}

/// The values of our cookies.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let pairs = texts(headers, COOKIE).flat_map(|value| value.split(';'));
    let pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.filter_map(|(name, value)| (name == COOKIE_NAME).then_some(value))
}

/// Compares in a time that does not depend on where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |acc, (x, y)| acc | (x ^ y))
            == 0
}

/// Open to everybody: sign-in, share links, the bundle, and whether the server lives. Nothing
/// below these, so that no page of the lab is.
fn is_open(path: &str) -> bool {
    let one_below = |folder| {
        let name = path.strip_prefix(folder);
        name.is_some_and(|name: &str| !name.is_empty() && !name.contains('/'))
    };
    ["/sign-in", "/healthz"].contains(&path) || one_below("/s/") || one_below("/assets/")
}

/// The check before every handler.
pub async fn check(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let open = access.has_token() && is_open(request.uri().path());
    if let (false, Some(wait)) = (open, access.wait(&request)) {
        return too_many(wait);
    }
    if open || access.lets_in(request.headers()) {
        return next.run(request).await;
    }
    if !access.has_token() {
        return refused(&Refusal::new(
            RefusalKind::Forbidden,
            "Hivequake answers only under this machine's own address. Open it as http://127.0.0.1 with its port, or set an access token.",
        ));
    }
    let presented = bearer(request.headers()).is_some();
    if presented {
        let sender = access.sender(&request);
        access.guesses.wrong(sender, Instant::now());
        tokio::time::sleep(GUESS_TAKES).await;
    }
    if texts(request.headers(), ACCEPT).any(|accept| accept.contains("text/html")) {
        return Redirect::to("/sign-in").into_response();
    }
    let sentence = if presented {
        "Nothing was changed: this is not the access token. Copy it from where the lab was started."
    } else {
        "Nothing was changed: this needs the access token. In a browser, sign in at /sign-in; from a script, send the header Authorization: Bearer TOKEN."
    };
    let mut response = refused(&Refusal::new(RefusalKind::Forbidden, sentence));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

/// The answer to whoever has presented too many wrong tokens.
fn too_many(wait: Duration) -> Response {
    let seconds = wait.as_secs() + 1;
    let mut response = refused(&Refusal::new(
        RefusalKind::Forbidden,
        format!(
            "Nothing was changed: too many wrong access tokens came from this address. Correct the token, and try again in {seconds} s."
        ),
    ));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    fn here() -> SocketAddr {
        "127.0.0.1:7373".parse().unwrap()
    }

    #[test]
    fn without_a_token_only_this_machines_names_are_answered() {
        let access = Access::new(None, here(), false);
        for host in [
            "127.0.0.1:7373",
            "localhost:7373",
            "localhost",
            "[::1]:7373",
        ] {
            assert!(access.lets_in(&with(HOST, host)), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:7373",
            "127.0.0.1.evil.example",
        ] {
            assert!(!access.lets_in(&with(HOST, host)), "{host}");
        }
    }

    #[test]
    fn with_a_token_only_those_who_present_it_come_in() {
        let access = Access::new(Some("a token of some length"), here(), false);
        assert!(access.lets_in(&with(AUTHORIZATION, "Bearer a token of some length")));
        assert!(!access.lets_in(&with(AUTHORIZATION, "Bearer another")));
        assert!(!access.lets_in(&with(HOST, "127.0.0.1:7373")));
    }

    #[test]
    fn a_cookie_is_good_from_signing_in_to_signing_out() {
        let access = Access::new(Some("a token of some length"), here(), false);
        let kept = access.sign_in().unwrap();
        for mark in ["HttpOnly", "SameSite=Lax", "Path=/;", "Max-Age=2592000"] {
            assert!(kept.contains(mark), "{kept}");
        }
        let (pair, _) = kept.split_once(';').unwrap();
        let sent = with(COOKIE, &format!("x=1; {pair}"));
        assert!(access.lets_in(&sent));
        assert!(access.sign_out(&sent).contains("hivequake=; "));
        assert!(!access.lets_in(&sent));
    }

    #[test]
    fn neither_the_token_nor_its_hash_is_a_cookie() {
        let access = Access::new(Some("a token of some length"), here(), false);
        for id in [
            "a token of some length",
            &hash("a token of some length"),
            "",
        ] {
            assert!(!access.lets_in(&with(COOKIE, &format!("hivequake={id}"))));
        }
    }

    #[test]
    fn where_browsers_come_by_https_the_cookie_goes_no_other_way() {
        let cookie = |https| {
            Access::new(Some("a token"), here(), https)
                .sign_in()
                .unwrap()
        };
        assert!(cookie(true).ends_with("; Secure"));
        assert!(!cookie(false).contains("Secure"));
    }

    #[test]
    fn only_what_needs_no_token_is_open() {
        for open in ["/sign-in", "/healthz", "/s/abc", "/assets/h.1.js"] {
            assert!(is_open(open), "{open}");
        }
        for shut in [
            "/",
            "/sign-infoo",
            "/sign-in/x",
            "/healthzz",
            "/s/",
            "/s/a/b",
            "/assets/a/b",
        ] {
            assert!(!is_open(shut), "{shut}");
        }
    }
}
