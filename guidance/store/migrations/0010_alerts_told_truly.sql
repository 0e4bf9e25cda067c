-- Which worker holds a delivery: another takes it over only once that worker gives no sign of life, whatever the clock
-- says. `summary`: of how many alerts this one message tells (0: of its own alone).
ALTER TABLE deliveries ADD COLUMN holder TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN summary INTEGER NOT NULL DEFAULT 0;

-- An alert that was too old to help when a worker came back, and was told together with others. Empty for all others.
ALTER TABLE alerts ADD COLUMN folded_at TEXT;
-- Young alerts that nobody has are looked at again and again, old ones never.
CREATE INDEX alerts_raised ON alerts (created_at) WHERE state = 'active';
CREATE INDEX alerts_repeated ON alerts (created_at) WHERE state = 'active' AND repeat_at IS NOT NULL;

-- `session_hash`: the session in which this browser asked for alerts; signing out there ends them. `refused_at`: its push
-- service has refused us for good since the last message it took, which voids the proof.
ALTER TABLE push_subscriptions ADD COLUMN session_hash TEXT;
ALTER TABLE push_subscriptions ADD COLUMN refused_at TEXT;
CREATE INDEX push_subscriptions_session ON push_subscriptions (session_hash) WHERE session_hash IS NOT NULL;

-- Why a browser of someone gets no alerts any more, until the person was told and turned them on again.
CREATE TABLE push_losses (
    person_id TEXT NOT NULL REFERENCES people(id),
    why TEXT NOT NULL CHECK (why IN ('gone', 'refused', 'taken_over')),
    at TEXT NOT NULL,
    PRIMARY KEY (person_id, why)
);

-- An address gets nothing but one question until its owner has answered it.
ALTER TABLE certificates ADD COLUMN confirm_hash TEXT;
ALTER TABLE certificates ADD COLUMN confirm_sent_at TEXT;
ALTER TABLE certificates ADD COLUMN confirmed_at TEXT;
CREATE INDEX certificates_waiting ON certificates (reminder_email) WHERE reminder_email IS NOT NULL;
CREATE INDEX certificates_confirm ON certificates (confirm_hash) WHERE confirm_hash IS NOT NULL;

-- When practice last wrote to an address, kept as a keyed hash for a few days: at most one message an address and day.
CREATE TABLE practice_mail (
    address_hash TEXT PRIMARY KEY,
    at TEXT NOT NULL
);
