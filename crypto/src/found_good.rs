//! Certificates that were read and found good in this process: most come many times over, with each session, list and
//! operation that names their device. What a certificate is follows from its bytes alone, so nothing is told apart here
//! that the signature does not tell apart. Holds no secrets, and knows nothing of whom a certificate is accepted from.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use crate::identity::{DEV_CERT, DevCert};

/// By all of their bytes.
type Good = HashMap<[u8; DEV_CERT], DevCert>;

static GOOD: LazyLock<Mutex<Good>> = LazyLock::new(Mutex::default);

/// The certificate with these bytes, if it was found good before and is still remembered.
pub(crate) fn known(bytes: &[u8; DEV_CERT]) -> Option<DevCert> {
    GOOD.lock().unwrap_or_else(PoisonError::into_inner).get(bytes).cloned()
}

/// Remembers a certificate whose signature was checked. Whoever shows ever new ones makes us forget, and check again.
pub(crate) fn remember(cert: &DevCert) {
    let mut good = GOOD.lock().unwrap_or_else(PoisonError::into_inner);
    if good.len() >= MOST {
        good.clear();
    }
    good.insert(*cert.as_bytes(), cert.clone());
}

/// Below a megabyte.
const MOST: usize = 1024;
