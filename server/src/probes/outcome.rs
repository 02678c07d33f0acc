//! Which outcome an error means.
//!
//! Guarantee: what this machine could not do itself (no port, no file descriptor) is never held
//! against the target.

use app::model::record::ProbeOutcome;
use std::error::Error;
use std::io::{self, ErrorKind};

/// Linux: out of memory, too many open files (system, process), no buffer space.
const SHORTAGES: [i32; 4] = [12, 23, 24, 105];

/// Whether this machine lacked something.
fn is_shortage(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    code.is_some_and(|code| SHORTAGES.contains(&code))
}

/// For an error while looking a name up.
pub(super) fn of_lookup(error: &io::Error) -> ProbeOutcome {
    if is_shortage(error) {
        ProbeOutcome::NotSent
    } else {
        ProbeOutcome::Dns
    }
}

/// For an error while connecting.
pub(super) fn of_connect(error: &io::Error) -> ProbeOutcome {
    if is_shortage(error) {
        return ProbeOutcome::NotSent;
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => ProbeOutcome::Refused,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => ProbeOutcome::Reset,
        ErrorKind::TimedOut => ProbeOutcome::Timeout,
        // No free local port, or no local address of that family.
        ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse => ProbeOutcome::NotSent,
        _ => ProbeOutcome::Unreachable,
    }
}

/// Of the failures to connect to one address after the other, the one that says most about the
/// target. Who refused, or cut, was there. A timeout was at least asked. No way to an address is often
/// only a family of addresses that this machine lacks. What was not sent says nothing.
pub(super) fn most_telling(failures: &[ProbeOutcome]) -> ProbeOutcome {
    let order = [
        ProbeOutcome::Refused,
        ProbeOutcome::Reset,
        ProbeOutcome::Timeout,
        ProbeOutcome::Unreachable,
    ];
    let found = order.into_iter().find(|known| failures.contains(known));
    found.unwrap_or(ProbeOutcome::NotSent)
}

/// For an error on a connection that stands.
pub(super) fn of_exchange(error: &io::Error) -> ProbeOutcome {
    if error
        .get_ref()
        .is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>)
    {
        return ProbeOutcome::Tls;
    }
    match error.kind() {
        ErrorKind::TimedOut => ProbeOutcome::Timeout,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            ProbeOutcome::Unreachable
        }
        ErrorKind::InvalidData | ErrorKind::InvalidInput => ProbeOutcome::Garbled,
        // Reset, aborted, broken pipe, or the end where more was due.
        _ => ProbeOutcome::Reset,
    }
}

/// For an error of the HTTP exchange.
pub(super) fn of_http(error: &hyper::Error) -> ProbeOutcome {
    if error.is_parse() {
        return ProbeOutcome::Garbled;
    }
    io_cause(error).map_or(ProbeOutcome::Reset, of_exchange)
}

/// The first I/O error among an error's causes.
fn io_cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    std::iter::successors(Some(error), |&cause| cause.source())
        .find_map(|cause| cause.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux numbers of errors that a test cannot provoke without touching the machine's routes.
    const EHOSTUNREACH: i32 = 113;
    const ENETUNREACH: i32 = 101;
    const EADDRNOTAVAIL: i32 = 99;
    const EMFILE: i32 = 24;

    fn connecting(code: i32) -> ProbeOutcome {
        of_connect(&io::Error::from_raw_os_error(code))
    }

    #[test]
    fn no_way_to_the_host_is_unreachable() {
        assert_eq!(connecting(EHOSTUNREACH), ProbeOutcome::Unreachable);
        assert_eq!(connecting(ENETUNREACH), ProbeOutcome::Unreachable);
        let midway = io::Error::from_raw_os_error(EHOSTUNREACH);
        assert_eq!(of_exchange(&midway), ProbeOutcome::Unreachable);
    }

    #[test]
    fn what_this_machine_lacks_is_not_the_targets_failure() {
        assert_eq!(connecting(EADDRNOTAVAIL), ProbeOutcome::NotSent);
        assert_eq!(connecting(EMFILE), ProbeOutcome::NotSent);
    }

    #[test]
    fn of_several_addresses_the_one_that_was_there_tells_most() {
        use ProbeOutcome::{NotSent, Refused, Timeout, Unreachable};
        assert_eq!(most_telling(&[Refused, Unreachable]), Refused);
        assert_eq!(most_telling(&[Refused, Timeout]), Refused);
        assert_eq!(most_telling(&[Timeout, Unreachable]), Timeout);
        assert_eq!(most_telling(&[Unreachable, NotSent]), Unreachable);
        assert_eq!(most_telling(&[NotSent, NotSent]), NotSent);
    }

    #[test]
    fn a_cut_connection_is_a_reset_however_it_shows() {
        for kind in [
            ErrorKind::ConnectionReset,
            ErrorKind::BrokenPipe,
            ErrorKind::UnexpectedEof,
        ] {
            assert_eq!(of_exchange(&kind.into()), ProbeOutcome::Reset);
        }
    }
}
