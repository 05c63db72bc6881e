//! The handshake's derivations against frozen answers.

use super::*;

fn frozen(name: &str) -> Vec<u8> {
    let file: serde_json::Value = serde_json::from_str(include_str!("../../vectors/kdf.json")).expect("json");
    data_encoding::HEXLOWER.decode(file[name].as_str().expect("text").as_bytes()).expect("hex")
}

#[test]
fn every_key_of_the_handshake_is_derived_as_it_was() {
    let secret = |byte| Secret::new([byte; 32]);
    assert_eq!(psk(&[6; 16]).expose().as_slice(), frozen("psk"));
    assert_eq!(identity_key(&secret(2), &secret(3), &[1; 32]).expose().as_slice(), frozen("sealed_id_key"));
    for (name, dh4) in [("root_keys", None), ("root_keys_opk", Some(secret(2)))] {
        let agreed = Agreed { dh1: secret(2), dh2: secret(2), dh3: secret(2), dh4, shared: secret(3) };
        let keys = agreed.root_keys(&[1; 32], &Secret::zero());
        let together =
            [*keys.root.expose(), *keys.initiator_header.expose(), *keys.responder_header.expose()];
        assert_eq!(together.concat(), frozen(name));
    }
}
