CREATE TABLE batch (
    id BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    added INTEGER DEFAULT '0' NOT NULL,
    changed INTEGER DEFAULT '0' NOT NULL,
    unchanged INTEGER DEFAULT '0' NOT NULL,
    fault_count INTEGER DEFAULT '0' NOT NULL,
    faults JSONB DEFAULT '[]' NOT NULL,
    set_by TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    undone_by TEXT,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT batch_pkey PRIMARY KEY (id),
    CONSTRAINT batch_kind_check CHECK (kind IN ('orders','scores','outflow','targets')),
    CONSTRAINT batch_state_check CHECK (state IN ('done','refused','undone')),
    CONSTRAINT batch_undone_check CHECK ((state = 'undone') = (undone_at IS NOT NULL))
);

CREATE INDEX batch_at_idx ON batch (at);

CREATE UNIQUE INDEX batch_content_idx ON batch (kind, sha256) WHERE state = 'done';

COMMENT ON TABLE batch IS 'The log of provincial imports, also of those that were refused.';

CREATE TABLE feed_order (
    licence_no TEXT NOT NULL,
    cycle TEXT NOT NULL,
    brand TEXT NOT NULL,
    quantity FLOAT NOT NULL,
    amount FLOAT NOT NULL,
    address TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    batch BIGINT NOT NULL,
    replaced_by BIGINT
);

CREATE INDEX feed_order_batch_idx ON feed_order USING brin (batch);

CREATE UNIQUE INDEX feed_order_key ON feed_order (cycle, licence_no, brand, at) WHERE replaced_by IS NULL;

CREATE INDEX feed_order_replaced_idx ON feed_order (replaced_by) WHERE replaced_by IS NOT NULL;

CREATE TABLE feed_score (
    licence_no TEXT NOT NULL,
    day DATE NOT NULL,
    model TEXT NOT NULL,
    score FLOAT NOT NULL,
    batch BIGINT NOT NULL,
    replaced_by BIGINT
);

CREATE INDEX feed_score_batch_idx ON feed_score USING brin (batch);

CREATE UNIQUE INDEX feed_score_key ON feed_score (licence_no, day, model) WHERE replaced_by IS NULL;

CREATE INDEX feed_score_replaced_idx ON feed_score (replaced_by) WHERE replaced_by IS NOT NULL;

CREATE TABLE feed_outflow (
    licence_no TEXT NOT NULL,
    quarter TEXT NOT NULL,
    period TEXT NOT NULL,
    direction TEXT NOT NULL,
    quantity FLOAT NOT NULL,
    source TEXT NOT NULL,
    batch BIGINT NOT NULL,
    replaced_by BIGINT,
    CONSTRAINT feed_outflow_direction_check CHECK (direction IN ('out_of_province','in_province'))
);

CREATE INDEX feed_outflow_batch_idx ON feed_outflow USING brin (batch);

CREATE UNIQUE INDEX feed_outflow_key ON feed_outflow (licence_no, period, direction, source, quantity) WHERE replaced_by IS NULL;

CREATE INDEX feed_outflow_quarter_idx ON feed_outflow (quarter, licence_no) WHERE replaced_by IS NULL;

CREATE INDEX feed_outflow_replaced_idx ON feed_outflow (replaced_by) WHERE replaced_by IS NOT NULL;

CREATE TABLE feed_target (
    county_code TEXT NOT NULL,
    quarter TEXT NOT NULL,
    sales FLOAT NOT NULL,
    cap FLOAT NOT NULL,
    batch BIGINT NOT NULL,
    replaced_by BIGINT
);

CREATE INDEX feed_target_batch_idx ON feed_target USING brin (batch);

CREATE UNIQUE INDEX feed_target_key ON feed_target (quarter, county_code) WHERE replaced_by IS NULL;

CREATE INDEX feed_target_replaced_idx ON feed_target (replaced_by) WHERE replaced_by IS NOT NULL;

CREATE TABLE feed_warning (
    id BIGSERIAL NOT NULL,
    rule TEXT NOT NULL,
    licence_no TEXT NOT NULL,
    cycle TEXT NOT NULL,
    facts JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    clue TEXT,
    CONSTRAINT feed_warning_pkey PRIMARY KEY (id),
    CONSTRAINT feed_warning_rule_licence_no_cycle_key UNIQUE (rule, licence_no, cycle),
    CONSTRAINT feed_warning_licence_no_fkey FOREIGN KEY(licence_no) REFERENCES merchant (licence_no),
    CONSTRAINT feed_warning_clue_fkey FOREIGN KEY(clue) REFERENCES clue (number)
);

CREATE INDEX feed_warning_clue_idx ON feed_warning (clue) WHERE clue IS NOT NULL;

CREATE INDEX feed_warning_cycle_idx ON feed_warning (cycle);

CREATE INDEX feed_warning_shop_idx ON feed_warning (licence_no);

CREATE INDEX feed_warning_waiting_idx ON feed_warning (id) WHERE clue IS NULL;

COMMENT ON TABLE feed_warning IS 'What the warning rules say of the orders in the books; each becomes one clue.';
