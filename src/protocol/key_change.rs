//! A person's devices: the first one is taken as it is, a later one waits until our person has decided. Until then
//! nothing is sent, and nothing that it says is taken in: it is neither answered, acknowledged nor refused, so it
//! keeps what it has to say and says it again. Old and contradicting device lists raise an alarm and change nothing.

use undertone_crypto::{
    devlist::DeviceList,
    identity::{AccountId, DevCert, DeviceId},
};

use super::{
    engine::{Ctx, Engine},
    step::{Alarm, Notice},
};
use crate::model::{Body, Change, ContactState};

impl Engine {
    /// Whether a device with this certificate and list can be one of the account's. Learns the first device; keeps
    /// another one as changed, which is not [`Self::is_accepted`] until [`Self::accept_change`].
    pub(super) fn admit_device(&mut self, account: AccountId, cert: &DevCert, list: &DeviceList) -> bool {
        let Some(person) = self.people.get_mut(&account) else { return false };
        let contact = &mut person.contact;
        if let Some((head, seq)) = contact.device_list {
            let alarm = match list.seq().cmp(&seq) {
                std::cmp::Ordering::Less => Some(Alarm::Rollback),
                std::cmp::Ordering::Equal if list.head() != head => Some(Alarm::Equivocation),
                std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => None,
            };
            if let Some(alarm) = alarm {
                self.out.notice(Notice::Alarm(account, alarm));
                return false;
            }
        }
        let shown = Some((list.head(), list.seq()));
        if contact.device_list != shown {
            contact.device_list = shown;
            self.out.contact_touched(account);
        }
        let bytes = cert.as_bytes().to_vec();
        match &contact.device {
            None => {
                contact.device = Some(bytes);
                self.out.contact_touched(account);
            }
            Some(known) if *known == bytes => return true,
            Some(_) if contact.changed_device.as_ref() == Some(&bytes) => return true,
            Some(_) => {
                contact.changed_device = Some(bytes);
                self.out.notice(Notice::KeyChanged(account));
                self.out.notice(Notice::ContactChanged(account));
            }
        }
        person.pair_up(&self.me.own());
        true
    }

    /// Whether what this device says counts: it is the one that our person knows.
    pub(super) fn is_accepted(&self, account: AccountId, device: DeviceId) -> bool {
        self.people.get(&account).is_some_and(|person| person.device() == Some(device))
    }

    /// Our person accepts the changed device: what waits is sealed anew, for it.
    pub(super) fn accept_change(&mut self, account: AccountId, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let Some(bytes) = person.contact.changed_device.take() else { return };
        person.contact.device = Some(bytes);
        person.contact.generation = 0;
        person.pair_up(&self.me.own());
        let Some(device) = person.device() else { return };
        for session in person.sessions.keep_only(device) {
            self.out.put(Change::DropSession { account, session: *session.as_bytes() });
        }
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
