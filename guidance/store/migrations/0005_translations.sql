-- Who checked the words of a protocol in a language. `words_hash` names the English and the translation together: a
-- change of either makes the check one of other words. `subject` is a protocol's id, or `rights`.
CREATE TABLE translation_reviews (
    locale TEXT NOT NULL,
    subject TEXT NOT NULL,
    words_hash TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    reviewed_on TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (locale, subject, words_hash)
);

-- The language in which a person last signed in: what e-mails to them are written in.
ALTER TABLE people ADD COLUMN locale TEXT NOT NULL DEFAULT 'en';

-- The language of the phone that asked for a certificate: what its reminder is written in.
ALTER TABLE certificates ADD COLUMN locale TEXT NOT NULL DEFAULT 'en';
