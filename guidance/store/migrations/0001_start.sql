-- Times are UTC text as 2026-11-24T15:04:05.123Z. Ids are UUIDs in lower case unless said otherwise.

CREATE TABLE agencies (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL
);

CREATE TABLE sites (
    id TEXT PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies(id),
    name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('school', 'hospital', 'shelter', 'garage', 'office', 'park')),
    UNIQUE (agency_id, name)
);

-- Whom the desk calls. A contact belongs to one site, or to an agency and so to each of its sites.
CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    site_id TEXT REFERENCES sites(id),
    agency_id TEXT REFERENCES agencies(id),
    role TEXT NOT NULL,
    label TEXT NOT NULL,
    phone TEXT NOT NULL,
    checked_on TEXT NOT NULL,
    fictional INTEGER NOT NULL DEFAULT 0,
    position INTEGER NOT NULL DEFAULT 0,
    CHECK ((site_id IS NULL) <> (agency_id IS NULL))
);

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    on_duty INTEGER NOT NULL DEFAULT 1,
    disabled_at TEXT
);

-- A role holds for a site, for an agency's sites, or (both empty) for the whole city.
CREATE TABLE person_roles (
    person_id TEXT NOT NULL REFERENCES people(id),
    role TEXT NOT NULL,
    agency_id TEXT REFERENCES agencies(id),
    site_id TEXT REFERENCES sites(id),
    CHECK (agency_id IS NULL OR site_id IS NULL)
);
CREATE UNIQUE INDEX person_roles_once
    ON person_roles (person_id, role, ifnull(agency_id, ''), ifnull(site_id, ''));

CREATE TABLE sign_in_links (
    token_hash TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people(id),
    expires_at TEXT NOT NULL,
    used_at TEXT
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people(id),
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    ended_at TEXT
);

CREATE TABLE join_codes (
    code_hash TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites(id),
    created_by TEXT REFERENCES people(id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
);

-- Every failed try of a join code, so that guessing is slowed across restarts and processes.
CREATE TABLE join_failures (
    at TEXT NOT NULL
);
CREATE INDEX join_failures_at ON join_failures (at);

CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    site_id TEXT NOT NULL REFERENCES sites(id),
    enrolled_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    revoked_at TEXT
);

CREATE TABLE push_subscriptions (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people(id),
    endpoint TEXT NOT NULL UNIQUE,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    created_at TEXT NOT NULL,
    proven_at TEXT,
    gone_at TEXT
);
CREATE INDEX push_subscriptions_person ON push_subscriptions (person_id);

-- Every version that was ever published, so that an old trail can be replayed.
CREATE TABLE protocol_versions (
    hash TEXT PRIMARY KEY,
    protocol_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    published_at TEXT NOT NULL
);

CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    site_id TEXT REFERENCES sites(id),
    verified INTEGER NOT NULL,
    urgency TEXT NOT NULL CHECK (urgency IN ('urgent', 'normal', 'low')),
    state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'closed')),
    opened_at TEXT NOT NULL,
    acknowledged_at TEXT,
    acknowledged_by TEXT REFERENCES people(id),
    closed_at TEXT,
    closed_by TEXT REFERENCES people(id),
    close_reason TEXT
);
CREATE INDEX incidents_opened ON incidents (opened_at);
CREATE INDEX incidents_site ON incidents (site_id);

CREATE TABLE reports (
    id TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents(id),
    device_id TEXT REFERENCES devices(id),
    received_at TEXT NOT NULL
);
CREATE INDEX reports_incident ON reports (incident_id);

-- What the phone sent, unchanged. `trail_problem` is empty when the trail replays on its protocol version.
CREATE TABLE report_revisions (
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
    PRIMARY KEY (report_id, revision)
);

-- Other content that came under a revision that was already there: kept, never written over it.
CREATE TABLE report_variants (
    report_id TEXT NOT NULL REFERENCES reports(id),
    revision INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    verified INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (report_id, revision, sha256)
);

-- The incident's timeline. `data` is JSON; `person_id` is who did it, empty for the system and for a device.
CREATE TABLE incident_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id TEXT NOT NULL REFERENCES incidents(id),
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    person_id TEXT REFERENCES people(id),
    data TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX incident_events_incident ON incident_events (incident_id);

-- One alert an incident. `next_tier_at` is when the next tier is told, empty once there is none.
CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL UNIQUE REFERENCES incidents(id),
    urgency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'acknowledged', 'closed')),
    tier INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    next_tier_at TEXT
);
CREATE INDEX alerts_due ON alerts (state, next_tier_at);

-- One attempt to reach one device or address. `fence` rises with each lease, so that a worker that
-- slept through its lease cannot record a result over its successor's.
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alerts(id),
    tier INTEGER NOT NULL,
    person_id TEXT NOT NULL REFERENCES people(id),
    channel TEXT NOT NULL CHECK (channel IN ('push', 'email')),
    target TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'sent', 'failed', 'cancelled')),
    attempt INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    due_at TEXT NOT NULL,
    lease_until TEXT,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    detail TEXT NOT NULL DEFAULT '',
    minimal INTEGER NOT NULL DEFAULT 0,
    UNIQUE (alert_id, tier, channel, target)
);
CREATE INDEX deliveries_due ON deliveries (state, due_at);

CREATE TABLE worker_beats (
    worker_id TEXT PRIMARY KEY,
    at TEXT NOT NULL
);

-- What was done and by whom: one row in the same commit as the act, never changed.
CREATE TABLE log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log
BEGIN
    SELECT RAISE(ABORT, 'the log is never changed');
END;
CREATE TRIGGER log_is_never_deleted BEFORE DELETE ON log
BEGIN
    SELECT RAISE(ABORT, 'the log is never deleted');
END;

-- Read only where the setting test_clock is on: seconds that tests add to the system's time.
CREATE TABLE test_clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    offset_seconds REAL NOT NULL
);
