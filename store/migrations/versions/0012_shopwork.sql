CREATE INDEX merchant_customer_manager_idx ON merchant (customer_manager);

CREATE INDEX merchant_market_inspector_idx ON merchant (market_inspector);

CREATE INDEX merchant_delivery_worker_idx ON merchant (delivery_worker);

CREATE INDEX merchant_county_shop_idx ON merchant (county_code, licence_no);

CREATE INDEX merchant_grade_idx ON merchant (grade, licence_no);

ALTER TABLE visit ADD COLUMN asked_by text;

ALTER TABLE visit ADD COLUMN why text;

CREATE TABLE feed_job (
    id BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    object TEXT NOT NULL,
    size BIGINT NOT NULL,
    state TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    rows_read INTEGER DEFAULT '0' NOT NULL,
    rows_expected INTEGER,
    report JSONB,
    batch BIGINT,
    attempts INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT feed_job_pkey PRIMARY KEY (id),
    CONSTRAINT feed_job_kind_check CHECK (kind IN ('orders','scores','outflow','targets')),
    CONSTRAINT feed_job_state_check CHECK (state IN ('to_check','checked','faulty','to_bring','done','known','dropped','failed'))
);

COMMENT ON TABLE feed_job IS 'Files of provincial data on their way into the books: checked first, brought in when somebody says so.';

CREATE INDEX feed_job_waiting_idx ON feed_job (id) WHERE state IN ('to_check','to_bring');

CREATE INDEX feed_job_asked_idx ON feed_job (asked_at);

CREATE TABLE carton (
    evidence UUID NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    code TEXT,
    licence_no TEXT,
    sure DOUBLE PRECISION,
    CONSTRAINT carton_pkey PRIMARY KEY (evidence),
    CONSTRAINT carton_evidence_fkey FOREIGN KEY (evidence) REFERENCES evidence (id) ON DELETE CASCADE
);

COMMENT ON TABLE carton IS 'Pack codes that were read off photos of reports.';
