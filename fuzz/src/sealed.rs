//! What is signed or sealed by somebody else: read from any bytes, and from genuine ones that were damaged.
//! Where every bit is signed or sealed, only the genuine bytes themselves may be taken.

use undertone_crypto::{
    Bundle, DevCert, DeviceList, EquivocationProof, InitMsg, Opk, Session, padme, respond,
};

use super::sample::{NOW, Sample, damaged};

thread_local! {
    static SAMPLE: Sample = Sample::new();
}

pub(crate) fn certificate(bytes: &[u8]) {
    SAMPLE.with(|sample| {
        let genuine = sample.cert.as_bytes();
        let bytes = damaged(genuine, bytes);
        assert_eq!(DevCert::parse(&bytes).is_ok(), bytes[..] == genuine[..]);
    });
}

pub(crate) fn device_list(bytes: &[u8]) {
    SAMPLE.with(|sample| {
        let genuine = sample.list.as_bytes();
        let bytes = damaged(genuine, bytes);
        assert_eq!(DeviceList::parse(&bytes, &sample.account.id()).is_ok(), bytes == genuine);
        assert!(EquivocationProof::parse(&bytes, &sample.account.id()).is_err());
    });
}

pub(crate) fn bundle(bytes: &[u8]) {
    SAMPLE.with(|sample| {
        let bytes = damaged(&sample.bundle, bytes);
        assert_eq!(Bundle::parse(&bytes, &sample.account.id(), NOW).is_ok(), bytes == sample.bundle);
        assert!(Opk::parse(&bytes, &sample.cert).is_err());
    });
}

pub(crate) fn first_message(bytes: &[u8]) {
    SAMPLE.with(|sample| {
        let bytes = damaged(&sample.first_message, bytes);
        let Ok(init) = InitMsg::parse(&bytes) else { return };
        let opened = respond(&sample.device, &sample.prekey, None, &init, |_| None, NOW);
        assert_eq!(opened.is_ok(), bytes == sample.first_message);
    });
}

pub(crate) fn message(bytes: &[u8]) {
    SAMPLE.with(|sample| {
        let bytes = damaged(&sample.message, bytes);
        let mut session = Session::from_bytes(&sample.session).unwrap();
        let opened = session.open(&bytes, NOW);
        assert_eq!(opened.is_ok(), bytes == sample.message);
        // What was refused changed nothing.
        assert!(opened.is_ok() || *session.to_bytes() == sample.session);
    });
}

pub(crate) fn signal(bytes: &[u8]) {
    SAMPLE.with(|sample| {
        let bytes = damaged(&sample.signal, bytes);
        assert_eq!(sample.pair.open_signal(sample.peer, &bytes).is_ok(), bytes == sample.signal);
    });
}

/// There is one padding of a content, and no other bytes are padding.
pub(crate) fn padding(bytes: &[u8]) {
    let genuine = padme::pad(bytes).unwrap();
    assert_eq!(padme::unpad(&genuine), Ok(bytes));
    let bytes = damaged(&genuine, bytes);
    if let Ok(content) = padme::unpad(&bytes) {
        assert_eq!(padme::pad(content).unwrap(), bytes);
    }
}
