-- Version 2: batches of one import belong together. It is called by the number of its first batch; the page saves one
-- batch at a time, and what version 1 appended stands for itself.
ALTER TABLE answer_batch ADD COLUMN import INTEGER REFERENCES answer_batch (batch);
