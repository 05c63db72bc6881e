//! Our own row: made once, renamed, shown or hidden.

use undertone_crypto::{
    devlist::DeviceList,
    identity::{DeviceKeys, Validity},
    recovery::RecoverySecret,
};
use zeroize::Zeroizing;

use super::engine::{Ctx, Engine};
use crate::model::{Change, Name, Profile};

/// The row of a new device of the account that `recovery` brings back, or makes.
#[must_use]
pub fn new_profile(
    recovery: &RecoverySecret,
    name: Name,
    visible: bool,
    now_ms: u64,
    rng: &mut dyn rand_core::CryptoRng,
) -> Profile {
    let mut rng = rng;
    let account = recovery.account_key();
    let keys = DeviceKeys::generate(&mut rng);
    let validity = Validity {
        // The clocks of two computers may be apart by this much.
        not_before_ms: now_ms.saturating_sub(DAY_MS),
        not_after_ms: now_ms.saturating_add(DAY_MS.saturating_mul(CERT_DAYS)),
    };
    let cert = account.certify(&keys, validity, 1);
    let seq = DeviceList::next_seq(None, now_ms);
    // Creating fails only for lists that are too long or of another account: not for one device of our own.
    let list = DeviceList::create(&account, seq, [0; 32], std::slice::from_ref(&cert), &[], now_ms);
    Profile {
        name,
        visible,
        recovery: Zeroizing::new(recovery.phrase().as_bytes().to_vec()),
        device: keys.to_bytes(),
        cert: cert.as_bytes().to_vec(),
        device_list: list.map(|list| list.as_bytes().to_vec()).unwrap_or_default(),
        phrase_kept: false,
    }
}

const DAY_MS: u64 = 86_400_000;
/// A device certificate is valid for ten years: there is no server to renew it with.
const CERT_DAYS: u64 = 3_653;

impl Engine {
    /// Whether people on this network may see our name in this run, whatever the profile says.
    pub const fn show_in_this_run(&mut self, on: bool) {
        self.shown = on;
    }

    /// Whether people on this network may see our name.
    pub fn set_visible(&mut self, on: bool, ctx: &mut Ctx<'_>) {
        self.me.profile.visible = on;
        self.shown = on;
        self.put_profile();
        self.send_proofs(ctx);
    }

    /// Changes the name we go by.
    pub fn rename(&mut self, name: Name, ctx: &mut Ctx<'_>) {
        self.me.profile.name = name;
        self.put_profile();
        self.send_proofs(ctx);
    }

    /// Our person has written the recovery phrase down.
    pub fn phrase_kept(&mut self) {
        self.me.profile.phrase_kept = true;
        self.put_profile();
    }

    fn put_profile(&mut self) {
        self.out.put(Change::PutProfile(Box::new(self.me.profile.clone())));
    }
}
