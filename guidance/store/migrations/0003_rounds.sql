-- An alert that nobody has is told again and again. Each time is a round, with deliveries of its own, so that
-- what was sent before stays on record. `repeat_at` is when the next round begins, empty while none will.
ALTER TABLE alerts ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN repeat_at TEXT;
UPDATE alerts SET repeat_at = created_at WHERE state = 'active' AND tier = 2;
CREATE INDEX alerts_repeat ON alerts (state, repeat_at);

-- The same table with a round in what makes a delivery unique, which SQLite cannot change in place.
-- `lasting`: it failed in a way that trying again cannot mend. `after_ack`: meant for when somebody has the incident.
CREATE TABLE deliveries_in_rounds (
    id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alerts(id),
    round INTEGER NOT NULL DEFAULT 0,
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
    lasting INTEGER NOT NULL DEFAULT 0,
    after_ack INTEGER NOT NULL DEFAULT 0,
    UNIQUE (alert_id, round, tier, channel, target)
);
INSERT INTO deliveries_in_rounds (id, alert_id, tier, person_id, channel, target, state, attempt, fence, due_at,
                                  lease_until, created_at, finished_at, detail, minimal)
    SELECT id, alert_id, tier, person_id, channel, target, state, attempt, fence, due_at,
           lease_until, created_at, finished_at, detail, minimal FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_in_rounds RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (state, due_at);
