//! The database's error codes in sentences for people.
//!
//! Guarantee: a database that cannot be written is always [`StoreError::NotWritable`], with the
//! file's name and what to do.

use crate::store::StoreError;
use sqlx::migrate::MigrateError;
use std::io;
use std::path::Path;

/// The primary codes of <https://www.sqlite.org/rescode.html> that have a sentence of their own.
mod code {
    pub const PERM: u32 = 3;
    pub const READONLY: u32 = 8;
    pub const IOERR: u32 = 10;
    pub const CORRUPT: u32 = 11;
    pub const FULL: u32 = 13;
    pub const CANTOPEN: u32 = 14;
    pub const NOTADB: u32 = 26;
    /// An extended code: somebody moved or removed the file while it was open.
    pub const READONLY_DBMOVED: u32 = 1032;
}

/// `SQLite` does not say which file it could not open: the database or one of those beside it.
const CANTOPEN: &str = "it, its directory or its file system may be read-only";

/// What an error of the database at `path` means.
pub(super) fn explain(path: &Path, error: sqlx::Error) -> StoreError {
    let sentence = match extended_code(&error) {
        Some(code::READONLY_DBMOVED) => moved(path),
        Some(extended) => match extended & 0xff {
            code::FULL => full(path),
            code::READONLY | code::PERM => read_only(path),
            code::CANTOPEN => not_opened(path, CANTOPEN),
            code::IOERR => disk_error(path, &error),
            code::CORRUPT | code::NOTADB => return damaged(path, &error),
            _ => return StoreError::Database(error),
        },
        None => return StoreError::Database(error),
    };
    StoreError::NotWritable(sentence)
}

/// What it means that the file or its directory could not be made or locked.
pub(super) fn explain_io(path: &Path, error: &io::Error) -> StoreError {
    StoreError::NotWritable(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => full(path),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => read_only(path),
        _ => not_opened(path, &error.to_string()),
    })
}

/// What it means that the database could not be brought to this version.
pub(super) fn explain_migration(path: &Path, error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            explain(path, error)
        }
        MigrateError::VersionMissing(_)
        | MigrateError::VersionTooNew(..)
        | MigrateError::VersionMismatch(_) => StoreError::Corrupt(format!(
            "{} was written by another version of Hivequake, probably a newer one",
            path.display()
        )),
        other => StoreError::Corrupt(format!("{}: {other}", path.display())),
    }
}

fn extended_code(error: &sqlx::Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse().ok()
}

fn full(path: &Path) -> String {
    format!(
        "The disk that holds the database {} is full. What was stored before is untouched; \
         nothing new can be stored. Free some space there and try again.",
        path.display()
    )
}

fn read_only(path: &Path) -> String {
    format!(
        "The database {} is read-only: the file, its directory or the file system does not let \
         the lab write. Nothing was changed. Allow this user to write there, or choose another \
         place for the database.",
        path.display()
    )
}

fn moved(path: &Path) -> String {
    format!(
        "The database {} was moved or removed while the lab had it open. Nothing more can be \
         stored. Put the file back and start the lab again.",
        path.display()
    )
}

fn not_opened(path: &Path, why: &str) -> String {
    format!(
        "The database {} cannot be opened for writing ({why}). Nothing was changed. See that its \
         directory exists and that this user may write there, or choose another place for it.",
        path.display()
    )
}

fn disk_error(path: &Path, error: &sqlx::Error) -> String {
    tracing::error!(%error, path = %path.display(), "the disk under the database reports errors");
    format!(
        "The disk that holds the database {} reports errors. What was stored before was not \
         changed; nothing new can be stored. See that the disk is there, has space and is \
         healthy, then try again.",
        path.display()
    )
}

fn damaged(path: &Path, error: &sqlx::Error) -> StoreError {
    tracing::error!(%error, path = %path.display(), "the database cannot be read");
    StoreError::Corrupt(format!(
        "{} is no database of Hivequake, or is damaged",
        path.display()
    ))
}
