-- Few calls wait of all that there ever were: those of a tenant, for what its operators are told of them.
CREATE INDEX call_of_tenant ON call (tenant) WHERE status = 'waiting';
