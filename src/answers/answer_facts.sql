-- Version 5: the identity secret under which an answer's facts are named, where that is not the store's: nothing can be
-- compared with them. Empty: the store's.
ALTER TABLE answer_event ADD COLUMN facts_of TEXT NOT NULL DEFAULT '';
