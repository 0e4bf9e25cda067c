-- Lists are ordered and paged by index, whatever their size. Each index ends in the moment and the id, which together
-- say where a page goes on.

-- Held back: its alert waits because one phone sent so many. Kept on the incident, because the board orders by it.
ALTER TABLE incidents ADD COLUMN held_back INTEGER NOT NULL DEFAULT 0;
UPDATE incidents SET held_back = 1 WHERE id IN (SELECT incident_id FROM alerts WHERE tier = 0);
CREATE TRIGGER alerts_held_back AFTER INSERT ON alerts WHEN new.tier = 0
BEGIN
    UPDATE incidents SET held_back = 1 WHERE id = new.incident_id;
END;
CREATE TRIGGER alerts_held_back_changed AFTER UPDATE OF tier ON alerts WHEN (old.tier = 0) <> (new.tier = 0)
BEGIN
    UPDATE incidents SET held_back = (new.tier = 0) WHERE id = new.incident_id;
END;
CREATE TRIGGER alerts_held_back_gone AFTER DELETE ON alerts WHEN old.tier = 0
BEGIN
    UPDATE incidents SET held_back = 0 WHERE id = old.incident_id;
END;

-- 0 verified, 1 verified and held back, 2 not verified.
ALTER TABLE incidents ADD COLUMN shelf INTEGER
    GENERATED ALWAYS AS (CASE WHEN verified = 0 THEN 2 WHEN held_back <> 0 THEN 1 ELSE 0 END) VIRTUAL;
DROP INDEX incidents_site;
CREATE INDEX incidents_by_age ON incidents (shelf, state, opened_at, id);
CREATE INDEX incidents_by_site ON incidents (site_id, shelf, state, opened_at, id);
CREATE INDEX incidents_by_kind ON incidents (kind, shelf, state, opened_at, id);
CREATE INDEX incidents_by_urgency ON incidents (urgency, shelf, state, opened_at, id);
CREATE INDEX incidents_by_holder ON incidents (acknowledged_by, shelf, state, opened_at, id);

-- `newest` is 1 on the revision of a run that counts. Of runs of nobody neither class nor site is known.
ALTER TABLE practice_runs ADD COLUMN newest INTEGER NOT NULL DEFAULT 1;
UPDATE practice_runs SET newest = 0
    WHERE revision < (SELECT max(revision) FROM practice_runs AS later WHERE later.id = practice_runs.id);
ALTER TABLE practice_runs ADD COLUMN of_nobody INTEGER
    GENERATED ALWAYS AS (class_id IS NULL AND site_id IS NULL) VIRTUAL;
DROP INDEX practice_runs_scenario;
DROP INDEX practice_runs_class;
DROP INDEX practice_runs_site;
CREATE INDEX practice_runs_newest ON practice_runs (of_nobody, received_at, id) WHERE newest = 1;
CREATE INDEX practice_runs_scenario ON practice_runs (scenario_id, of_nobody, received_at, id) WHERE newest = 1;
CREATE INDEX practice_runs_class
    ON practice_runs (class_id, participant_id, scenario_id, passed, received_at) WHERE newest = 1;
CREATE INDEX practice_runs_class_recent ON practice_runs (class_id, received_at, id) WHERE newest = 1;
CREATE INDEX practice_progress_participant ON practice_progress (participant_id, scenario_id, at);
CREATE INDEX practice_runs_site ON practice_runs (site_id, received_at, id) WHERE newest = 1;
CREATE INDEX practice_runs_site_person
    ON practice_runs (site_id, coalesce(participant_id, device_id, id)) WHERE newest = 1;

CREATE INDEX practice_classes_listed ON practice_classes (ended_at IS NOT NULL, created_at DESC, id);
CREATE INDEX practice_assignments_due ON practice_assignments (due_on) WHERE withdrawn_at IS NULL;
CREATE INDEX scenario_drafts_person ON scenario_drafts (person_id, updated_at, id);
CREATE INDEX devices_site ON devices (site_id, enrolled_at, id) WHERE revoked_at IS NULL;
CREATE INDEX devices_site_seen ON devices (site_id, seen_at) WHERE revoked_at IS NULL;
CREATE INDEX join_codes_site ON join_codes (site_id, expires_at) WHERE revoked_at IS NULL;
CREATE INDEX person_roles_site ON person_roles (site_id, role);
CREATE INDEX person_roles_agency ON person_roles (agency_id, role);
DROP INDEX certificates_site;
CREATE INDEX certificates_site ON certificates (site_id, issued_at);
CREATE INDEX certificates_remind ON certificates (issued_at, id) WHERE reminder_email IS NOT NULL;
