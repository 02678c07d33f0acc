//! What https probes trust: the machine's own CA certificates, read once.
//!
//! Guarantee: certificates are always checked; there is no switch to skip it.

use super::ProbeError;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::sync::{Arc, OnceLock};

static SYSTEM: OnceLock<Arc<ClientConfig>> = OnceLock::new();

/// The machine's trust. Reads files the first time (some ten milliseconds).
pub(super) fn system_trust() -> Result<Arc<ClientConfig>, ProbeError> {
    if let Some(known) = SYSTEM.get() {
        return Ok(Arc::clone(known));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(ProbeError::NoTrust);
    }
    let config = trusting(roots).ok_or(ProbeError::NoTrust)?;
    Ok(Arc::clone(SYSTEM.get_or_init(|| config)))
}

/// A client that trusts these roots and speaks HTTP/1.1. None only if the cryptography that was
/// compiled in supports no version of TLS.
pub(super) fn trusting(roots: RootCertStore) -> Option<Arc<ClientConfig>> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Some(Arc::new(config))
}
