-- "Gdnc": tells this product's databases from every other SQLite file (https://www.sqlite.org/pragma.html#pragma_application_id).
PRAGMA application_id = 1197764195;

-- Which installation the database belongs to: a fingerprint of the keys that it was first started with.
CREATE TABLE installation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    identity TEXT NOT NULL
);
