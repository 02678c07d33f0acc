//! Bad days: a full disk, a read-only one, a file that must not be touched. For real, on small
//! file systems of their own, which only root can mount; skipped loudly otherwise.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::store::contract::{ended, saved, started};
use app::model::run::Verdict;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A file system of 1 MB that goes away when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mounted() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().to_str().unwrap();
        if run(
            "mount",
            &["-t", "tmpfs", "-o", "size=1m", "hivequake-test", at],
        ) {
            return Some(Self(dir));
        }
        skipped("no tmpfs can be mounted here");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, how: &str) -> bool {
        run(
            "mount",
            &[
                "-o",
                &format!("remount,{how}"),
                self.path().to_str().unwrap(),
            ],
        )
    }

    /// Fills it to the last byte; removing the file makes room again.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        while file.write(&[0; 4096]).is_ok_and(|n| n > 0) {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run("umount", &["--lazy", self.path().to_str().unwrap()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|o| o.status.success())
}

/// Past the test harness, which shows nothing of tests that pass.
fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why} (run it as root)");
}

fn sentence<T: std::fmt::Debug>(answer: Stored<T>) -> String {
    match answer {
        Err(StoreError::NotWritable(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing() {
    let Some(disk) = SmallDisk::mounted() else {
        return;
    };
    let path = disk.path().join("lab.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let run = started(&store, "kept", "web", At(1)).await;
    let filler = disk.fill();

    let big = "x".repeat(200_000);
    let text = DesignText {
        text: &big,
        title: "big",
        service: "web",
        valid: true,
    };
    for _ in 0..3 {
        let said = sentence(
            store
                .save_design(None, text.clone(), Over::Any, At(2))
                .await,
        );
        assert!(
            said.contains("is full") && said.contains("lab.db"),
            "{said}"
        );
        assert!(said.contains("Free some space"), "{said}");
    }
    assert_eq!(store.designs().await.unwrap().len(), 1);
    assert_eq!(store.run(run).await.unwrap().unwrap().id, run);

    // The same store goes on when there is room again.
    std::fs::remove_file(filler).unwrap();
    saved(&store, None, "after", At(3)).await;
    ended(&store, run, Verdict::Held, Figures::default()).await;
    assert_eq!(store.designs().await.unwrap().len(), 2);
}

#[tokio::test]
async fn opening_on_a_full_disk_says_so() {
    let Some(disk) = SmallDisk::mounted() else {
        return;
    };
    let filler = disk.fill();
    let path = disk.path().join("lab.db");
    let said = sentence(SqliteStore::open(&path).await);
    assert!(said.contains("is full"), "{said}");
    std::fs::remove_file(filler).unwrap();
    SqliteStore::open(&path).await.unwrap();
}

#[tokio::test]
async fn a_disk_that_becomes_read_only_is_said() {
    let Some(disk) = SmallDisk::mounted() else {
        return;
    };
    let path = disk.path().join("lab.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let (id, _) = saved(&store, None, "kept", At(1)).await;
    store.close().await;
    if !disk.remount("ro") {
        return skipped("a mount cannot be made read-only here");
    }
    let said = sentence(SqliteStore::open(&path).await);
    assert!(
        said.contains("read-only") && said.contains("Nothing was changed"),
        "{said}"
    );
    let new = sentence(SqliteStore::open(&disk.path().join("new.db")).await);
    assert!(new.contains("new.db is read-only"), "{new}");

    assert!(disk.remount("rw"));
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.design(id, None).await.unwrap().unwrap().text, "kept");
}

/// A file with the immutable flag; root can write what only its permissions forbid.
struct Untouchable<'a>(&'a Path);

impl Drop for Untouchable<'_> {
    fn drop(&mut self) {
        run("chattr", &["-i", self.0.to_str().unwrap()]);
    }
}

#[tokio::test]
async fn a_file_that_must_not_be_written_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lab.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    if !run("chattr", &["+i", path.to_str().unwrap()]) {
        return skipped("the immutable flag cannot be set here");
    }
    let guard = Untouchable(&path);
    let said = sentence(SqliteStore::open(&path).await);
    assert!(said.contains("lab.db is read-only"), "{said}");
    drop(guard);
    SqliteStore::open(&path).await.unwrap();
}

#[tokio::test]
async fn a_place_that_cannot_be_is_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "").unwrap();
    let path = dir.path().join("file/lab.db");
    let said = sentence(SqliteStore::open(&path).await);
    assert!(said.contains("cannot be opened for writing"), "{said}");
    let said = sentence(SqliteStore::open(dir.path()).await);
    assert!(said.contains("cannot be opened for writing"), "{said}");
}
