-- Whether the longest outage was not over when the run ended: it lasted at least as long.
ALTER TABLE runs ADD COLUMN outage_open INTEGER NOT NULL DEFAULT 0;
