//! Record of our entries that were delivered: a block of sequence numbers is one row. One row for each would be a third
//! of all rows, and every row costs memory while the profile is open.

use serde::{Deserialize, Serialize};

use super::{Plain, ROW, decode_version, encode_version};
use crate::store::StoreError;

/// When each of [`Self::SEQS`] entries that stand next to each other was delivered, as far as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct DeliveredBlock {
    /// Milliseconds since the epoch, by sequence number modulo [`Self::SEQS`].
    times: Vec<Option<u64>>,
}

impl DeliveredBlock {
    /// Sequence numbers in one row.
    pub(in crate::store) const SEQS: u64 = 64;

    /// Of none of which anything is known.
    pub(in crate::store) fn new() -> Self {
        Self { times: vec![None; SEQS] }
    }

    /// When the entry was delivered.
    pub(in crate::store) fn at_ms(&self, seq: u64) -> Option<u64> {
        self.times.get(place(seq)).copied().flatten()
    }

    /// The entry was delivered. The first news of it counts.
    pub(in crate::store) fn deliver(&mut self, seq: u64, at_ms: u64) {
        if let Some(time) = self.times.get_mut(place(seq)) {
            time.get_or_insert(at_ms);
        }
    }
}

fn place(seq: u64) -> usize {
    usize::try_from(seq % DeliveredBlock::SEQS).unwrap_or(0)
}

#[derive(Serialize, Deserialize)]
struct DeliveredV2 {
    base_ms: u64,
    /// First and last place of a run, and how long after the base.
    runs: Vec<(u8, u8, u64)>,
}

pub(in crate::store) fn encode_delivered(block: &DeliveredBlock) -> Result<Plain, StoreError> {
    let base_ms = block.times.iter().flatten().copied().min().unwrap_or(0);
    let mut runs: Vec<(u8, u8, u64)> = Vec::new();
    for (place, time) in (0_u8..).zip(&block.times) {
        let Some(after) = time.map(|at_ms| at_ms.saturating_sub(base_ms)) else { continue };
        match runs.last_mut() {
            Some((_, last, same)) if last.checked_add(1) == Some(place) && *same == after => *last = place,
            _ => runs.push((place, place, after)),
        }
    }
    encode_version(DELIVERED_VERSION, &DeliveredV2 { base_ms, runs }, 0)
}

pub(in crate::store) fn decode_delivered(bytes: &[u8]) -> Result<DeliveredBlock, StoreError> {
    let record: DeliveredV2 = decode_version(DELIVERED_VERSION, bytes)?;
    let mut block = DeliveredBlock::new();
    for (first, last, after) in record.runs {
        let at_ms = record.base_ms.checked_add(after).ok_or(StoreError::Damaged(ROW))?;
        let run = block.times.get_mut(usize::from(first)..=usize::from(last));
        let run = run.filter(|run| !run.is_empty()).ok_or(StoreError::Damaged(ROW))?;
        if run.iter().any(Option::is_some) {
            return Err(StoreError::Damaged(ROW));
        }
        run.fill(Some(at_ms));
    }
    Ok(block)
}

/// 2: a block of entries a row.
const DELIVERED_VERSION: u8 = 2;
const SEQS: usize = 64;
const _: () = assert!(SEQS as u64 == DeliveredBlock::SEQS, "one number");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_block_survives_its_record_and_first_news_count(
            news in prop::collection::vec((0_u64..64, 0_u64..5), 0..80), from in 0_u64..1 << 50
        ) {
            let mut block = DeliveredBlock::new();
            let mut model = std::collections::BTreeMap::new();
            for (seq, at_ms) in news {
                block.deliver(from * 64 + seq, from + at_ms);
                model.entry(seq).or_insert(from + at_ms);
            }
            let bytes = encode_delivered(&block).unwrap();
            prop_assert_eq!(&decode_delivered(&bytes).unwrap(), &block);
            for seq in 0..64 {
                prop_assert_eq!(block.at_ms(from * 64 + seq), model.get(&seq).copied());
            }
        }

        #[test]
        fn any_bytes_are_a_block_or_damaged(mut bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            bytes.insert(0, DELIVERED_VERSION);
            if let Ok(block) = decode_delivered(&bytes) {
                prop_assert_eq!(decode_delivered(&encode_delivered(&block).unwrap()).unwrap(), block);
            }
        }
    }
}
