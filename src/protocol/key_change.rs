//! A person's devices: the first one is taken as it is, a later one waits until our person has decided. Until then
//! nothing is sent, and nothing that it says is taken in: it is neither answered, acknowledged nor refused, so it
//! keeps what it has to say and says it again. Old and contradicting device lists raise an alarm and change nothing.

use std::cmp::Ordering;

use undertone_crypto::{
    devlist::DeviceList,
    identity::{AccountId, DevCert},
};

use super::{
    engine::{Ctx, Engine},
    step::{Alarm, Notice},
};
use crate::model::{Body, Change, ContactState, Evidence, Finding};

impl Engine {
    /// Whether a device with this certificate and list can be one of the account's. Learns the first device; keeps
    /// another one as changed, which is not [`Self::is_accepted`] until [`Self::accept_change`].
    pub(super) fn admit_device(
        &mut self,
        account: AccountId,
        cert: &DevCert,
        list: &DeviceList,
        now_ms: u64,
    ) -> bool {
        let Some(person) = self.people.get_mut(&account) else { return false };
        let contact = &mut person.contact;
        let (bytes, shown) = (cert.as_bytes().to_vec(), (list.head(), list.seq()));
        let known = contact.device_list;
        let evidence = |finding| Evidence { at_ms: now_ms, finding, cert: bytes.clone(), shown, known };
        if let Some((alarm, finding)) = known.and_then(|known| contradiction(known, shown)) {
            if contact.keep_evidence(evidence(finding)) {
                self.out.contact_touched(account);
            }
            self.out.notice(Notice::Alarm(account, alarm));
            return false;
        }
        if known != Some(shown) {
            contact.device_list = Some(shown);
            self.out.contact_touched(account);
        }
        match &contact.device {
            None => {
                contact.device = Some(bytes);
                self.out.contact_touched(account);
            }
            Some(device) if *device == bytes => return true,
            Some(_) if contact.changed_device.as_ref() == Some(&bytes) => return true,
            Some(_) => {
                contact.keep_evidence(evidence(Finding::NewDevice));
                contact.changed_device = Some(bytes);
                self.out.contact_touched(account);
                self.out.notice(Notice::KeyChanged(account));
                self.out.notice(Notice::ContactChanged(account));
            }
        }
        person.pair_up(&self.me.own());
        true
    }

    /// Whether what this device says counts: it is the one that our person knows, with the keys that they know.
    pub(super) fn is_accepted(&self, account: AccountId, cert: &DevCert) -> bool {
        let known = self.people.get(&account).and_then(|person| person.contact.device.as_deref());
        known.is_some_and(|known| known == cert.as_bytes())
    }

    /// Our person accepts the changed device: what waits is sealed anew, for it.
    pub(super) fn accept_change(&mut self, account: AccountId, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let Some(bytes) = person.contact.changed_device.take() else { return };
        for session in person.sessions.keep_only(&bytes) {
            self.out.put(Change::DropSession { account, session: *session.as_bytes() });
        }
        person.contact.device = Some(bytes);
        person.contact.generation = 0;
        person.pair_up(&self.me.own());
        person.outbox.unseal(|_any| true);
        person.renewals = (0, 0);
        self.out.contact_changed(account);
        self.send_proofs(ctx);
        let unbound: Vec<_> =
            self.links.iter().filter(|(_, link)| link.account.is_none()).map(|(peer, _)| *peer).collect();
        for peer in unbound {
            self.recognise(peer, ctx);
        }
        // So that there is a session, and the device need not wait until it tries again.
        if self.people.get(&account).is_some_and(|person| person.contact.state == ContactState::Mutual) {
            let name = self.me.profile.name.clone();
            self.say(account, Body::Accept { name }, ctx);
        }
        self.pump(account, ctx);
    }
}

/// What is wrong with a device list, given the highest that is known; both as head and number.
fn contradiction(known: ([u8; 32], u64), shown: ([u8; 32], u64)) -> Option<(Alarm, Finding)> {
    match shown.1.cmp(&known.1) {
        Ordering::Less => Some((Alarm::Rollback, Finding::Rollback)),
        Ordering::Equal if shown.0 != known.0 => Some((Alarm::Equivocation, Finding::Equivocation)),
        Ordering::Equal | Ordering::Greater => None,
    }
}
