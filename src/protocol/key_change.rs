//! A person's devices: the first one is taken as it is, a later one holds sending until our person has
//! decided. Old and contradicting device lists raise an alarm and change nothing.

use undertone_crypto::{
    devlist::DeviceList,
    identity::{AccountId, DevCert},
};

use super::{
    engine::{Ctx, Engine},
    step::{Alarm, Notice},
};
use crate::model::Change;

impl Engine {
    /// Whether a device with this certificate and list may speak for the account. Learns the first device;
    /// keeps another one as changed: it may speak, but nothing that our person says is sent
    /// until [`Self::accept_change`].
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
        contact.device_list = Some((list.head(), list.seq()));
        self.out.contact_touched(account);
        let bytes = cert.as_bytes().to_vec();
        match &contact.device {
            None => contact.device = Some(bytes),
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
        self.pump(account, ctx);
    }
}
