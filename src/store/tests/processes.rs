//! Real processes: a second one, one that is killed while it writes, a disk that is full, a folder that cannot
//! be written, and a machine that loses power.
//!
//! The other process is this test program again, told by an environment variable what to do.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::support::{PASSPHRASE, TestRng, at, conversation, create_on_disk, open_at, say};
use crate::store::folder::FolderLock;
use crate::store::keyfile::KeyFile;
use crate::store::{Anchor, Store, StoreError};

const TASK: &str = "UNDERTONE_STORE_CHILD";

/// Runs `task` on the profile in `dir` in a process of its own.
fn child(task: &str, dir: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "store::tests::processes::the_other_process", "--nocapture"])
        .env(TASK, format!("{task}:{}", dir.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// Not a test of its own: what the other process does. Without a task it does nothing.
#[test]
fn the_other_process() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let (task, dir) = task.split_once(':').expect("a task and a folder");
    match task {
        "hold" => {
            let _store = open_at(Path::new(dir), PASSPHRASE, &mut TestRng(1)).expect("opens");
            acknowledge("open");
            std::io::stdin().read_to_end(&mut Vec::new()).expect("waits");
        }
        "write" => write_until_killed(Path::new(dir)),
        other => panic!("no such task: {other}"),
    }
}

/// Commits one message after another, and says so after each. Text sizes vary, and every now and then an old
/// message is edited, so that segments are rewritten too.
fn write_until_killed(dir: &Path) {
    let (mut store, _) = open_at(dir, PASSPHRASE, &mut TestRng(1)).expect("opens");
    let rng = &mut TestRng(2);
    let mut n = newest(&store).map_or(1, |seq| seq + 1);
    loop {
        let text = format!("message {n} {}", "x".repeat((n * 7919 % 4000) as usize));
        if store.commit(&[say(at(n, 1, n), &text)], rng).is_err() {
            return;
        }
        acknowledge(&n.to_string());
        n += 1;
    }
}

fn acknowledge(line: &str) {
    // One write a line: a pipe keeps it whole.
    std::io::stdout().write_all(format!("\nack {line}\n").as_bytes()).expect("says so");
}

fn acknowledgements(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("ack ").map(str::to_owned))
}

fn newest(store: &Store) -> Option<u64> {
    let page = store.history(&conversation(1), Anchor::Newest, 1).expect("reads");
    page.rows.last().map(|row| row.entry.id.seq)
}

/// All messages up to the newest are there, each whole. Gives the newest.
fn check_unbroken(store: &Store) -> u64 {
    let last = newest(store).unwrap_or(0);
    assert_eq!(
        store.count_shown_after(&conversation(1), None, true, |_, _| Some(false)).expect("counts").0 as u64,
        last
    );
    last
}

#[test]
fn a_second_process_is_told_who_has_the_profile() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(create_on_disk(dir.path()));
    let mut holder = child("hold", dir.path());
    let mut acks = acknowledgements(&mut holder);
    assert_eq!(acks.next().as_deref(), Some("open"));
    match open_at(dir.path(), PASSPHRASE, &mut TestRng(3)) {
        Err(StoreError::InUse(pid)) => assert_eq!(pid, holder.id()),
        other => panic!("{other:?}"),
    }
    drop(holder.stdin.take());
    assert!(holder.wait().expect("ends").success());
    open_at(dir.path(), PASSPHRASE, &mut TestRng(3)).expect("opens when it is free");
}

#[test]
fn what_was_acknowledged_survives_the_process_being_killed() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(create_on_disk(dir.path()));
    for round in 0_u64..6 {
        let mut writer = child("write", dir.path());
        let mut acks = acknowledgements(&mut writer);
        // Killed after so many messages: somewhere inside the next commit.
        let wanted = 3 + usize::try_from(round * 13 % 29).expect("small");
        let mut acknowledged = 0;
        for ack in acks.by_ref().take(wanted) {
            acknowledged = ack.parse().expect("a number");
        }
        writer.kill().expect("kills");
        writer.wait().expect("ends");
        acknowledged = acks.last().map_or(acknowledged, |ack| ack.parse().expect("a number"));
        let (store, snapshot) = open_at(dir.path(), PASSPHRASE, &mut TestRng(3)).expect("opens");
        assert!(!snapshot.rolled_back);
        let found = check_unbroken(&store);
        assert!(found >= acknowledged && acknowledged > 0, "{found} found, {acknowledged} acknowledged");
    }
}

/// A mount that goes away with this value.
struct Mount(PathBuf);

impl Mount {
    /// Mounts, or says loudly why the test cannot run here.
    fn new(at: &Path, args: &[&str]) -> Option<Self> {
        fs::create_dir_all(at).expect("makes the folder");
        let mounted = Command::new("mount").args(args).arg(at).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            Ok(output) => skip(&String::from_utf8_lossy(&output.stderr)),
            Err(error) => skip(&error.to_string()),
        }
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).output().ok();
    }
}

fn skip<T>(why: &str) -> Option<T> {
    let line = format!("SKIPPED, this needs the right to mount: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).ok();
    None
}

#[test]
fn a_full_disk_refuses_commits_but_reading_goes_on_and_room_helps() {
    let parent = tempfile::tempdir().expect("a folder");
    let at_ = parent.path().join("small");
    let Some(_mount) = Mount::new(&at_, &["-t", "tmpfs", "-o", "size=120m", "tmpfs"]) else {
        return;
    };
    let dir = at_.join("profile");
    let mut store = create_on_disk(&dir);
    let rng = &mut TestRng(4);
    assert!(store.has_room());
    fs::write(at_.join("ballast"), vec![1; 60 << 20]).expect("writes");
    assert!(!store.has_room(), "people are told before it is too late");
    let mut n = 1;
    let full = loop {
        match store.commit(&[say(at(n, 1, n), &"x".repeat(30_000))], rng) {
            Ok(()) => n += 1,
            Err(error) => break error,
        }
        assert!(n < 10_000, "the disk never fills");
    };
    assert!(matches!(full, StoreError::DiskFull), "{full:?}");
    assert_eq!(check_unbroken(&store), n - 1, "reading goes on");
    let again = store.commit(&[say(at(n, 1, n), &"x".repeat(30_000))], rng);
    assert!(matches!(again, Err(StoreError::DiskFull)), "and the store has not stopped: {again:?}");
    drop(store);
    assert!(matches!(open_at(&dir, PASSPHRASE, rng), Err(StoreError::DiskFull)));
    fs::remove_file(at_.join("ballast")).expect("makes room");
    let (mut store, _) = open_at(&dir, PASSPHRASE, rng).expect("opens");
    assert_eq!(check_unbroken(&store), n - 1);
    store.commit(&[say(at(n, 1, n), "again")], rng).expect("commits");
}

#[test]
fn a_folder_that_cannot_be_written_is_said_to_be_one_and_not_changed() {
    let parent = tempfile::tempdir().expect("a folder");
    let at_ = parent.path().join("small");
    let Some(_mount) = Mount::new(&at_, &["-t", "tmpfs", "-o", "size=120m", "tmpfs"]) else {
        return;
    };
    let dir = at_.join("profile");
    drop(create_on_disk(&dir));
    let before = super::support::bytes_of(&dir);
    let remount =
        |how: &str| Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&at_).status();
    assert!(remount("ro").expect("runs").success());
    assert!(matches!(open_at(&dir, PASSPHRASE, &mut TestRng(5)), Err(StoreError::ReadOnly)));
    assert!(matches!(
        super::support::create_at(&at_.join("new"), PASSPHRASE, &super::support::profile(), &mut TestRng(5)),
        Err(StoreError::ReadOnly)
    ));
    assert!(super::support::bytes_of(&dir) == before);
    assert!(remount("rw").expect("runs").success());
    open_at(&dir, PASSPHRASE, &mut TestRng(5)).expect("opens");
}

/// A filesystem inside a file. Power is cut by copying that file while a process writes: what the filesystem
/// inside still holds in memory is not in the copy.
#[test]
fn what_was_acknowledged_survives_a_loss_of_power() {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let parent = parent.expect("a folder");
    let [image, cut, disk, after] = ["disk", "cut", "mounted", "after"].map(|name| parent.path().join(name));
    let Some(mount) = make_disk(&image, &disk) else {
        return;
    };
    let profile = disk.join("profile");
    drop(create_on_disk(&profile));
    let opened = KeyFile::new(&profile).open(PASSPHRASE).expect("opens the key file");
    let mut writer = child("write", &profile);
    let pid = Pid::from_child(&writer);
    let mut acks = acknowledgements(&mut writer);
    let rounds = std::env::var("UNDERTONE_POWER_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(25);
    for round in 0_usize..rounds {
        let wanted = 3 + round * 7 % 11;
        let acknowledged: u64 =
            acks.by_ref().take(wanted).last().expect("it writes").parse().expect("a number");
        kill_process(pid, Signal::STOP).expect("stops");
        copy_of_one_moment(&image, &cut);
        kill_process(pid, Signal::CONT).expect("goes on");

        let left =
            Mount::new(&after, &["-o", "loop", &cut.display().to_string()]).expect("mounts what is left");
        let dir = after.join("profile");
        let lock = FolderLock::take(&dir).expect("nobody holds what the machine held");
        let (store, snapshot) = Store::open_rows((&dir, lock), &opened, &mut TestRng(6))
            .unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert!(!snapshot.rolled_back);
        let found = check_unbroken(&store);
        assert!(found >= acknowledged, "round {round}: {found} found, {acknowledged} acknowledged");
        drop(store);
        drop(left);
    }
    writer.kill().expect("kills");
    writer.wait().expect("ends");
    drop(mount);
}

/// Copies `image` as it was at one moment. The process that writes to it holds still, somewhere inside a commit,
/// but the kernel may still be writing out what it had taken: a copy that the image still equals afterwards shows
/// the moment between the two readings, any other may be torn as no disk is.
fn copy_of_one_moment(image: &Path, copy: &Path) {
    let run = |program: &str, args: &[&str]| {
        Command::new(program).args(args).args([image, copy]).status().expect("runs").success()
    };
    for _ in 0..100 {
        assert!(run("cp", &["--sparse=always"]));
        if run("cmp", &["-s"]) {
            return;
        }
    }
    panic!("the image never stands still");
}

/// An ext4 filesystem in the file `image`, mounted at `disk`.
fn make_disk(image: &Path, disk: &Path) -> Option<Mount> {
    fs::File::create(image).and_then(|file| file.set_len(128 << 20)).expect("makes the image");
    let made = Command::new("mkfs.ext4").args(["-q", "-F"]).arg(image).output();
    if !made.is_ok_and(|output| output.status.success()) {
        return skip("there is no mkfs.ext4");
    }
    Mount::new(disk, &["-o", "loop", &image.display().to_string()])
}
