//! How the database file is made, opened and brought to this version.
//!
//! Guarantee: a new file is readable by its owner alone; however many processes open it at the
//! same moment, it is set up once.

use super::trouble::{explain, explain_io, explain_migration};
use super::{SqliteStore, Store as _};
use crate::store::Stored;
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// How long to wait while another process writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Readers at the same time; each holds a thread and up to [`CACHE`] of pages.
const READERS: u32 = 4;

/// What a reader keeps of the file, in the words of `SQLite` (below zero: KiB). The index that is
/// read to count 10,000 runs takes 2 MB, as much as is kept by default: then each look through it
/// throws out the pages that the next one begins with, and all are read from the file again.
const CACHE: &str = "-8000";

impl SqliteStore {
    /// Opens the database, making it and its directory where they are missing.
    ///
    /// [`crate::store::StoreError::NotWritable`] when it cannot be written, [`crate::store::StoreError::Corrupt`] when it is
    /// no database, or one of a newer version.
    pub async fn open(path: &Path) -> Stored<Self> {
        let path = std::path::absolute(path).map_err(|e| explain_io(path, &e))?;
        let only_one = alone(&path).await.map_err(|e| explain_io(&path, &e))?;
        let writer = writer(&path).await.map_err(|e| explain(&path, e))?;
        MIGRATIONS
            .run(&writer)
            .await
            .map_err(|e| explain_migration(&path, e))?;
        drop(only_one);
        let store = Self {
            readers: readers(&path),
            writer,
            path,
        };
        store.check_writable().await?;
        Ok(store)
    }
}

/// Makes the file where it is missing, and holds off other processes that open it until the
/// answer is dropped: neither switching to WAL nor migrating waits by itself.
async fn alone(path: &Path) -> io::Result<File> {
    let path = path.to_owned();
    let work = move || {
        let directory = directory(&path);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)?;
        let lock = File::open(&directory)?;
        lock.lock()?;
        make(&path, &lock)?;
        Ok(lock)
    };
    tokio::task::spawn_blocking(work).await?
}

fn directory(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).to_owned()
}

/// Makes an empty file. One that is there is not even opened: closing it again would drop the
/// locks that this process has on it.
fn make(path: &Path, directory: &File) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(_) => directory.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

async fn writer(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE);
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}

fn readers(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .pragma("cache_size", CACHE)
        .busy_timeout(PATIENCE);
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_lazy_with(options)
}
