//! Power that fails under load: the disk as it was at that moment is mounted again, and nothing acknowledged is
//! missing. The profile is on an ext4 in an image; the image is in another file system, which stands still while
//! the image is copied. What the kernel had not yet written to the image is lost, as in a power cut.

use std::{collections::BTreeMap, fs, thread, time::Duration};

use serde_json::json;

use crate::{
    chance::Chance,
    disk::Mounted,
    kill::Side,
    people::{befriend, history, shown},
    support::{PASSPHRASE, Undertoned},
};

#[test]
fn nothing_acknowledged_is_lost_when_the_power_fails_twenty_five_times() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let outer = Mounted::new_image(&at("outer.img"), 600, &at("outer"));
    let image = outer.at.join("disk.img");
    let disk = Mounted::new_image(&image, 256, &at("disk"));

    let mut hana = Undertoned::create(&at("hana"), "Hana", &["--visible"]);
    let address = hana.address();
    let options = ["--visible", "--bootstrap", &address];
    let mut bora = Undertoned::create(&disk.at.join("bora"), "Bora", &options);
    let account = |program: &mut Undertoned| program.call("profile.info", &json!({}))["account"].clone();
    let (hana_account, bora_account) = (account(&mut hana), account(&mut bora));
    let chat = befriend(&mut bora, &hana_account, &mut hana, &bora_account);
    let (mut hana, mut bora) = (Side::new(hana, "hana"), Side::new(bora, "bora"));

    let mut chance = Chance::new(4);
    let mut lost_something = 0;
    for round in 0..ROUNDS {
        hana.say(&chat, 5 + chance.below(20));
        bora.say(&chat, 5 + chance.below(20));
        // Anywhere in the work.
        thread::sleep(Duration::from_micros(chance.below(60_000)));
        hana.listen(false);
        bora.listen(false);
        let copy = at("copy.img");
        outer.snapshot(&image, &copy);

        let after = Mounted::image(&copy, &at("after"));
        let mut again = Undertoned::start(&after.at.join("bora"), &[]);
        again.call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
        let there: BTreeMap<String, String> = shown(&history(&mut again, &chat)).into_iter().collect();
        for (id, text) in &bora.answered {
            assert_eq!(there.get(id), Some(text), "round {round}: it was on disk, Bora was told");
        }
        for id in &hana.delivered {
            assert!(there.contains_key(id), "round {round}: Hana was told that Bora has {id}");
        }
        let said = bora.answered.len() + hana.delivered.len();
        lost_something += usize::from(there.len() < said + bora.waiting());
        assert!(again.close().0.success());
        drop(after);
        fs::remove_file(copy).unwrap();
    }
    println!("{ROUNDS} rounds, {lost_something} of them with calls not yet answered and not on disk");
}

const ROUNDS: u32 = 25;
