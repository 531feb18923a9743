-- The history of a record is read from its newest operation on; whoever looks for operations of a record finds
-- them along the same index.
DROP INDEX operation_record;
CREATE INDEX operation_record ON operation (tenant, kind, record, seq);
