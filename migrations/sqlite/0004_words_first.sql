-- A search that finds little reads a whole index: what it looks at stands before what it does not.
DROP INDEX runs_by_time;
DROP INDEX runs_by_service;
DROP INDEX runs_by_service_newest;
DROP INDEX runs_by_recovery;
DROP INDEX runs_by_outage;

CREATE INDEX runs_by_time ON runs
    (created, id, words, service, verdict, kinds, recovery_rank);
CREATE INDEX runs_by_service ON runs
    (service, created, id, words, verdict, kinds, recovery_rank);
CREATE INDEX runs_by_service_newest ON runs
    (service, created DESC, id DESC, words, verdict, kinds, recovery_rank);
CREATE INDEX runs_by_recovery ON runs
    (recovery_rank, created, id, words, service, verdict, kinds);
CREATE INDEX runs_by_outage ON runs
    (outage, created, id, words, service, verdict, kinds, recovery_rank);
