-- Practice: apart from everything real. No table here refers to an incident, report, alert or delivery.

CREATE TABLE practice_classes (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('class', 'tabletop')),
    trainer_id TEXT NOT NULL REFERENCES people(id),
    agency_id TEXT REFERENCES agencies(id),
    scenario_ids TEXT NOT NULL,
    revealed INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    ended_at TEXT
);

-- A nickname or staff id that the trainee chose; nothing else is known of a trainee.
CREATE TABLE practice_participants (
    id TEXT PRIMARY KEY,
    class_id TEXT NOT NULL REFERENCES practice_classes(id),
    nickname TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    joined_at TEXT NOT NULL
);
CREATE INDEX practice_participants_class ON practice_participants (class_id);

-- What a phone sent of one run, unchanged, and what the server made of it.
CREATE TABLE practice_runs (
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    scenario_id TEXT NOT NULL,
    scenario_hash TEXT NOT NULL,
    protocol_hash TEXT NOT NULL,
    class_id TEXT REFERENCES practice_classes(id),
    participant_id TEXT REFERENCES practice_participants(id),
    device_id TEXT REFERENCES devices(id),
    site_id TEXT REFERENCES sites(id),
    site_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    receipt TEXT NOT NULL,
    outcome TEXT NOT NULL,
    passed INTEGER NOT NULL,
    seconds_to_outcome REAL,
    seconds_to_alert REAL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (id, revision)
);
CREATE INDEX practice_runs_scenario ON practice_runs (scenario_id);
CREATE INDEX practice_runs_class ON practice_runs (class_id);
CREATE INDEX practice_runs_site ON practice_runs (site_id, received_at);

-- Where a trainee of a class stands right now; only the newest.
CREATE TABLE practice_progress (
    run_id TEXT PRIMARY KEY,
    participant_id TEXT NOT NULL REFERENCES practice_participants(id),
    scenario_id TEXT NOT NULL,
    position TEXT NOT NULL,
    answers INTEGER NOT NULL,
    alerted INTEGER NOT NULL,
    at TEXT NOT NULL
);

CREATE TABLE practice_assignments (
    id TEXT PRIMARY KEY,
    scenario_id TEXT NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites(id),
    from_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES people(id),
    created_at TEXT NOT NULL,
    withdrawn_at TEXT
);
CREATE INDEX practice_assignments_site ON practice_assignments (site_id, due_on);

-- Notes of a tabletop, and the actions agreed in its hot-wash.
CREATE TABLE practice_notes (
    id TEXT PRIMARY KEY,
    class_id TEXT NOT NULL REFERENCES practice_classes(id),
    at TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people(id),
    kind TEXT NOT NULL CHECK (kind IN ('note', 'action')),
    text TEXT NOT NULL,
    owner TEXT NOT NULL DEFAULT '',
    due_on TEXT NOT NULL DEFAULT '',
    done_at TEXT
);
CREATE INDEX practice_notes_class ON practice_notes (class_id);

CREATE TABLE scenario_drafts (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people(id),
    title TEXT NOT NULL,
    yaml TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

-- Whoever holds the code shows the certificate; the holder's name never reaches the server.
CREATE TABLE certificates (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    site_type TEXT NOT NULL,
    site_id TEXT REFERENCES sites(id),
    issued_at TEXT NOT NULL,
    protocols TEXT NOT NULL,
    runs TEXT NOT NULL,
    reminder_email TEXT,
    reminded_at TEXT
);
CREATE INDEX certificates_site ON certificates (site_id);

ALTER TABLE sites ADD COLUMN staff_count INTEGER;
