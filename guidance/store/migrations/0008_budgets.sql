-- What phones that have not joined a site made this database keep: rows and bytes, by kind and by hour of the clock.
-- The hour `all` is the sum of what is still here. Counted in the commit that keeps the rows.
CREATE TABLE stranger_spending (
    kind TEXT NOT NULL CHECK (kind IN ('report', 'practice', 'class')),
    hour TEXT NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (kind, hour)
);
INSERT INTO stranger_spending (kind, hour, rows, bytes)
    SELECT 'report', 'all', count(*), coalesce(sum(length(body) + length(receipt)), 0)
    FROM report_revisions JOIN reports ON reports.id = report_id WHERE device_id IS NULL;
INSERT INTO stranger_spending (kind, hour, rows, bytes)
    SELECT 'practice', 'all', count(*), coalesce(sum(length(body) + length(receipt)), 0)
    FROM practice_runs WHERE device_id IS NULL AND participant_id IS NULL;
INSERT INTO stranger_spending (kind, hour, rows, bytes)
    SELECT 'class', 'all', count(*), coalesce(sum(length(body) + length(receipt)), 0)
    FROM practice_runs WHERE device_id IS NULL AND participant_id IS NOT NULL;

-- Revisions by anyone but the phone that filed the report. They stand apart, so that nobody who knows a report's id can
-- take a revision number of that phone. The phone may also push one of these out of `report_revisions`.
CREATE TABLE report_additions (
    report_id TEXT NOT NULL REFERENCES reports(id),
    revision INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    protocol_hash TEXT NOT NULL,
    trail_problem TEXT NOT NULL DEFAULT '',
    verified INTEGER NOT NULL,
    sent_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    receipt TEXT NOT NULL,
    apart TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (report_id, revision, sha256)
);

-- Texts that a phone sent where a code belongs and that no published version knows: a JSON list of places and texts.
ALTER TABLE report_revisions ADD COLUMN apart TEXT NOT NULL DEFAULT '[]';
ALTER TABLE practice_runs ADD COLUMN apart TEXT NOT NULL DEFAULT '[]';

-- Revisions of a practice run by anyone but the trainee or phone whose run it is. No result is counted from here.
CREATE TABLE practice_runs_apart (
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    receipt TEXT NOT NULL,
    participant_id TEXT,
    device_id TEXT,
    received_at TEXT NOT NULL,
    PRIMARY KEY (id, revision, sha256)
);
CREATE INDEX practice_runs_apart_received ON practice_runs_apart (received_at);
CREATE INDEX practice_runs_nobody ON practice_runs (received_at) WHERE device_id IS NULL AND participant_id IS NULL;

-- Which code a phone joined by, to bound how many one code lets in within an hour, and when a code last met that bound.
ALTER TABLE devices ADD COLUMN code_hash TEXT;
CREATE INDEX devices_code ON devices (code_hash, enrolled_at);
ALTER TABLE join_codes ADD COLUMN limited_at TEXT;
