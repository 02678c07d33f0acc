//! How a probe's samples are kept: column by column, differences in few bytes, then zlib.
//!
//! Guarantee: lossless, whatever the values and their order; bytes that are no samples are
//! [`StoreError::Corrupt`], never a panic.
//!
//! A chunk is one version byte (1) and a zlib stream of
//!
//! 1. how many samples there are,
//! 2. how each ended, one byte each,
//! 3. the intended sends, each as the difference from the one before,
//! 4. the latencies,
//! 5. the lags,
//!
//! all numbers as zigzag varints: 7 bits a byte, least first, small magnitudes short. The columns
//! lie apart because what is alike packs well: a steady pace and a row of "ok" cost next to
//! nothing, and what remains is the noise of latency and lag.
//!
//! What it takes: 10 minutes at 50 probes a second (30,000 samples with the noise of a quick service
//! and an outage) are 98 kB, 3.3 bytes a sample. With 200 events and two snapshots of three
//! containers such a run adds 123 kB to the database file; a file with that run alone has 262 kB,
//! of which 139 kB are there when it is empty. `sqlite/size_tests.rs` measures this.

use super::packed::{pack, unpack};
use super::{StoreError, Stored};
use app::model::record::{ProbeOutcome, Sample};
use app::model::time::{At, Micros};

/// The version byte.
const VERSION: u8 = 1;

/// Most samples in a chunk; bounds what reading a hostile one can cost.
const MOST: usize = 65_536;

/// Most bytes of one varint.
const VARINT: usize = 10;

/// Samples as chunks, to be stored in this order.
pub(super) fn encode(samples: &[Sample]) -> impl Iterator<Item = Stored<Vec<u8>>> {
    samples.chunks(MOST).map(chunk)
}

fn chunk(samples: &[Sample]) -> Stored<Vec<u8>> {
    let mut plain = Vec::with_capacity(samples.len() * 8);
    put(&mut plain, samples.len() as u64);
    plain.extend(samples.iter().map(|s| s.outcome as u8));
    let mut before = 0;
    for sample in samples {
        put(&mut plain, zigzag(sample.intended.0.wrapping_sub(before)));
        before = sample.intended.0;
    }
    for sample in samples {
        put(&mut plain, zigzag(sample.latency.0));
    }
    for sample in samples {
        put(&mut plain, zigzag(sample.lag.0));
    }
    let mut out = vec![VERSION];
    out.append(&mut pack(&plain)?);
    Ok(out)
}

/// The samples of one chunk, in the order in which they were given.
pub(super) fn decode(chunk: &[u8]) -> Stored<Vec<Sample>> {
    let packed = match chunk.split_first() {
        Some((&VERSION, packed)) => packed,
        Some((other, _)) => {
            return Err(StoreError::Corrupt(format!(
                "samples of format {other}, which only a newer version can read"
            )));
        }
        None => return Err(StoreError::corrupt("an empty chunk of samples")),
    };
    let plain = unpack(packed, VARINT + MOST * (1 + 3 * VARINT))?;
    columns(&mut Bytes(&plain))
}

fn columns(from: &mut Bytes) -> Stored<Vec<Sample>> {
    let count = usize::try_from(from.varint()?).unwrap_or(usize::MAX);
    if count > MOST {
        return Err(StoreError::corrupt("more samples than a chunk can hold"));
    }
    let mut samples = Vec::with_capacity(count);
    for _ in 0..count {
        samples.push(Sample {
            outcome: from.outcome()?,
            intended: At(0),
            latency: Micros(0),
            lag: Micros(0),
        });
    }
    let mut before = 0_i64;
    for sample in &mut samples {
        before = before.wrapping_add(from.signed()?);
        sample.intended = At(before);
    }
    for sample in &mut samples {
        sample.latency = Micros(from.signed()?);
    }
    for sample in &mut samples {
        sample.lag = Micros(from.signed()?);
    }
    from.end().map(|()| samples)
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let bits = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return out.push(bits);
        }
        out.push(bits | 0x80);
    }
}

/// 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 …
const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Bytes yet to be read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Stored<u8> {
        let (first, rest) = self
            .0
            .split_first()
            .ok_or_else(|| StoreError::corrupt("samples cut short"))?;
        self.0 = rest;
        Ok(*first)
    }

    fn varint(&mut self) -> Stored<u64> {
        let mut value = 0_u64;
        for place in 0..VARINT {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if place == VARINT - 1 && bits > 1 {
                break;
            }
            value |= bits << (7 * place);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(StoreError::corrupt("a number in samples that is too long"))
    }

    fn signed(&mut self) -> Stored<i64> {
        self.varint().map(unzigzag)
    }

    fn outcome(&mut self) -> Stored<ProbeOutcome> {
        let code = self.byte()?;
        ProbeOutcome::ALL
            .get(usize::from(code))
            .copied()
            .ok_or_else(|| StoreError::Corrupt(format!("a probe outcome with code {code}")))
    }

    fn end(&self) -> Stored<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(StoreError::corrupt("samples with something after them"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> impl Strategy<Value = Sample> {
        let time = prop_oneof![any::<i64>(), -5_000_000_i64..5_000_000];
        let short = prop_oneof![any::<i64>(), -100_i64..2_000_000];
        (time, short.clone(), short, 0..ProbeOutcome::ALL.len()).prop_map(
            |(intended, latency, lag, code)| Sample {
                intended: At(intended),
                latency: Micros(latency),
                lag: Micros(lag),
                outcome: ProbeOutcome::ALL[code],
            },
        )
    }

    fn there_and_back(samples: &[Sample]) -> Vec<Sample> {
        encode(samples)
            .map(|chunk| chunk.expect("encodes"))
            .flat_map(|chunk| decode(&chunk).expect("decodes"))
            .collect()
    }

    #[test]
    fn codes_are_the_order_of_all() {
        for (code, outcome) in ProbeOutcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, code);
        }
    }

    #[test]
    fn many_samples_become_several_chunks() {
        let samples: Vec<_> = (0..70_000)
            .map(|i| Sample {
                intended: At(i * 1_000),
                latency: Micros(900 + i % 7),
                lag: Micros(i % 3),
                outcome: ProbeOutcome::Ok,
            })
            .collect();
        assert_eq!(encode(&samples).count(), 2);
        assert_eq!(there_and_back(&samples), samples);
    }

    #[test]
    fn no_samples_are_no_chunks() {
        assert_eq!(encode(&[]).count(), 0);
    }

    #[test]
    fn what_is_no_chunk_says_so() {
        let packed = |plain: &[u8]| {
            let mut out = vec![VERSION];
            out.extend(pack(plain).expect("packs"));
            out
        };
        let why = |chunk: &[u8]| match decode(chunk) {
            Err(StoreError::Corrupt(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(why(&[]).contains("empty"));
        assert!(why(&[9, 1, 2]).contains("newer version"));
        assert!(why(&packed(&[1, 0])).contains("cut short"));
        assert!(why(&packed(&[1, 10, 0, 0, 0])).contains("code 10"));
        assert!(why(&packed(&[0, 0])).contains("after"));
        assert!(why(&packed(&[0xff; 12])).contains("too long"));
        assert!(why(&packed(&[0xff, 0xff, 0x7f])).contains("more samples"));
    }

    proptest! {
        #[test]
        fn nothing_is_lost(samples in prop::collection::vec(sample(), 0..300)) {
            prop_assert_eq!(there_and_back(&samples), samples);
        }

        #[test]
        fn any_bytes_are_an_error_at_worst(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes);
            let _ = columns(&mut Bytes(&bytes));
        }

        #[test]
        fn a_flipped_bit_is_noticed_or_harmless(
            samples in prop::collection::vec(sample(), 1..60),
            at in any::<prop::sample::Index>(),
            bit in 0_u32..8,
        ) {
            let mut bytes = chunk(&samples).expect("encodes");
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            match decode(&bytes) {
                Err(StoreError::Corrupt(_)) => {}
                Ok(read) => prop_assert_eq!(read, samples),
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
        }
    }
}
