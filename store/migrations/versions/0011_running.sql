-- What administrators change: audited, dated, undoable.
CREATE TABLE office_change (
	id BIGSERIAL NOT NULL,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	before JSONB,
	after JSONB,
	why TEXT DEFAULT '' NOT NULL,
	set_by TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	undoes BIGINT,
	part_of BIGINT,
	CONSTRAINT office_change_pkey PRIMARY KEY (id),
	CONSTRAINT office_change_undoes_fkey FOREIGN KEY(undoes) REFERENCES office_change (id),
	CONSTRAINT office_change_part_of_fkey FOREIGN KEY(part_of) REFERENCES office_change (id),
	CONSTRAINT office_change_kind_check CHECK (kind IN ('person','unit','absence','setting','calendar','form','template','letter','import'))
);

CREATE INDEX office_change_subject_idx ON office_change (kind, subject, id);

CREATE INDEX office_change_at_idx ON office_change (at);

CREATE UNIQUE INDEX office_change_undoes_idx ON office_change (undoes) WHERE undoes IS NOT NULL;

CREATE INDEX office_change_part_idx ON office_change (part_of) WHERE part_of IS NOT NULL;

COMMENT ON TABLE office_change IS 'Everything that administrators changed, with what was before: each can be undone by a new change.';

CREATE TABLE form_in_use (
	key TEXT NOT NULL,
	hash TEXT NOT NULL,
	set_by TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT form_in_use_pkey PRIMARY KEY (key)
);

COMMENT ON TABLE form_in_use IS 'The version of a questionnaire that counts instead of the shipped one.';

CREATE TABLE template_text (
	template TEXT NOT NULL,
	language TEXT NOT NULL,
	source TEXT NOT NULL,
	set_by TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT template_text_pkey PRIMARY KEY (template, language),
	CONSTRAINT template_text_language_check CHECK (language IN ('zh','en'))
);

COMMENT ON TABLE template_text IS 'Wording of pushes that counts instead of the shipped one.';

ALTER TABLE unit ADD COLUMN closed_at TIMESTAMP WITH TIME ZONE;

CREATE INDEX merchant_nowhere_idx ON merchant (licence_no) WHERE lat IS NULL AND status <> 'closed';

CREATE INDEX merchant_unserved_idx ON merchant (licence_no) WHERE (customer_manager IS NULL OR market_inspector IS NULL OR delivery_worker IS NULL) AND status <> 'closed';
