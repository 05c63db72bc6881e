//! From a folder to a running messenger: create, restore, unlock. The passphrase is brought to one normal form
//! first, so that it opens the profile whatever keyboard it was typed on.

use std::cell::RefCell;

use undertone_crypto::recovery::RecoverySecret;
use zeroize::Zeroizing;

use super::{
    actor::{Actor, Open},
    clock::system_rng,
    network::NetworkState,
};
use crate::{
    api::{ClientError, Created, Event, ProfileInfo},
    model::{Name, Snapshot},
    net::{Net, NetConfig},
    protocol::{Engine, new_profile},
    store::{Store, StoreError},
};

impl Actor {
    pub(super) fn create(
        &mut self,
        name: &str,
        passphrase: &Zeroizing<String>,
        visible: bool,
    ) -> Result<Created, ClientError> {
        let recovery = RecoverySecret::generate(&mut system_rng());
        self.make(&recovery, name, passphrase, visible)?;
        Ok(Created { info: self.info(), recovery_phrase: recovery.phrase().to_string() })
    }

    pub(super) fn restore(
        &mut self,
        phrase: &Zeroizing<String>,
        name: &str,
        passphrase: &Zeroizing<String>,
    ) -> Result<ProfileInfo, ClientError> {
        let recovery = RecoverySecret::from_phrase(phrase).map_err(|_| ClientError::WrongPhrase)?;
        self.make(&recovery, name, passphrase, false)?;
        self.with_engine(|engine, _| engine.phrase_kept());
        Ok(self.info())
    }

    fn make(
        &mut self,
        recovery: &RecoverySecret,
        name: &str,
        passphrase: &Zeroizing<String>,
        visible: bool,
    ) -> Result<(), ClientError> {
        if self.open.is_some() || Store::exists(&self.config.profile) {
            return Err(ClientError::Exists);
        }
        let name = Name::new(name).ok_or(ClientError::Invalid("a name has 1 to 64 characters"))?;
        long_enough(passphrase)?;
        let now_ms = self.clock.now_ms();
        let profile = new_profile(recovery, name, visible, now_ms, &mut system_rng());
        let passphrase = normal(passphrase);
        let dir = self.config.profile.clone();
        let store = Store::create(&self.lock, &dir, &passphrase, &profile, &mut system_rng());
        self.start(store.map_err(store_error)?, Snapshot::fresh(profile))
    }

    pub(super) fn unlock(&mut self, passphrase: &Zeroizing<String>) -> Result<ProfileInfo, ClientError> {
        if self.open.is_some() {
            return Ok(self.info());
        }
        let opened = Store::open(&self.lock, &self.config.profile, &normal(passphrase), &mut system_rng());
        let (store, snapshot) = opened.map_err(store_error)?;
        self.start(store, snapshot)?;
        Ok(self.info())
    }

    fn start(&mut self, store: Store, snapshot: Snapshot) -> Result<(), ClientError> {
        let now_ms = self.clock.now_ms();
        let mut engine = Engine::restore(snapshot, now_ms)
            .map_err(|error| ClientError::ProfileDamaged(error.to_string()))?;
        let options = &self.config.network;
        if let Some(visible) = options.visible {
            engine.show_in_this_run(visible);
        }
        let (events_to, net_events) = tokio::sync::mpsc::channel(NET_EVENTS);
        let config = NetConfig {
            listen: options.listen.clone(),
            lan_only: options.lan_only,
            mdns: options.mdns,
            bootstrap: options.bootstrap.clone(),
            seed: None,
        };
        let net = match Net::start(config, &self.runtime, events_to) {
            Ok(net) => Some(net),
            // The history is there without a network too.
            Err(error) => {
                tracing::warn!(%error, "the network did not start");
                self.tell(Event::Error(ClientError::Io(error.to_string())));
                None
            }
        };
        if let Some(net) = &net {
            Self::on_local_peer(&mut engine, net);
        }
        let network = NetworkState { offline: net.is_none(), ..NetworkState::default() };
        let fingerprints = RefCell::default();
        self.open = Some(Box::new(Open { engine, store, net, net_events, network, fingerprints }));
        self.tell(Event::Ready);
        Ok(())
    }

    /// What was handled so far goes to disk first; then the keys are wiped.
    pub(super) fn lock_profile(&mut self) {
        self.finish();
        if self.open.is_some() {
            self.close();
            self.tell(Event::Locked);
        }
    }

    pub(super) fn change_passphrase(
        &mut self,
        old: &Zeroizing<String>,
        new: &Zeroizing<String>,
    ) -> Result<(), ClientError> {
        long_enough(new)?;
        let open = self.open.as_mut().ok_or(ClientError::Locked)?;
        open.store.change_passphrase(&normal(old), &normal(new), &mut system_rng()).map_err(store_error)
    }

    pub(super) fn recovery_phrase(
        &self,
        passphrase: &Zeroizing<String>,
    ) -> Result<Zeroizing<String>, ClientError> {
        let open = self.open.as_ref().ok_or(ClientError::Locked)?;
        open.store.check_passphrase(&normal(passphrase)).map_err(store_error)?;
        let bytes = &open.engine.profile().recovery;
        let phrase =
            std::str::from_utf8(bytes).map_err(|_| ClientError::ProfileDamaged("profile row".into()))?;
        Ok(Zeroizing::new(phrase.to_owned()))
    }
}

fn long_enough(passphrase: &str) -> Result<(), ClientError> {
    if passphrase.chars().count() < LEAST_PASSPHRASE {
        return Err(ClientError::Invalid("a passphrase has at least 8 characters"));
    }
    Ok(())
}

/// A passphrase in the one form in which it is stretched: NFC, as typed otherwise.
pub(super) fn normal(passphrase: &str) -> Zeroizing<String> {
    use unicode_normalization::UnicodeNormalization;
    let mut normal = Zeroizing::new(String::with_capacity(passphrase.len().saturating_mul(3)));
    normal.extend(passphrase.nfc());
    normal
}

pub(super) fn store_error(error: StoreError) -> ClientError {
    match error {
        StoreError::Damaged(what) => ClientError::ProfileDamaged(what.into()),
        StoreError::DiskFull => ClientError::DiskFull,
        StoreError::Exists => ClientError::Exists,
        StoreError::InUse(pid) => ClientError::ProfileInUse(format!("process {pid}")),
        StoreError::Io(error) => ClientError::Io(error.to_string()),
        StoreError::Newer => ClientError::ProfileNewer,
        StoreError::NotFound => ClientError::NoProfile,
        StoreError::ReadOnly => ClientError::Io("it is read-only".into()),
        StoreError::Stopped => ClientError::Io("an earlier write failed; unlock again".into()),
        StoreError::WrongPassphrase => ClientError::WrongPassphrase,
    }
}

/// Events of the network that wait; beyond that the peers are slowed down.
const NET_EVENTS: usize = 512;
/// Shorter ones are guessed in no time, stretched or not.
const LEAST_PASSPHRASE: usize = 8;
