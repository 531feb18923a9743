-- Records of people who were erased. What was asked about them here says nothing in words any more once it is
-- settled, however that comes about; what still waits or is held needs what it says until then.
CREATE TABLE erased (
    lane  TEXT NOT NULL PRIMARY KEY,  -- kind/id
    title TEXT NOT NULL               -- the record in a line, as it is since
) STRICT, WITHOUT ROWID;

CREATE TRIGGER operation_erased AFTER UPDATE OF status ON operation
WHEN NEW.status IN ('confirmed', 'discarded')
 AND EXISTS (SELECT 1 FROM erased WHERE lane = NEW.lane)
BEGIN
    UPDATE operation SET
        title = (SELECT e.title FROM erased e WHERE e.lane = NEW.lane),
        request = json_set(request, '$.params', json('{}'), '$.lookups', json('{}')),
        reason = CASE WHEN reason IS NULL THEN NULL
                      ELSE json_set(reason, '$.detail', 'What was said of it is erased.') END,
        theirs = NULL
    WHERE seq = NEW.seq;
END;
