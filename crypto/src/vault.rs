//! The key file: the profile's master and shredding keys, sealed under a passphrase. Makes and reads its
//! bytes; files, slots on disk and fsync belong to the store.
//!
//! ```text
//! header = "UT1KEYS" | version 0x01 | mode 0x00 | m_kib:4 | t:4 | p:4 | file id:16 | salt:16 | counter:8 | N:24
//! P      = Argon2id(passphrase, salt, m_kib, t, p), 32 bytes (RFC 9106, version 0x13)
//! KEK    = HKDF-SHA-256(salt = file id, ikm = P, "ut1/kek")
//! slot   = header | XChaCha20-Poly1305(KEK, N, master:32 | shred:32, ad = "ut1/kf-ad" | header) | sum:32
//! sum    = SHA-256("ut1/kf-sum" | all before)
//! master --HKDF--> index, state and identity keys;   shred wraps the content keys
//! ```
//!
//! The sum finds accidents before any work is done, so that a torn slot is told from a wrong passphrase. It
//! proves nothing: who edits the file also renews it, and is stopped by the parameter floor and by the seal,
//! which covers the header. The mode is 0 for "passphrase only".

use argon2::{Algorithm, Argon2, Block, Params, Version};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::aead::{self, TAG, XNONCE};
use crate::bytes::Reader;
use crate::kdf::{self, HASH};
use crate::label::{self, Label};
use crate::record::{IndexKey, RecordKey};
use crate::secret::Secret;

/// What deriving the key from the passphrase costs. Never below the floor, never above the ceiling.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cost {
    m_kib: u32,
    t: u32,
    p: u32,
}

impl Cost {
    /// 64 MiB, 3 passes, 4 lanes: the second recommended option of RFC 9106, section 4.
    pub const FLOOR: Self = Self { m_kib: 64 * 1024, t: 3, p: 4 };

    /// 1 GiB, 16 passes, 16 lanes: a key file must not be able to ask for all memory or for hours.
    pub const CEILING: Self = Self { m_kib: 1024 * 1024, t: 16, p: 16 };

    /// `m_kib` KiB of memory, `t` passes, `p` lanes.
    ///
    /// # Errors
    /// [`CostError`] when any of them is out of bounds.
    pub fn new(m_kib: u32, t: u32, p: u32) -> Result<Self, CostError> {
        if m_kib < Self::FLOOR.m_kib || t < Self::FLOOR.t || p < Self::FLOOR.p {
            return Err(CostError::BelowFloor);
        }
        if m_kib > Self::CEILING.m_kib || t > Self::CEILING.t || p > Self::CEILING.p {
            return Err(CostError::AboveCeiling);
        }
        Ok(Self { m_kib, t, p })
    }

    /// Memory, in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u32 {
        self.m_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub const fn passes(&self) -> u32 {
        self.t
    }

    /// Lanes.
    #[must_use]
    pub const fn lanes(&self) -> u32 {
        self.p
    }
}

/// The two secrets of a profile, from which everything at rest hangs.
///
/// ```compile_fail
/// fn copy(keys: &undertone_crypto::vault::Keys) -> undertone_crypto::vault::Keys { keys.clone() }
/// ```
#[derive(Debug)]
pub struct Keys {
    master: Secret<32>,
    shred: Secret<32>,
}

impl Keys {
    /// New random keys, for a new profile.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self { master: Secret::random(rng), shred: Secret::random(rng) }
    }

    /// The same master key with a new shredding key. Once the key file holds only this one, every content
    /// key that was not wrapped again is gone.
    #[must_use]
    pub fn with_new_shred(&self, rng: &mut impl CryptoRng) -> Self {
        Self { master: Secret::new(*self.master.expose()), shred: Secret::random(rng) }
    }

    /// Wraps content keys.
    #[must_use]
    pub fn shred_key(&self) -> RecordKey {
        RecordKey::new(Secret::new(*self.shred.expose()))
    }

    /// Makes the tags that stand for logical keys.
    #[must_use]
    pub fn index_key(&self) -> IndexKey {
        IndexKey::new(&self.derive(label::INDEX_KEY))
    }

    /// Seals session and ratchet state.
    #[must_use]
    pub fn state_key(&self) -> RecordKey {
        RecordKey::new(self.derive(label::STATE_KEY))
    }

    /// Seals the device's and the account's own secrets.
    #[must_use]
    pub fn ident_key(&self) -> RecordKey {
        RecordKey::new(self.derive(label::IDENT_KEY))
    }

    fn derive(&self, label: Label) -> Secret<32> {
        kdf::derive(&[], &[self.master.expose()], label, &[])
    }
}

/// The key that seals the key file, and how it was derived. Kept while the profile is unlocked, so that a new
/// counter or a new shredding key can be written without the passphrase.
#[derive(Debug)]
pub struct Kek {
    key: Secret<32>,
    origin: Origin,
}

impl Kek {
    /// The bytes of a slot holding `keys` at `counter`; [`SLOT`] bytes, another nonce each time.
    ///
    /// The caller counts: each slot written has a counter above the one before.
    ///
    /// # Errors
    /// [`SealError::Bug`] never happens; the cipher refuses only sizes that a slot cannot have.
    pub fn seal(&self, keys: &Keys, counter: u64, rng: &mut impl CryptoRng) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; XNONCE];
        rng.fill_bytes(&mut nonce);
        let header = Header { origin: self.origin, counter, nonce }.to_bytes();

        let mut body = Zeroizing::new(Vec::with_capacity(KEYS));
        body.extend_from_slice(keys.master.expose());
        body.extend_from_slice(keys.shred.expose());
        let tag = aead::xseal(&self.key, &nonce, &associated_data(&header), &mut body)
            .map_err(|_too_long| SealError::Bug)?;

        let mut slot = Vec::with_capacity(SLOT);
        slot.extend_from_slice(&header);
        slot.extend_from_slice(&body);
        slot.extend_from_slice(&tag);
        slot.extend_from_slice(&kdf::hash(label::KEY_FILE_SUM, &[&slot]));
        Ok(slot)
    }

    fn derive(passphrase: &[u8], origin: Origin) -> Result<Self, OutOfMemory> {
        let stretched = argon2id(passphrase, &origin.salt, origin.cost)?;
        let key = kdf::derive(&origin.file_id, &[stretched.expose()], label::KEK, &[]);
        Ok(Self { key, origin })
    }

    fn open(&self, slot: &Slot<'_>) -> Option<Keys> {
        let mut body = Zeroizing::new(*slot.body);
        let ad = associated_data(slot.header_bytes);
        aead::xopen(&self.key, &slot.header.nonce, &ad, body.as_mut_slice(), slot.tag).ok()?;
        let (master, shred) = body.split_at_checked(32)?;
        Some(Keys { master: Secret::from_slice(master)?, shred: Secret::from_slice(shred)? })
    }
}

/// An opened key file.
#[derive(Debug)]
pub struct Opened {
    /// The profile's keys.
    pub keys: Keys,
    /// The counter of the slot they came from, authenticated.
    pub counter: u64,
    /// Writes the next slot.
    pub kek: Kek,
}

/// Makes a key file: derives a key from `passphrase` at `cost` (about half a second at the floor) and seals
/// `keys` under it. Also changes the passphrase, when called with existing keys and a higher counter.
///
/// The passphrase is taken byte for byte: the caller brings text into one Unicode normal form first.
///
/// # Errors
/// [`SealError::OutOfMemory`] when the memory that `cost` asks for cannot be had.
pub fn seal(
    passphrase: &[u8],
    cost: Cost,
    keys: &Keys,
    counter: u64,
    rng: &mut impl CryptoRng,
) -> Result<(Kek, Vec<u8>), SealError> {
    let mut origin = Origin { cost, file_id: [0; 16], salt: [0; 16] };
    rng.fill_bytes(&mut origin.file_id);
    rng.fill_bytes(&mut origin.salt);
    let kek = Kek::derive(passphrase, origin).map_err(|OutOfMemory| SealError::OutOfMemory)?;
    let slot = kek.seal(keys, counter, rng)?;
    Ok((kek, slot))
}

/// Opens one slot.
///
/// # Errors
/// [`KeyFileError`]; all but [`KeyFileError::WrongPassphrase`] are found before the passphrase is used.
pub fn open(slot: &[u8], passphrase: &[u8]) -> Result<Opened, KeyFileError> {
    open_newest(&[slot], passphrase)
}

/// Opens the slot with the highest counter among those that open; slots that do not are passed over. Slots
/// made with one passphrase setting cost one derivation together.
///
/// Whether the counter is as high as it should be (or an older file was put back) is the caller's to judge.
///
/// # Errors
/// The most telling [`KeyFileError`] of all slots, when none opens.
pub fn open_newest(slots: &[&[u8]], passphrase: &[u8]) -> Result<Opened, KeyFileError> {
    let mut worst = KeyFileError::Damaged;
    let mut readable = Vec::with_capacity(slots.len());
    for slot in slots {
        match Slot::parse(slot) {
            Ok(slot) => readable.push(slot),
            Err(error) => worst = worst.max(error),
        }
    }
    readable.sort_by_key(|slot| std::cmp::Reverse(slot.header.counter));

    let mut kek: Option<Kek> = None;
    for slot in &readable {
        let fitting = match kek.take() {
            Some(kek) if kek.origin == slot.header.origin => kek,
            _ => Kek::derive(passphrase, slot.header.origin)
                .map_err(|OutOfMemory| KeyFileError::OutOfMemory)?,
        };
        if let Some(keys) = fitting.open(slot) {
            return Ok(Opened { keys, counter: slot.header.counter, kek: fitting });
        }
        worst = worst.max(KeyFileError::WrongPassphrase);
        kek = Some(fitting);
    }
    Err(worst)
}

/// Why a key file does not open. The order is that of what a person should hear first.
#[derive(Clone, Copy, Debug, Eq, Error, Ord, PartialEq, PartialOrd)]
pub enum KeyFileError {
    /// Not a key file, cut, or changed by accident.
    #[error("the key file is damaged")]
    Damaged,
    /// The header asks for more memory or time than [`Cost::CEILING`].
    #[error("the key file asks for too much memory or time")]
    ExcessiveParameters,
    /// The header asks for less than [`Cost::FLOOR`]: somebody wants the passphrase to be guessed cheaply.
    #[error("the key file's protection has been weakened")]
    WeakParameters,
    /// The passphrase is wrong, or the file was changed on purpose.
    #[error("the passphrase does not open the key file")]
    WrongPassphrase,
    /// The file is of a format this version does not know.
    #[error("the key file was written by a newer version")]
    Newer,
    /// The memory that the derivation needs cannot be had now.
    #[error("not enough memory to derive the key")]
    OutOfMemory,
}

/// Why a key file cannot be made.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum SealError {
    /// The memory that the derivation needs cannot be had now.
    #[error("not enough memory to derive the key")]
    OutOfMemory,
    /// The cipher refused a slot of the right size: a mistake in this program.
    #[error("a key slot could not be sealed")]
    Bug,
}

/// A cost outside its bounds.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum CostError {
    /// Less than [`Cost::FLOOR`] in memory, passes or lanes.
    #[error("the passphrase derivation would be too cheap")]
    BelowFloor,
    /// More than [`Cost::CEILING`] in memory, passes or lanes.
    #[error("the passphrase derivation would be too expensive")]
    AboveCeiling,
}

/// Size of a slot's bytes.
pub const SLOT: usize = HEADER + KEYS + TAG + HASH;

const MAGIC: &[u8; 7] = b"UT1KEYS";
const VERSION: u8 = 0x01;
const PASSPHRASE_ONLY: u8 = 0x00;
const HEADER: usize = 7 + 1 + 1 + 12 + 16 + 16 + 8 + XNONCE;
const KEYS: usize = 64;

/// How a [`Kek`] was derived: the part of the header that does not change while the passphrase stays.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Origin {
    cost: Cost,
    file_id: [u8; 16],
    salt: [u8; 16],
}

#[derive(Debug)]
struct Header {
    origin: Origin,
    counter: u64,
    nonce: [u8; XNONCE],
}

impl Header {
    fn to_bytes(&self) -> Vec<u8> {
        let Origin { cost, file_id, salt } = &self.origin;
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        bytes.push(PASSPHRASE_ONLY);
        for number in [cost.m_kib, cost.t, cost.p] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(file_id);
        bytes.extend_from_slice(salt);
        bytes.extend_from_slice(&self.counter.to_be_bytes());
        bytes.extend_from_slice(&self.nonce);
        bytes
    }
}

/// A slot whose sum, version and cost are right. Nothing in it is authenticated yet.
#[derive(Debug)]
struct Slot<'a> {
    header: Header,
    header_bytes: &'a [u8],
    body: &'a [u8; KEYS],
    tag: &'a [u8; TAG],
}

impl<'a> Slot<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, KeyFileError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(KeyFileError::Damaged)?;
        if rest.first().is_some_and(|version| *version != VERSION) {
            return Err(KeyFileError::Newer);
        }
        Self::parse_known(bytes).ok_or(KeyFileError::Damaged)?
    }

    /// `None` is damage; the inner result judges what is intact.
    fn parse_known(bytes: &'a [u8]) -> Option<Result<Self, KeyFileError>> {
        let (summed, sum) = bytes.split_last_chunk::<HASH>().filter(|_| bytes.len() == SLOT)?;
        if kdf::hash(label::KEY_FILE_SUM, &[summed]) != *sum {
            return None;
        }
        let (header_bytes, sealed) = summed.split_at_checked(HEADER)?;
        let (body, tag) = sealed.split_first_chunk::<KEYS>()?;

        let mut reader = Reader::new(header_bytes.strip_prefix(MAGIC)?.strip_prefix(&[VERSION])?);
        if reader.u8()? != PASSPHRASE_ONLY {
            return Some(Err(KeyFileError::Newer));
        }
        let cost = Cost::new(reader.u32()?, reader.u32()?, reader.u32()?);
        let (file_id, salt) = (*reader.array()?, *reader.array()?);
        let (counter, nonce) = (reader.u64()?, *reader.array()?);
        let cost = match cost {
            Ok(cost) => cost,
            Err(CostError::BelowFloor) => return Some(Err(KeyFileError::WeakParameters)),
            Err(CostError::AboveCeiling) => return Some(Err(KeyFileError::ExcessiveParameters)),
        };
        let header = Header { origin: Origin { cost, file_id, salt }, counter, nonce };
        Some(Ok(Self { header, header_bytes, body, tag: tag.first_chunk()? }))
    }
}

#[derive(Debug)]
struct OutOfMemory;

fn associated_data(header: &[u8]) -> Vec<u8> {
    [label::KEY_FILE.as_bytes(), header].concat()
}

fn argon2id(passphrase: &[u8], salt: &[u8; 16], cost: Cost) -> Result<Secret<32>, OutOfMemory> {
    // the crate reports bad lengths with the same type; the sizes here are fixed and within its bounds
    let params = Params::new(cost.m_kib, cost.t, cost.p, Some(32)).map_err(|_size| OutOfMemory)?;
    let mut memory = Memory::new(params.block_count())?;
    let mut stretched = Secret::zero();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(passphrase, salt, stretched.expose_mut(), &mut memory.0)
        .map_err(|_size| OutOfMemory)?;
    Ok(stretched)
}

/// Argon2's working memory: the crate frees its own without wiping it.
struct Memory(Vec<Block>);

impl Memory {
    fn new(blocks: usize) -> Result<Self, OutOfMemory> {
        let mut memory = Vec::new();
        memory.try_reserve_exact(blocks).map_err(|_full| OutOfMemory)?;
        memory.resize(blocks, Block::new());
        Ok(Self(memory))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use argon2::{AssociatedData, ParamsBuilder};
    use proptest::prelude::*;

    use super::*;

    /// RFC 9106, section 5.3, in this module's wiped memory.
    #[test]
    fn argon2id_is_that_of_the_rfc() {
        let params = ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(AssociatedData::new(&[4; 12]).expect("12 bytes"))
            .build()
            .expect("the RFC's parameters");
        let mut memory = Memory::new(params.block_count()).expect("32 KiB");
        let mut tag = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
            .expect("8 bytes")
            .hash_password_into_with_memory(&[1; 32], &[2; 16], &mut tag, &mut memory.0)
            .expect("fits");
        let expected = b"0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
        assert_eq!(data_encoding::HEXLOWER.encode(&tag).as_bytes(), expected);
    }

    #[test]
    fn a_cost_is_never_out_of_bounds() {
        assert_eq!(Cost::new(65_536, 3, 4), Ok(Cost::FLOOR));
        assert_eq!(Cost::new(1 << 20, 16, 16), Ok(Cost::CEILING));
        for (m, t, p) in [(65_535, 3, 4), (65_536, 2, 4), (65_536, 3, 3), (0, 0, 0), (1 << 20, 16, 1)] {
            assert_eq!(Cost::new(m, t, p), Err(CostError::BelowFloor));
        }
        for (m, t, p) in
            [((1 << 20) + 1, 3, 4), (65_536, 17, 4), (65_536, 3, 17), (u32::MAX, u32::MAX, u32::MAX)]
        {
            assert_eq!(Cost::new(m, t, p), Err(CostError::AboveCeiling));
        }
    }

    #[test]
    fn a_slot_is_written_again_without_the_passphrase() {
        let (kek, keys, mut rng) = cast();
        let slots =
            [kek.seal(&keys, 8, &mut rng), kek.seal(&keys, 8, &mut rng)].map(|slot| slot.expect("a slot"));
        assert_ne!(slots[0], slots[1], "another nonce each time");
        for slot in slots {
            let slot = Slot::parse(&slot).expect("intact");
            assert_eq!(slot.header.counter, 8);
            let opened = kek.open(&slot).expect("its key");
            assert_eq!(opened.master.expose(), keys.master.expose());
            assert_eq!(opened.shred.expose(), keys.shred.expose());
        }
    }

    #[test]
    fn a_new_shredding_key_leaves_the_others_as_they_were() {
        let (_, keys, mut rng) = cast();
        let next = keys.with_new_shred(&mut rng);
        assert_eq!(next.index_key().tag(1, b"x"), keys.index_key().tag(1, b"x"));
        let record = keys.state_key().seal(1, b"k", b"v", &mut rng).expect("short");
        assert!(next.state_key().open(1, b"k", &record).is_ok());
        assert!(next.ident_key().open(1, b"k", &record).is_err());
        assert!(next.shred_key().open(1, b"k", &record).is_err());
        let wrapped = keys.shred_key().seal(1, b"k", b"v", &mut rng).expect("short");
        assert!(next.shred_key().open(1, b"k", &wrapped).is_err());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let keys = Keys { master: Secret::new([0xab; 32]), shred: Secret::new([0xab; 32]) };
        assert_eq!(format!("{keys:?}"), "Keys { master: Secret(..), shred: Secret(..) }");
        let (kek, ..) = cast();
        assert!(format!("{kek:?}").starts_with("Kek { key: Secret(..)"));
    }

    #[test]
    fn another_version_is_told_from_damage() {
        let (kek, keys, mut rng) = cast();
        let slot = kek.seal(&keys, 1, &mut rng).expect("a slot");
        let parse = |slot: &[u8]| Slot::parse(slot).map(drop);
        let edit = |at: usize, byte: u8| {
            let mut slot = slot.clone();
            slot[at] = byte;
            slot.truncate(SLOT - HASH);
            slot.extend(kdf::hash(label::KEY_FILE_SUM, &[&slot]));
            slot
        };
        assert_eq!(parse(&slot), Ok(()));
        assert_eq!(parse(&edit(7, 2)), Err(KeyFileError::Newer));
        assert_eq!(parse(&edit(8, 1)), Err(KeyFileError::Newer), "a mode to come");
        assert_eq!(parse(&edit(0, b'X')), Err(KeyFileError::Damaged));
        assert_eq!(parse(b"UT1KEYS"), Err(KeyFileError::Damaged));
        assert_eq!(parse(&[0; SLOT]), Err(KeyFileError::Damaged), "an erased slot");
    }

    proptest! {
        #[test]
        fn a_slot_flipped_cut_or_extended_is_an_error(at in 0..SLOT, bit in 0..8_u8, cut in 0..SLOT, more in 1..64_usize) {
            let (kek, keys, mut rng) = cast();
            let slot = kek.seal(&keys, 1, &mut rng).expect("a slot");
            let mut flipped = slot.clone();
            flipped[at] ^= 1 << bit;
            prop_assert!(Slot::parse(&flipped).is_err());
            prop_assert_eq!(open(&slot[..cut], b"").err(), Some(KeyFileError::Damaged));
            let extended = [slot.as_slice(), &vec![0; more]].concat();
            prop_assert_eq!(open(&extended, b"").err(), Some(KeyFileError::Damaged));
        }

        #[test]
        fn any_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(open(&bytes, b"").err(), Some(KeyFileError::Damaged));
        }
    }

    /// A key that was not derived: the real cost is paid in the tests of the whole file.
    fn cast() -> (Kek, Keys, rand_core::UnwrapErr<getrandom::SysRng>) {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        let origin = Origin { cost: Cost::FLOOR, file_id: [1; 16], salt: [2; 16] };
        (Kek { key: Secret::random(&mut rng), origin }, Keys::generate(&mut rng), rng)
    }
}
