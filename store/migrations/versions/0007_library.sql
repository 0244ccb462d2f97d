CREATE TABLE indicator_value (
    code TEXT NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    weight FLOAT NOT NULL,
    severity INTEGER NOT NULL,
    responsible_department TEXT NOT NULL,
    due_working_days INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT indicator_value_pkey PRIMARY KEY (code, valid_from),
    CONSTRAINT indicator_value_severity_check CHECK (severity BETWEEN 1 AND 5),
    CONSTRAINT indicator_value_weight_check CHECK (weight >= 0),
    CONSTRAINT indicator_value_code_fkey FOREIGN KEY(code) REFERENCES indicator (code)
);

COMMENT ON TABLE indicator_value IS 'What an indicator is worth, from when on; one that never changed has only its own row.';

CREATE TABLE indicator_change (
    id BIGSERIAL NOT NULL,
    code TEXT NOT NULL,
    what TEXT NOT NULL,
    before JSONB DEFAULT '{}' NOT NULL,
    after JSONB DEFAULT '{}' NOT NULL,
    set_by TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT indicator_change_pkey PRIMARY KEY (id),
    CONSTRAINT indicator_change_what_check CHECK (what IN ('added','changed','renamed','moved','valued','withdrawn','deactivated','reactivated','promoted')),
    CONSTRAINT indicator_change_code_fkey FOREIGN KEY(code) REFERENCES indicator (code)
);

CREATE INDEX indicator_change_code_idx ON indicator_change (code, id);

COMMENT ON TABLE indicator_change IS 'Everything that was ever done to the library.';

ALTER TABLE indicator ADD CONSTRAINT indicator_below_check CHECK (parent_code IS NULL OR (starts_with(code, parent_code) AND code <> parent_code));

CREATE INDEX clue_other_idx ON clue (reported_at) WHERE indicator LIKE '%99';
