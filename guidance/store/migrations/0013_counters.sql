-- What pages count, kept by the transaction that changes it, so that a count costs the same at a million rows.

-- Incidents by site ('' where none is known), shelf and state.
CREATE TABLE incident_counts (
    site_id TEXT NOT NULL,
    shelf INTEGER NOT NULL,
    state TEXT NOT NULL,
    many INTEGER NOT NULL,
    PRIMARY KEY (site_id, shelf, state)
) WITHOUT ROWID;
INSERT INTO incident_counts SELECT ifnull(site_id, ''), shelf, state, count(*) FROM incidents GROUP BY 1, 2, 3;
CREATE TRIGGER incidents_counted AFTER INSERT ON incidents
BEGIN
    INSERT INTO incident_counts VALUES (ifnull(new.site_id, ''), new.shelf, new.state, 1)
        ON CONFLICT DO UPDATE SET many = many + 1;
END;
CREATE TRIGGER incidents_recounted AFTER UPDATE ON incidents
    WHEN old.site_id IS NOT new.site_id OR old.shelf <> new.shelf OR old.state <> new.state
BEGIN
    UPDATE incident_counts SET many = many - 1
        WHERE site_id = ifnull(old.site_id, '') AND shelf = old.shelf AND state = old.state;
    INSERT INTO incident_counts VALUES (ifnull(new.site_id, ''), new.shelf, new.state, 1)
        ON CONFLICT DO UPDATE SET many = many + 1;
END;
CREATE TRIGGER incidents_uncounted AFTER DELETE ON incidents
BEGIN
    UPDATE incident_counts SET many = many - 1
        WHERE site_id = ifnull(old.site_id, '') AND shelf = old.shelf AND state = old.state;
END;

-- The newest event of each site's verified incidents: whether a watcher of some sites has anything to load.
CREATE TABLE site_news (
    site_id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO site_news
    SELECT site_id, max(seq) FROM incident_events JOIN incidents ON incidents.id = incident_id
    WHERE verified = 1 AND site_id IS NOT NULL GROUP BY site_id;
CREATE TRIGGER site_news_of_event AFTER INSERT ON incident_events
BEGIN
    INSERT INTO site_news
        SELECT site_id, new.seq FROM incidents WHERE id = new.incident_id AND verified = 1 AND site_id IS NOT NULL
        ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq);
END;
CREATE TRIGGER site_news_of_verified AFTER UPDATE OF verified, site_id ON incidents
    WHEN new.verified = 1 AND new.site_id IS NOT NULL
BEGIN
    INSERT INTO site_news
        SELECT new.site_id, newest FROM (SELECT max(seq) AS newest FROM incident_events WHERE incident_id = new.id)
        WHERE newest IS NOT NULL
        ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq);
END;

-- Runs that count, by scenario, site and class ('' where there is none) and whether they passed.
CREATE TABLE practice_counts (
    scenario_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    class_id TEXT NOT NULL,
    passed INTEGER NOT NULL,
    many INTEGER NOT NULL,
    PRIMARY KEY (scenario_id, site_id, class_id, passed)
) WITHOUT ROWID;
INSERT INTO practice_counts
    SELECT scenario_id, ifnull(site_id, ''), ifnull(class_id, ''), passed, count(*)
    FROM practice_runs WHERE newest = 1 GROUP BY 1, 2, 3, 4;
CREATE TRIGGER practice_runs_counted AFTER INSERT ON practice_runs WHEN new.newest = 1
BEGIN
    INSERT INTO practice_counts
        VALUES (new.scenario_id, ifnull(new.site_id, ''), ifnull(new.class_id, ''), new.passed, 1)
        ON CONFLICT DO UPDATE SET many = many + 1;
END;
CREATE TRIGGER practice_runs_recounted AFTER UPDATE OF newest ON practice_runs WHEN old.newest <> new.newest
BEGIN
    INSERT INTO practice_counts
        VALUES (new.scenario_id, ifnull(new.site_id, ''), ifnull(new.class_id, ''), new.passed, new.newest - old.newest)
        ON CONFLICT DO UPDATE SET many = many + excluded.many;
END;
CREATE TRIGGER practice_runs_uncounted AFTER DELETE ON practice_runs WHEN old.newest = 1
BEGIN
    UPDATE practice_counts SET many = many - 1
        WHERE scenario_id = old.scenario_id AND site_id = ifnull(old.site_id, '')
          AND class_id = ifnull(old.class_id, '') AND passed = old.passed;
    UPDATE practice_runs SET newest = 1
        WHERE id = old.id AND revision = (SELECT max(revision) FROM practice_runs WHERE id = old.id);
END;
-- After the counting trigger: an insert counts itself first and is taken back where a later revision is there.
CREATE TRIGGER practice_runs_superseded AFTER INSERT ON practice_runs
    WHEN EXISTS (SELECT 1 FROM practice_runs WHERE id = new.id AND revision <> new.revision)
BEGIN
    UPDATE practice_runs SET newest = (revision = (SELECT max(revision) FROM practice_runs WHERE id = new.id))
        WHERE id = new.id
          AND newest <> (revision = (SELECT max(revision) FROM practice_runs WHERE id = new.id));
END;

-- Which certificates rest on a run.
CREATE TABLE certificate_runs (
    run_id TEXT NOT NULL,
    certificate_id TEXT NOT NULL,
    PRIMARY KEY (run_id, certificate_id)
) WITHOUT ROWID;
INSERT INTO certificate_runs SELECT DISTINCT value, certificates.id FROM certificates, json_each(certificates.runs);
CREATE TRIGGER certificates_runs_kept AFTER INSERT ON certificates
BEGIN
    INSERT OR IGNORE INTO certificate_runs SELECT value, new.id FROM json_each(new.runs);
END;
CREATE TRIGGER certificates_runs_gone AFTER DELETE ON certificates
BEGIN
    DELETE FROM certificate_runs WHERE certificate_id = old.id;
END;
CREATE INDEX certificate_runs_certificate ON certificate_runs (certificate_id);
