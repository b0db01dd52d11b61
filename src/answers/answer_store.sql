-- Version 1 of the store of answers. Events are appended; a trigger refuses whatever would change one.
CREATE TABLE store_fact (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- One import, one saving on the page, or the undoing of one of these.
CREATE TABLE answer_batch (
  batch INTEGER PRIMARY KEY,
  recorded_at TEXT NOT NULL,
  recorded_by TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('sheet', 'page', 'undo')),
  -- File name and SHA-256 of what was imported; empty for the page.
  file TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  -- The batch that this one undoes.
  undoes INTEGER UNIQUE REFERENCES answer_batch (batch),
  CHECK ((source = 'undo') = (undoes IS NOT NULL))
) STRICT;

CREATE TABLE answer_event (
  event INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES answer_batch (batch),
  exception_id TEXT NOT NULL,
  facts TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  measure TEXT NOT NULL,
  note TEXT NOT NULL,
  paper TEXT NOT NULL,
  recovered INTEGER,
  stopped_month INTEGER,
  answered_by TEXT NOT NULL,
  answered_on TEXT,
  level TEXT NOT NULL,
  expires TEXT
) STRICT;

CREATE INDEX answer_event_by_exception ON answer_event (exception_id, event);

CREATE TRIGGER answer_batch_stays BEFORE UPDATE ON answer_batch BEGIN SELECT RAISE(ABORT, 'appended only'); END;
CREATE TRIGGER answer_batch_is_kept BEFORE DELETE ON answer_batch BEGIN SELECT RAISE(ABORT, 'appended only'); END;
CREATE TRIGGER answer_event_stays BEFORE UPDATE ON answer_event BEGIN SELECT RAISE(ABORT, 'appended only'); END;
CREATE TRIGGER answer_event_is_kept BEFORE DELETE ON answer_event BEGIN SELECT RAISE(ABORT, 'appended only'); END;
