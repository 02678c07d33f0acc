//! Which process executes a run, and whether that process is still alive.
//!
//! Guarantee: a process is taken for alive exactly as long as it holds the lock on its file. The
//! kernel lets go of the lock when the process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// The file that whoever recovers has locked.
const RECOVERING: &str = "recovering";

/// How long one waits for another that recovers.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often is looked whether it is done.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// This process, as the owner of runs.
#[derive(Debug)]
pub struct Owner {
    name: String,
    folder: PathBuf,
    _lock: File,
}

impl Owner {
    /// Takes a fresh name in a folder that all processes with the same store share.
    pub fn take(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let name = Uuid::now_v7().to_string();
        let lock = File::create_new(folder.join(&name))?;
        lock.try_lock().map_err(io::Error::from)?;
        Ok(Self {
            name,
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    /// The name that runs carry.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Waits until no other task of any process with the same store takes up what was left; two
    /// would write over each other. None where that cannot be told, or one takes far too long.
    pub async fn alone(&self) -> Option<File> {
        let file = File::create(self.folder.join(RECOVERING));
        let file = file.inspect_err(|error| tracing::warn!(%error, "recovering beside others"));
        let (file, deadline) = (file.ok()?, Instant::now() + PATIENCE);
        while file.try_lock().is_err() {
            if Instant::now() > deadline {
                tracing::warn!("another process has been recovering for too long");
                return None;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Some(file)
    }

    /// Whether a process, by its name, still lives. Itself always does.
    pub fn is_alive(&self, name: &str) -> bool {
        if name == self.name {
            return true;
        }
        // A name comes from the database: only what this type made is looked up as a file.
        if Uuid::parse_str(name).is_err() {
            return false;
        }
        let path = self.folder.join(name);
        let Ok(file) = File::open(&path) else {
            return false;
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => true,
            Ok(()) | Err(TryLockError::Error(_)) => {
                let _ = fs::remove_file(&path);
                false
            }
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.folder.join(&self.name));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use futures::FutureExt;

    #[test]
    fn lives_as_long_as_it_holds_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let one = Owner::take(folder.path()).unwrap();
        let other = Owner::take(folder.path()).unwrap();
        assert!(one.is_alive(one.name()));
        assert!(one.is_alive(other.name()));
        let name = other.name().to_owned();
        drop(other);
        assert!(!one.is_alive(&name));
    }

    #[tokio::test]
    async fn one_recovers_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let one = Owner::take(folder.path()).unwrap();
        let other = Owner::take(folder.path()).unwrap();
        let held = one.alone().await;
        assert!(held.is_some());
        let mut waiting = Box::pin(other.alone());
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(held);
        assert!(waiting.await.is_some());
    }

    #[test]
    fn a_file_without_a_lock_is_a_dead_process() {
        let folder = tempfile::tempdir().unwrap();
        let one = Owner::take(folder.path()).unwrap();
        let name = Uuid::now_v7().to_string();
        File::create(folder.path().join(&name)).unwrap();
        assert!(!one.is_alive(&name));
        assert!(!one.is_alive("../../etc/passwd"));
    }
}
