-- Version 4: levels of review, and draws for checking again. An event answers, or a higher level approves the answer or
-- returns it.
ALTER TABLE answer_event ADD COLUMN act TEXT NOT NULL DEFAULT 'answer' CHECK (act IN ('answer', 'approval', 'return'));

-- A batch that draws answered exceptions: by which seed, how many, for whom.
CREATE TABLE answer_draw (
  batch INTEGER PRIMARY KEY REFERENCES answer_batch (batch),
  seed INTEGER NOT NULL,
  number INTEGER NOT NULL,
  -- 'all', 'township' or 'officer': so many of all, or of each.
  per TEXT NOT NULL CHECK (per IN ('all', 'township', 'officer')),
  -- Code of a county or township; empty: everywhere.
  area TEXT NOT NULL,
  level TEXT NOT NULL
) STRICT;

-- What was drawn, in the order in which it was, with what stood.
CREATE TABLE answer_drawn (
  batch INTEGER NOT NULL REFERENCES answer_draw (batch),
  place INTEGER NOT NULL,
  exception_id TEXT NOT NULL,
  verdict TEXT NOT NULL,
  answered_by TEXT NOT NULL,
  PRIMARY KEY (batch, place)
) STRICT;

CREATE TRIGGER answer_draw_stays BEFORE UPDATE ON answer_draw BEGIN SELECT RAISE(ABORT, 'appended only'); END;
CREATE TRIGGER answer_draw_is_kept BEFORE DELETE ON answer_draw BEGIN SELECT RAISE(ABORT, 'appended only'); END;
CREATE TRIGGER answer_drawn_stays BEFORE UPDATE ON answer_drawn BEGIN SELECT RAISE(ABORT, 'appended only'); END;
CREATE TRIGGER answer_drawn_is_kept BEFORE DELETE ON answer_drawn BEGIN SELECT RAISE(ABORT, 'appended only'); END;
