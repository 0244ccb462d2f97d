-- Saved views, export jobs, and what the ledgers' lists need to answer quickly.

CREATE TABLE saved_view (
    id BIGSERIAL NOT NULL,
    owner TEXT NOT NULL,
    unit_code TEXT NOT NULL,
    shared BOOLEAN DEFAULT false NOT NULL,
    name TEXT NOT NULL,
    ledger TEXT NOT NULL,
    query JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT saved_view_pkey PRIMARY KEY (id),
    CONSTRAINT saved_view_ledger_check CHECK (ledger IN ('clue','problem')),
    CONSTRAINT saved_view_owner_fkey FOREIGN KEY(owner) REFERENCES person (id) ON DELETE CASCADE,
    CONSTRAINT saved_view_unit_code_fkey FOREIGN KEY(unit_code) REFERENCES unit (code)
);

CREATE UNIQUE INDEX saved_view_own_idx ON saved_view (owner, name);

CREATE INDEX saved_view_shared_idx ON saved_view (unit_code) WHERE shared;

COMMENT ON TABLE saved_view IS 'Filters that somebody wants to find again. They open nothing: who looks sees what they may see.';

CREATE TABLE export_job (
    id UUID NOT NULL,
    owner TEXT NOT NULL,
    ledger TEXT NOT NULL,
    query JSONB NOT NULL,
    format TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    attempts INTEGER DEFAULT '0' NOT NULL,
    rows INTEGER DEFAULT '0' NOT NULL,
    total INTEGER,
    size BIGINT,
    sight TEXT,
    done_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT export_job_pkey PRIMARY KEY (id),
    CONSTRAINT export_job_ledger_check CHECK (ledger IN ('clue','problem')),
    CONSTRAINT export_job_format_check CHECK (format IN ('xlsx','csv')),
    CONSTRAINT export_job_state_check CHECK (state IN ('waiting','running','done','failed','expired')),
    CONSTRAINT export_job_owner_fkey FOREIGN KEY(owner) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX export_job_expires_idx ON export_job (expires_at) WHERE state = 'done';

CREATE INDEX export_job_open_idx ON export_job (asked_at) WHERE state IN ('waiting','running');

CREATE INDEX export_job_owner_idx ON export_job (owner, asked_at);

COMMENT ON TABLE export_job IS 'Files of a filtered ledger: written in the background, kept for some days, for whoever asked alone.';

CREATE INDEX clue_bureau_time_idx ON clue (bureau, reported_at, number);

CREATE INDEX clue_due_idx ON clue (due_at, number) WHERE due_at IS NOT NULL;

CREATE INDEX clue_indicator_idx ON clue (indicator, reported_at);

CREATE INDEX clue_state_time_idx ON clue (state, reported_at, number);

CREATE INDEX clue_time_idx ON clue (reported_at, number);

CREATE INDEX clue_unit_idx ON clue (unit_code, reported_at);

CREATE INDEX problem_bureau_time_idx ON problem (bureau, opened_at, number);

CREATE INDEX problem_closing_idx ON problem (closed_at, number) WHERE closed_at IS NOT NULL;

CREATE INDEX problem_due_idx ON problem (due_at, number) WHERE due_at IS NOT NULL;

CREATE INDEX problem_indicator_idx ON problem (indicator, opened_at);

CREATE INDEX problem_time_idx ON problem (opened_at, number);

CREATE INDEX problem_board_idx ON problem (bureau, state) INCLUDE (number, internal, level, unit_code, holder_person, holder_unit, holder_role, due_at, since, last_at) WHERE state IN ('dispatched','investigating','verifying','rectifying','rechecking','suspended');

CREATE INDEX problem_open_time_idx ON problem (opened_at, number) WHERE state IN ('dispatched','investigating','verifying','rectifying','rechecking','suspended');

CREATE INDEX task_running_idx ON task (unit_code, number) WHERE problem_state IN ('dispatched','investigating','verifying','rectifying','rechecking','suspended');
