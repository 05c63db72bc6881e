//! What comes from our own disk or from the person, and may have been damaged, exchanged or made up.

use std::sync::LazyLock;

use undertone::{
    fuzzing,
    model::{Emoji, Name, Text},
};
use undertone_crypto::{
    AccountId, DeviceKeys, OpkSecret, PrekeySecret, RecoverySecret, Session, qr_check, qr_text,
    safety_number, vault,
};

use super::sample::{KIND, PASSPHRASE, ROW, Sample, damaged, key_file as genuine_key_file};

thread_local! {
    static SAMPLE: Sample = Sample::new();
}

static KEY_FILE: LazyLock<Vec<u8>> = LazyLock::new(genuine_key_file);

/// A row after it was opened: a bug of an older version, or a key in the wrong hands, may have written it.
pub(crate) fn row(bytes: &[u8]) {
    if let Some((kind, bytes)) = bytes.split_first() {
        fuzzing::stored_row(*kind, bytes);
    }
}

pub(crate) fn record(bytes: &[u8]) {
    SAMPLE.with(|sample| {
        let bytes = damaged(&sample.record, bytes);
        assert_eq!(sample.record_key.open(KIND, ROW, &bytes).is_ok(), bytes == sample.record);
    });
}

/// The genuine one is left out: to open it takes as long as it should.
pub(crate) fn key_file(bytes: &[u8]) {
    let bytes = damaged(&KEY_FILE, bytes);
    if bytes != *KEY_FILE {
        assert!(vault::open(&bytes, PASSPHRASE).is_err());
    }
}

/// States of our own, after their rows were opened.
pub(crate) fn keys(bytes: &[u8]) {
    SAMPLE.with(|sample| {
        let genuine = [&sample.device.to_bytes()[..], &sample.prekey.to_bytes(), &sample.session];
        for genuine in genuine {
            let bytes = damaged(genuine, bytes);
            DeviceKeys::from_bytes(&bytes).ok();
            OpkSecret::from_bytes(&bytes).ok();
            PrekeySecret::from_bytes(&bytes).ok();
            // A state that is read is written as it was.
            if let Ok(session) = Session::from_bytes(&bytes) {
                assert_eq!(*session.to_bytes(), bytes);
            }
        }
    });
}

/// What a person types, pastes or scans.
pub(crate) fn person(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let checked = (Text::new(text), Name::new(text), Emoji::new(text));
    assert!(checked.1.is_none_or(|name| Name::new(name.as_str()).as_ref() == Some(&name)));
    RecoverySecret::from_phrase(text).ok();
    SAMPLE.with(|sample| {
        let (mine, yours) = (sample.account.id(), AccountId::from_bytes(&YOURS).unwrap());
        let number = safety_number(&mine, &yours);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let same: String = number.digits().chars().filter(char::is_ascii_digit).collect();
        assert_eq!(number.matches(text), digits == same);
        // A genuine code does not come about by chance, or by its nonce alone.
        assert!(qr_check(text, &mine, &yours).is_err());
        assert!(qr_check(&qr_text(&yours, &mine, [text.len().to_le_bytes()[0]; 8]), &mine, &yours).is_ok());
    });
}

/// The base point of the curve: as good a key as any.
const YOURS: [u8; 32] = {
    let mut point = [0x66; 32];
    point[0] = 0x58;
    point
};
