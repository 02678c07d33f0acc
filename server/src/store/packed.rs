//! Bytes made small (zlib) and read back, as samples and evidence are kept.
//!
//! Guarantee: what was packed unpacks to the same bytes; anything else is an error, never a
//! panic, and never takes more memory than the caller allows.

use super::{StoreError, Stored};
use flate2::{Compression, Decompress, FlushDecompress, Status, write::ZlibEncoder};
use serde::{Serialize, de::DeserializeOwned};
use std::io::Write as _;

/// Most bytes of JSON that one piece of evidence may hold: thousands of containers.
const MOST_JSON: usize = 256 << 20;

/// How much is unpacked between two looks at the limit.
const STEP: usize = 64 << 10;

/// Makes bytes small.
pub(super) fn pack(bytes: &[u8]) -> Stored<Vec<u8>> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes)
        .and_then(|()| out.finish())
        .map_err(StoreError::corrupt)
}

/// Reads them back; more than `most` bytes is an error.
pub(super) fn unpack(bytes: &[u8], most: usize) -> Stored<Vec<u8>> {
    let mut out = Vec::new();
    let mut zlib = Decompress::new(true);
    let mut rest = bytes;
    loop {
        if out.len() > most {
            return Err(StoreError::corrupt("more data than was ever packed"));
        }
        out.reserve(STEP.min(most - out.len() + 1));
        let (taken, given) = (zlib.total_in(), out.len());
        let status = zlib
            .decompress_vec(rest, &mut out, FlushDecompress::None)
            .map_err(StoreError::corrupt)?;
        let used = usize::try_from(zlib.total_in() - taken).unwrap_or(usize::MAX);
        rest = rest.get(used..).unwrap_or_default();
        match status {
            Status::StreamEnd if rest.is_empty() && out.len() <= most => return Ok(out),
            Status::StreamEnd => return Err(StoreError::corrupt("data after its end")),
            Status::Ok | Status::BufError if used == 0 && out.len() == given => {
                return Err(StoreError::corrupt("data cut short"));
            }
            Status::Ok | Status::BufError => {}
        }
    }
}

/// A value as packed JSON.
pub(super) fn pack_json<T: Serialize>(value: &T) -> Stored<Vec<u8>> {
    pack(&serde_json::to_vec(value).map_err(StoreError::corrupt)?)
}

/// A value from packed JSON.
pub(super) fn unpack_json<T: DeserializeOwned>(bytes: &[u8]) -> Stored<T> {
    serde_json::from_slice(&unpack(bytes, MOST_JSON)?).map_err(StoreError::corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = pack(&vec![0_u8; 4 << 20]).expect("packs");
        assert!(unpack(&bomb, 4 << 20).is_ok());
        assert!(matches!(
            unpack(&bomb, (4 << 20) - 1),
            Err(StoreError::Corrupt(_))
        ));
    }

    #[test]
    fn what_is_cut_short_or_goes_on_is_an_error() {
        let whole = pack(b"some evidence").expect("packs");
        for end in 0..whole.len() {
            assert!(unpack(&whole[..end], 100).is_err(), "cut at {end}");
        }
        assert!(unpack(&[&whole[..], b"x"].concat(), 100).is_err());
    }

    proptest! {
        #[test]
        fn gives_back_what_was_packed(bytes in prop::collection::vec(any::<u8>(), 0..5000)) {
            let packed = pack(&bytes).expect("packs");
            prop_assert_eq!(unpack(&packed, bytes.len()).expect("unpacks"), bytes);
        }

        #[test]
        fn hostile_bytes_are_an_error_at_worst(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes, 10_000);
        }
    }
}
