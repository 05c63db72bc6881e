//! The two key derivations of the ratchet: one step of a message chain, one step of the root chain.

use crate::kdf::{self, MacKey};
use crate::kem::CIPHERTEXT;
use crate::label;
use crate::secret::Secret;

/// The key of a chain at one position; a step makes a message key and consumes it.
#[derive(Debug)]
pub(super) struct ChainKey(Secret<32>);

impl ChainKey {
    pub(super) const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    pub(super) const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The key of the message at this position and the chain key of the next.
    pub(super) fn step(&self) -> (Secret<32>, Self) {
        let mac = MacKey::new(self.0.expose());
        (mac.tag(&[&[1]]), Self(mac.tag(&[&[2]])))
    }
}

/// What a step of the root chain gives.
pub(super) struct RootStep {
    pub(super) root: Secret<32>,
    pub(super) chain: ChainKey,
    pub(super) next_header: Secret<32>,
}

/// A key encapsulation that takes part in a root step.
pub(super) struct Encapsulated<'a> {
    pub(super) shared: &'a Secret<32>,
    pub(super) ciphertext: &'a [u8; CIPHERTEXT],
}

/// `HKDF(salt = root, ikm = dh | ss?, info = label | has_ss | H(ct)?, 96)`.
pub(super) fn root_step(root: &Secret<32>, dh: &Secret<32>, kem: Option<&Encapsulated<'_>>) -> RootStep {
    let keys: Secret<96> = match kem {
        None => kdf::derive(root.expose(), &[dh.expose()], label::ROOT_STEP, &[0]),
        Some(kem) => {
            let hash = kdf::plain_hash(kem.ciphertext);
            let info: [&[u8]; 3] = [label::ROOT_STEP.as_bytes(), &[1], &hash];
            kdf::hkdf(root.expose(), &[dh.expose(), kem.shared.expose()], &info)
        }
    };
    let [root, chain, next_header] = kdf::split3(&keys);
    RootStep { root, chain: ChainKey::new(chain), next_header }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frozen(name: &str) -> Vec<u8> {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../vectors/kdf.json")).expect("json");
        data_encoding::HEXLOWER.decode(file[name].as_str().expect("text").as_bytes()).expect("hex")
    }

    #[test]
    fn a_chain_steps_as_it_did() {
        let (message_key, next) = ChainKey::new(Secret::new([5; 32])).step();
        assert_eq!(message_key.expose().as_slice(), frozen("chain_message_key"));
        assert_eq!(next.expose().as_slice(), frozen("chain_next"));
    }

    #[test]
    fn a_root_steps_as_it_did() {
        let (root, dh, shared) = (Secret::new([5; 32]), Secret::new([2; 32]), Secret::new([3; 32]));
        let together =
            |step: RootStep| [*step.root.expose(), *step.chain.expose(), *step.next_header.expose()].concat();
        assert_eq!(together(root_step(&root, &dh, None)), frozen("root_step"));
        let kem = Encapsulated { shared: &shared, ciphertext: &[4; CIPHERTEXT] };
        assert_eq!(together(root_step(&root, &dh, Some(&kem))), frozen("root_step_kem"));
    }
}
