-- What the record of an operation referred to when it was queued, and the operation so had beside it. Where one
-- of these is erased, the operation says nothing in words any more either once it is settled.
CREATE TABLE beside (
    operation TEXT NOT NULL REFERENCES operation (id),
    lane      TEXT NOT NULL,  -- kind/id of the record referred to
    PRIMARY KEY (operation, lane)
) STRICT, WITHOUT ROWID;
CREATE INDEX beside_lane ON beside (lane);

DROP TRIGGER operation_erased;

-- A title may name what it refers to: the record's id is in its place.
CREATE TRIGGER operation_erased AFTER UPDATE OF status ON operation
WHEN NEW.status IN ('confirmed', 'discarded')
 AND (EXISTS (SELECT 1 FROM erased WHERE lane = NEW.lane)
   OR EXISTS (SELECT 1 FROM beside b JOIN erased e ON e.lane = b.lane WHERE b.operation = NEW.id))
BEGIN
    UPDATE operation SET
        title = coalesce((SELECT e.title FROM erased e WHERE e.lane = NEW.lane),
                         substr(NEW.lane, instr(NEW.lane, '/') + 1)),
        request = json_set(request, '$.params', json('{}'), '$.lookups', json('{}')),
        reason = CASE WHEN reason IS NULL THEN NULL
                      ELSE json_set(reason, '$.detail', 'What was said of it is erased.') END,
        theirs = NULL
    WHERE seq = NEW.seq;
END;
