-- When an addition left the phone that sent it, as report_revisions has it.
ALTER TABLE report_additions ADD COLUMN left_at TEXT NOT NULL DEFAULT '';
CREATE INDEX report_additions_by_trust ON report_additions (report_id, verified, received_at);
