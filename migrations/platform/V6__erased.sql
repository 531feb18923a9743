-- What was asked about a record of somebody who was erased is looked up, and cut.
CREATE INDEX operation_record ON operation (tenant, kind, record);
