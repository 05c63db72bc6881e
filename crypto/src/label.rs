//! Every domain-separation label of the protocol, in one place so that two uses cannot share one by accident.
//! Knows nothing of what is hashed, derived or signed under a label.

/// A domain-separation prefix. There is no way to make one outside this file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(&'static str);

impl Label {
    /// The bytes that are hashed, derived or signed first.
    #[must_use]
    pub const fn as_bytes(self) -> &'static [u8] {
        self.0.as_bytes()
    }
}

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: Label = Label($text);)*
        #[cfg(test)]
        const ALL: &[Label] = &[$($name),*];
    };
}

labels! {
    /// Signature of an account over a device certificate.
    DEVICE_CERT = "ut1/devcert";
    /// Signature of an account over its device list.
    DEVICE_LIST = "ut1/devlist";
    /// Hash that names a device list.
    DEVICE_LIST_HEAD = "ut1/dlhead";
    /// Signature of a succeeding account over the last list of the account before it.
    DEVICE_LIST_SUCCESSOR = "ut1/dlnext";
    /// Signature of a device over its prekey bundle.
    BUNDLE = "ut1/bundle";
    /// Signature of a device over a one-time prekey.
    ONE_TIME_PREKEY = "ut1/opk";

    /// Hash that names a prekey bundle.
    BUNDLE_HASH = "ut1/bdl-hash";
    /// Hash that names a first message (the key of the replay cache).
    INIT_HASH = "ut1/init-hash";
    /// First transcript hash: everything public.
    TRANSCRIPT_PUBLIC = "ut1/th0";
    /// Final transcript hash: the sealed identity too.
    TRANSCRIPT = "ut1/th1";
    /// Key that seals the initiator's identity.
    SEALED_ID = "ut1/seal";
    /// Pre-shared key made of an invite's secret.
    INVITE_PSK = "ut1/psk";
    /// Root and header keys that come out of the handshake.
    ROOT = "ut1/root";

    /// One step of the root chain.
    ROOT_STEP = "ut1/rk";
    /// Associated data of an encrypted header.
    HEADER = "ut1/hdr";
    /// Associated data of a message body.
    MESSAGE = "ut1/msg";

    /// Keys two devices share before any session.
    PAIR = "ut1/pair";
    /// Tag by which two devices recognise each other.
    PAIR_TAG = "ut1/ptag";
    /// Associated data of a signal.
    SIGNAL = "ut1/sgnl";
    /// Key of the tags an invite's holder shows.
    INVITE_TAG_KEY = "ut1/itk";
    /// Tag that proves possession of an invite.
    INVITE_TAG = "ut1/itag";

    /// Account key out of the recovery secret.
    ACCOUNT_SEED = "ut1/ak";
    /// Backup key out of the recovery secret.
    BACKUP_KEY = "ut1/backup";
    /// Key-encryption key out of the passphrase.
    KEK = "ut1/kek";
    /// Associated data of the key file.
    KEY_FILE = "ut1/kf-ad";
    /// Hash that finds accidental damage of the key file.
    KEY_FILE_SUM = "ut1/kf-sum";
    /// Key of index tags out of the master key.
    INDEX_KEY = "ut1/k-index";
    /// Key of session and ratchet records out of the master key.
    STATE_KEY = "ut1/k-state";
    /// Key of identity records out of the master key.
    IDENT_KEY = "ut1/k-ident";
    /// Associated data of a record at rest.
    RECORD = "ut1/rec";

    /// Key of a group's envelopes out of the envelope secret.
    ENVELOPE_KEY = "ut1/envkey";
    /// Name that a group's envelopes bear.
    ENVELOPE_ID = "ut1/envid";
    /// Hash by which an operation commits to an envelope secret.
    ENVELOPE_COMMIT = "ut1/envcom";
    /// Associated data of an envelope.
    ENVELOPE = "ut1/genv";
    /// Where a group meets during a week.
    TOPIC = "ut1/topic";
    /// Hash that names a sender chain.
    SENDER_CHAIN = "ut1/chain";
    /// Hash of a sender chain's first key, bound in the chain's name.
    CHAIN_ORIGIN = "ut1/ck0";
    /// Associated data of a group message's body.
    GROUP_BODY = "ut1/gct";
    /// Signature of a sender chain over a group message.
    GROUP_MESSAGE = "ut1/gsig";
    /// Signature of a device over an operation on a group.
    OPERATION = "ut1/gop";
    /// Hash that names an operation.
    OPERATION_ID = "ut1/opid";
    /// Signature of an invitation to a group over whom it lets in.
    ADMISSION = "ut1/gadm";

    /// Hash whose bits become the words of a safety number.
    SAFETY_WORDS = "ut1/words";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_is_the_beginning_of_another() {
        for (at, one) in ALL.iter().enumerate() {
            for (other_at, other) in ALL.iter().enumerate() {
                assert!(at == other_at || !other.0.starts_with(one.0), "{one:?} begins {other:?}");
            }
        }
    }
}
