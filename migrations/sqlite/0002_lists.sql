-- Lists over many runs. Each index holds one order together with all that lists are filtered,
-- counted and charted by, so that the row of a run is read only when the run is shown.
DROP INDEX runs_by_time;
DROP INDEX runs_by_service;
DROP INDEX runs_by_verdict;
DROP INDEX runs_by_recovery;
DROP INDEX runs_by_outage;

-- As before: those that never recovered after all that did. No longer computed while reading,
-- because an index that has a computed column is never read instead of the row.
ALTER TABLE runs DROP COLUMN recovery_rank;
ALTER TABLE runs ADD COLUMN recovery_rank INTEGER;
-- The kinds of its faults as a JSON array; `run_faults` has them the other way round.
ALTER TABLE runs ADD COLUMN kinds TEXT NOT NULL DEFAULT '[]';
UPDATE runs SET
    recovery_rank = CASE
        WHEN not_recovered_within IS NULL THEN recovery
        ELSE 4611686018427387904 + min(not_recovered_within, 4611686018427387903)
    END,
    kinds = (SELECT json_group_array(kind) FROM run_faults WHERE run = runs.id);

CREATE INDEX runs_by_time ON runs
    (created, id, service, verdict, kinds, recovery_rank, words);
CREATE INDEX runs_by_service ON runs
    (service, created, id, verdict, kinds, recovery_rank, words);
CREATE INDEX runs_by_service_newest ON runs
    (service, created DESC, id DESC, verdict, kinds, recovery_rank, words);
CREATE INDEX runs_by_recovery ON runs
    (recovery_rank, created, id, service, verdict, kinds, words);
CREATE INDEX runs_by_outage ON runs
    (outage, created, id, service, verdict, kinds, recovery_rank, words);
