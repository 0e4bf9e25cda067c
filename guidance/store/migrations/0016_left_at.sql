-- When a revision left the phone, by the clock that dated it (sent_at): the two tell how long it waited there, whatever
-- that clock says. Empty where the phone did not say.
ALTER TABLE report_revisions ADD COLUMN left_at TEXT NOT NULL DEFAULT '';
