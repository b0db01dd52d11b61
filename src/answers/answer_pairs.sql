-- Version 3: the pairs of records that a verdict is about, where it says whether they are one person.
ALTER TABLE answer_event ADD COLUMN pairs TEXT NOT NULL DEFAULT '';
