//! Two devices that may both start sessions, and what a careful messenger does with what arrives.

use undertone_crypto::{InitMsg, PrekeySecret, Response, Session, SessionId, respond};

use super::{NOW, Party, TestRng, initiation};

/// One device's sessions with the other, and what reaches it.
pub(crate) struct Side {
    pub(crate) party: Party,
    pub(crate) prekey: PrekeySecret,
    pub(crate) bundle: Vec<u8>,
    pub(crate) sessions: Vec<Session>,
}

impl Side {
    pub(crate) fn new(rng: &mut TestRng) -> Self {
        let party = Party::new(rng);
        let (prekey, bundle) = party.publish(rng);
        Self { party, prekey, bundle, sessions: Vec::new() }
    }

    pub(crate) fn initiate(&mut self, peer: &Self, rng: &mut TestRng) {
        let generation = 1 + self.sessions.iter().map(Session::generation).max().unwrap_or(0);
        let bundle = peer.party.bundle(&peer.bundle);
        let session = Session::initiate(
            &self.party.device,
            &self.party.cert,
            &bundle,
            None,
            &initiation(generation),
            rng,
        );
        self.sessions.push(session.expect("initiate"));
    }

    pub(crate) fn say(&mut self, rng: &mut TestRng) -> Vec<u8> {
        let id = Session::choose(&self.sessions).expect("a session").id();
        let session = self.sessions.iter_mut().find(|session| session.id() == id).expect("chosen");
        session.seal(b"text", NOW, rng).expect("seal")
    }

    pub(crate) fn hear(&mut self, bytes: &[u8]) {
        let init = InitMsg::parse(bytes).ok();
        let message = init.as_ref().map_or(bytes, InitMsg::dr_msg);
        if self.sessions.iter_mut().any(|session| session.open(message, NOW).is_ok()) {
            return;
        }
        let init = init.expect("a first message");
        let Response { session, .. } =
            respond(&self.party.device, &self.prekey, None, &init, |_| None, NOW).expect("respond");
        self.sessions.push(session);
    }

    pub(crate) fn chosen(&self) -> Option<SessionId> {
        Session::choose(&self.sessions).map(Session::id)
    }
}
