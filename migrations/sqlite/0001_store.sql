-- What the lab remembers, first version. Ids are UUIDs as text, times microseconds since 1970
-- (UTC), documents JSON. Words of phases and verdicts are those of the documents.

CREATE TABLE designs (
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    title   TEXT    NOT NULL,
    service TEXT    NOT NULL,
    valid   INTEGER NOT NULL CHECK (valid IN (0, 1)),
    changed INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (id, version)
) STRICT;

-- Narrow rows, because lists read many of them; the document lies in `experiments`.
CREATE TABLE runs (
    id          TEXT    NOT NULL PRIMARY KEY,
    design      TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    title       TEXT    NOT NULL,
    service     TEXT    NOT NULL,
    fault       TEXT    NOT NULL,
    seed        INTEGER NOT NULL, -- 64 bits, of which the first is no sign
    repeat      INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    owner       TEXT    NOT NULL,
    phase       TEXT    NOT NULL,
    ended       INTEGER,
    verdict     TEXT,
    reason      TEXT    NOT NULL DEFAULT '',
    left_behind TEXT    NOT NULL DEFAULT '[]',
    abort_why   TEXT,
    -- What a search looks at: title, service and reason, in lower case.
    words       TEXT    NOT NULL,
    recovery    INTEGER,
    not_recovered_within INTEGER,
    outage      INTEGER,
    -- How runs sort by recovery: those that never recovered after all that did.
    recovery_rank INTEGER AS (
        CASE
            WHEN not_recovered_within IS NULL THEN recovery
            ELSE 4611686018427387904 + min(not_recovered_within, 4611686018427387903)
        END
    ) VIRTUAL,
    FOREIGN KEY (design, version) REFERENCES designs (id, version),
    CHECK ((phase = 'done') = (verdict IS NOT NULL)),
    CHECK ((phase = 'done') = (ended IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Two people launching on one target: the database itself lets one of them in.
CREATE UNIQUE INDEX one_run_per_target ON runs (service) WHERE phase <> 'done';
CREATE INDEX runs_by_time ON runs (created, id);
CREATE INDEX runs_by_service ON runs (service, created, id);
CREATE INDEX runs_by_verdict ON runs (verdict, created, id);
CREATE INDEX runs_by_recovery ON runs (recovery_rank, created, id);
CREATE INDEX runs_by_outage ON runs (outage, created, id);
CREATE INDEX runs_by_design ON runs (design, created, id, version);

CREATE TABLE run_faults (
    run  TEXT NOT NULL REFERENCES runs (id),
    kind TEXT NOT NULL,
    PRIMARY KEY (run, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_faults_by_kind ON run_faults (kind, run);

CREATE TABLE experiments (
    run  TEXT NOT NULL PRIMARY KEY REFERENCES runs (id),
    body TEXT NOT NULL
) STRICT;

-- The live stream of a run that is on; when it is over, its events move into `evidence`.
CREATE TABLE items (
    run  TEXT    NOT NULL REFERENCES runs (id),
    seq  INTEGER NOT NULL CHECK (seq >= 1),
    body TEXT    NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE samples (
    run   TEXT    NOT NULL REFERENCES runs (id),
    probe INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    body  BLOB    NOT NULL, -- see server/src/store/samples.rs
    PRIMARY KEY (run, probe, chunk)
) STRICT;

CREATE TABLE evidence (
    run  TEXT NOT NULL REFERENCES runs (id),
    kind TEXT NOT NULL,
    body BLOB NOT NULL, -- JSON, zlib: a snapshot of many containers repeats itself
    PRIMARY KEY (run, kind)
) STRICT;

CREATE TABLE undo (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    run     TEXT    NOT NULL REFERENCES runs (id),
    fault   INTEGER NOT NULL,
    undo    TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
    changed INTEGER NOT NULL
) STRICT;
CREATE INDEX open_undo ON undo (id) WHERE settled = 0;
CREATE INDEX undo_by_run ON undo (run, id);

CREATE TABLE shares (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    run        TEXT    NOT NULL REFERENCES runs (id),
    token_hash TEXT    NOT NULL UNIQUE,
    made       INTEGER NOT NULL,
    expires    INTEGER,
    revoked    INTEGER
) STRICT;
CREATE INDEX shares_by_run ON shares (run, id);

CREATE TABLE hold (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    who   TEXT    NOT NULL,
    since INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    body TEXT    NOT NULL
) STRICT;
