//! File systems that exist only in files and memory of this computer, taken down when they go out of scope.
//! Knows nothing of the messenger. Needs root and loop devices.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::place::{need, run};

/// Something that is mounted.
pub(crate) struct Mounted {
    pub(crate) at: PathBuf,
}

impl Mounted {
    /// A new file system in memory.
    pub(crate) fn memory(at: &Path, size: &str) -> Self {
        Self::mount(at, &["-t", "tmpfs", "-o", &format!("size={size}"), "none"])
    }

    /// What is in an image file.
    pub(crate) fn image(image: &Path, at: &Path) -> Self {
        Self::mount(at, &["-o", "loop", path(image)])
    }

    /// A new ext4 in a new image file of so many MiB.
    pub(crate) fn new_image(image: &Path, mebibytes: u64, at: &Path) -> Self {
        need("mkfs.ext4");
        std::fs::File::create(image).unwrap().set_len(mebibytes << 20).unwrap();
        run("mkfs.ext4", &["-q", "-F", path(image)]);
        Self::image(image, at)
    }

    fn mount(at: &Path, what: &[&str]) -> Self {
        need("mount");
        std::fs::create_dir_all(at).unwrap();
        run("mount", &[what, &[path(at)]].concat());
        Self { at: at.to_owned() }
    }

    pub(crate) fn read_only(&self) {
        run("mount", &["-o", "remount,ro", path(&self.at)]);
    }

    /// Copies a file of this file system at one moment: nothing is written while it is copied.
    pub(crate) fn snapshot(&self, file: &Path, to: &Path) {
        need("fsfreeze");
        run("fsfreeze", &["-f", path(&self.at)]);
        let copied = Command::new("cp").args(["--sparse=always", path(file), path(to)]).status();
        run("fsfreeze", &["-u", path(&self.at)]);
        assert!(copied.unwrap().success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.at).output().ok();
    }
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
