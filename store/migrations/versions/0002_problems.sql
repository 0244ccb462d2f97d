-- The second shape: problems with their tasks, what was asked in them, draws for re-checks; absences.

CREATE TABLE absence (
	person_id TEXT NOT NULL,
	from_day DATE NOT NULL,
	to_day DATE NOT NULL,
	substitute TEXT,
	set_by TEXT NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT absence_pkey PRIMARY KEY (person_id, from_day),
	CONSTRAINT absence_days_check CHECK (to_day >= from_day),
	CONSTRAINT absence_somebody_else_check CHECK (substitute <> person_id),
	CONSTRAINT absence_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE,
	CONSTRAINT absence_substitute_fkey FOREIGN KEY(substitute) REFERENCES person (id)
);

COMMENT ON TABLE absence IS 'Who is away, and who stands in for them (mailroom.md §1.11).';

CREATE INDEX absence_substitute_idx ON absence (substitute, to_day);

CREATE TABLE problem (
	number TEXT NOT NULL,
	state TEXT NOT NULL,
	form TEXT NOT NULL,
	unit_code TEXT NOT NULL,
	bureau TEXT NOT NULL,
	level TEXT NOT NULL,
	department TEXT NOT NULL,
	departments TEXT[] DEFAULT '{}' NOT NULL,
	merchant TEXT,
	merchant_note TEXT,
	indicator TEXT,
	internal BOOLEAN DEFAULT false NOT NULL,
	severity INTEGER NOT NULL,
	scope TEXT DEFAULT '' NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	photos INTEGER DEFAULT '0' NOT NULL,
	cause TEXT DEFAULT '' NOT NULL,
	result TEXT DEFAULT '' NOT NULL,
	verdict TEXT DEFAULT '' NOT NULL,
	measures TEXT DEFAULT '' NOT NULL,
	handler TEXT,
	verifier TEXT,
	rechecker TEXT,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE,
	due_at TIMESTAMP WITH TIME ZONE,
	work_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	since TIMESTAMP WITH TIME ZONE NOT NULL,
	next_at TIMESTAMP WITH TIME ZONE,
	warned TEXT[] DEFAULT '{}' NOT NULL,
	extensions INTEGER DEFAULT '0' NOT NULL,
	came_from TEXT,
	suspended_at TIMESTAMP WITH TIME ZONE,
	holder_person TEXT,
	holder_unit TEXT,
	holder_role TEXT,
	last_text TEXT DEFAULT '' NOT NULL,
	last_at TIMESTAMP WITH TIME ZONE NOT NULL,
	lines INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT problem_pkey PRIMARY KEY (number),
	CONSTRAINT problem_mirror_key UNIQUE (number, state),
	CONSTRAINT problem_level_check CHECK (level IN ('county','city')),
	CONSTRAINT problem_severity_check CHECK (severity BETWEEN 1 AND 5),
	CONSTRAINT problem_merchant_note_check CHECK (merchant_note IN ('unlicensed','unknown')),
	CONSTRAINT problem_open_is_held_check CHECK (state NOT IN ('dispatched','investigating','verifying','rectifying','rechecking','suspended') OR (due_at IS NOT NULL AND (holder_person IS NOT NULL OR holder_unit IS NOT NULL))),
	CONSTRAINT problem_suspended_returns_check CHECK (state <> 'suspended' OR came_from IS NOT NULL),
	CONSTRAINT problem_verified_by_another_check CHECK (verifier <> handler),
	CONSTRAINT problem_rechecked_by_another_check CHECK (rechecker <> handler AND rechecker <> verifier),
	CONSTRAINT problem_form_key UNIQUE (form),
	CONSTRAINT problem_form_fkey FOREIGN KEY(form) REFERENCES handling_form (clue),
	CONSTRAINT problem_unit_code_fkey FOREIGN KEY(unit_code) REFERENCES unit (code),
	CONSTRAINT problem_bureau_fkey FOREIGN KEY(bureau) REFERENCES unit (code),
	CONSTRAINT problem_merchant_fkey FOREIGN KEY(merchant) REFERENCES merchant (licence_no),
	CONSTRAINT problem_indicator_fkey FOREIGN KEY(indicator) REFERENCES indicator (code),
	CONSTRAINT problem_handler_fkey FOREIGN KEY(handler) REFERENCES person (id),
	CONSTRAINT problem_verifier_fkey FOREIGN KEY(verifier) REFERENCES person (id),
	CONSTRAINT problem_rechecker_fkey FOREIGN KEY(rechecker) REFERENCES person (id),
	CONSTRAINT problem_holder_person_fkey FOREIGN KEY(holder_person) REFERENCES person (id),
	CONSTRAINT problem_holder_unit_fkey FOREIGN KEY(holder_unit) REFERENCES unit (code)
);

CREATE INDEX problem_closed_idx ON problem (bureau, closed_at) WHERE closed_at IS NOT NULL;

CREATE INDEX problem_holder_person_idx ON problem (holder_person) WHERE holder_person IS NOT NULL;

CREATE INDEX problem_holder_unit_idx ON problem (holder_unit, holder_role) WHERE holder_unit IS NOT NULL;

CREATE INDEX problem_merchant_idx ON problem (merchant) WHERE merchant IS NOT NULL;

CREATE INDEX problem_next_idx ON problem (next_at) WHERE next_at IS NOT NULL;

CREATE INDEX problem_open_idx ON problem (bureau, due_at) WHERE due_at IS NOT NULL;

CREATE INDEX problem_state_idx ON problem (state, opened_at);

CREATE INDEX problem_unit_idx ON problem (unit_code);

CREATE TABLE task (
	id BIGSERIAL NOT NULL,
	number TEXT NOT NULL,
	problem_state TEXT NOT NULL,
	part TEXT NOT NULL,
	person_id TEXT NOT NULL,
	unit_code TEXT NOT NULL,
	bureau TEXT NOT NULL,
	department TEXT,
	state TEXT DEFAULT 'assigned' NOT NULL,
	given_by TEXT NOT NULL,
	given_at TIMESTAMP WITH TIME ZONE NOT NULL,
	receive_by TIMESTAMP WITH TIME ZONE,
	received_at TIMESTAMP WITH TIME ZONE,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	done_at TIMESTAMP WITH TIME ZONE,
	done_by TEXT,
	settled_at TIMESTAMP WITH TIME ZONE,
	text TEXT DEFAULT '' NOT NULL,
	CONSTRAINT task_pkey PRIMARY KEY (id),
	CONSTRAINT task_problem_fkey FOREIGN KEY(number, problem_state) REFERENCES problem (number, state) ON UPDATE CASCADE,
	CONSTRAINT task_part_check CHECK (part IN ('main','assisting','recheck')),
	CONSTRAINT task_state_check CHECK (state IN ('assigned','received','done','accepted','returned','reassigned','cancelled')),
	CONSTRAINT task_closed_is_settled_check CHECK (part = 'recheck' OR state NOT IN ('assigned','received','done') OR problem_state NOT IN ('closed','closed_unfounded','archived')),
	CONSTRAINT task_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT task_unit_code_fkey FOREIGN KEY(unit_code) REFERENCES unit (code),
	CONSTRAINT task_bureau_fkey FOREIGN KEY(bureau) REFERENCES unit (code),
	CONSTRAINT task_done_by_fkey FOREIGN KEY(done_by) REFERENCES person (id)
);

COMMENT ON TABLE task IS 'Who does what in a problem: one main task, others assisting; later perhaps a re-check.';

CREATE INDEX task_mine_idx ON task (person_id, due_at) WHERE state IN ('assigned','received');

CREATE INDEX task_number_idx ON task (number);

CREATE UNIQUE INDEX task_one_each_idx ON task (number, person_id) WHERE state IN ('assigned','received','done');

CREATE UNIQUE INDEX task_one_main_idx ON task (number) WHERE part = 'main' AND state IN ('assigned','received','done');

CREATE INDEX task_person_idx ON task (person_id, number);

CREATE INDEX task_unit_idx ON task (unit_code, number);

CREATE TABLE request (
	number TEXT NOT NULL,
	seq INTEGER NOT NULL,
	kind TEXT NOT NULL,
	by TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	days INTEGER,
	review_on DATE,
	answer TEXT,
	answered_seq INTEGER,
	CONSTRAINT request_pkey PRIMARY KEY (number, seq),
	CONSTRAINT request_kind_check CHECK (kind IN ('extend','suspend','instruct')),
	CONSTRAINT request_answer_check CHECK (answer IN ('granted','denied','replied','dropped')),
	CONSTRAINT request_answered_check CHECK ((answer IS NULL) = (answered_seq IS NULL)),
	CONSTRAINT request_number_fkey FOREIGN KEY(number) REFERENCES problem (number),
	CONSTRAINT request_by_fkey FOREIGN KEY(by) REFERENCES person (id)
);

COMMENT ON TABLE request IS 'What was asked in a problem and wants an answer: more time, a rest, an instruction of a leader.';

CREATE UNIQUE INDEX request_one_idx ON request (number) WHERE answer IS NULL AND kind <> 'instruct';

CREATE TABLE draw (
	month DATE NOT NULL,
	bureau TEXT NOT NULL,
	seed BIGINT NOT NULL,
	closed INTEGER NOT NULL,
	drawn INTEGER NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT draw_pkey PRIMARY KEY (month, bureau),
	CONSTRAINT draw_bureau_fkey FOREIGN KEY(bureau) REFERENCES unit (code)
);

COMMENT ON TABLE draw IS 'The monthly draws of the sampled re-check: with its seed anybody can repeat one.';

CREATE TABLE drawn (
	number TEXT NOT NULL,
	month DATE NOT NULL,
	bureau TEXT NOT NULL,
	sampled_seq INTEGER,
	CONSTRAINT drawn_pkey PRIMARY KEY (number),
	CONSTRAINT drawn_month_bureau_fkey FOREIGN KEY(month, bureau) REFERENCES draw (month, bureau),
	CONSTRAINT drawn_number_fkey FOREIGN KEY(number) REFERENCES problem (number)
);

CREATE INDEX drawn_waiting_idx ON drawn (number) WHERE sampled_seq IS NULL;

ALTER TABLE clue
	ADD COLUMN problem_state TEXT,
	ADD COLUMN next_at TIMESTAMP WITH TIME ZONE,
	ADD COLUMN since TIMESTAMP WITH TIME ZONE,
	ADD COLUMN warned TEXT[] DEFAULT '{}' NOT NULL;

ALTER TABLE clue ADD CONSTRAINT clue_archived_with_its_problem_check CHECK (problem_state <> 'archived' OR state = 'archived');

ALTER TABLE clue ADD CONSTRAINT clue_problem_fkey FOREIGN KEY(problem, problem_state) REFERENCES problem (number, state) ON UPDATE CASCADE;

ALTER TABLE clue ADD CONSTRAINT clue_mirror_check CHECK ((problem IS NULL) = (problem_state IS NULL));

ALTER TABLE clue ADD CONSTRAINT clue_linked_check CHECK ((problem IS NULL) = (state NOT IN ('accepted','merged')) OR state = 'archived');

-- The clock looks at what was open or resting before it had a calendar of its own.
UPDATE clue SET next_at = coalesce(due_at, last_at + interval '30 days')
WHERE due_at IS NOT NULL OR state IN ('answered','unfounded','transferred');

CREATE INDEX clue_next_idx ON clue (next_at) WHERE next_at IS NOT NULL;

CREATE INDEX clue_problem_idx ON clue (problem) WHERE problem IS NOT NULL;

ALTER TABLE evidence
	ADD COLUMN phash_parts INTEGER[] GENERATED ALWAYS AS (CASE WHEN phash IS NOT NULL THEN ARRAY[(phash >> 0 & 2047)::integer + 0, (phash >> 11 & 2047)::integer + 22528, (phash >> 22 & 2047)::integer + 45056, (phash >> 33 & 2047)::integer + 67584, (phash >> 44 & 1023)::integer + 90112, (phash >> 54 & 1023)::integer + 110592] END) STORED;

CREATE INDEX evidence_phash_idx ON evidence USING gin (phash_parts);

CREATE TABLE card (
	letter TEXT NOT NULL,
	number TEXT NOT NULL,
	person_id TEXT NOT NULL,
	door TEXT NOT NULL,
	address TEXT NOT NULL,
	verbs TEXT[] NOT NULL,
	ref TEXT,
	code TEXT,
	expires_at TIMESTAMP WITH TIME ZONE,
	outdated_at TIMESTAMP WITH TIME ZONE,
	spent_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT card_pkey PRIMARY KEY (letter)
);

CREATE INDEX card_live_idx ON card (number) WHERE outdated_at IS NULL;

CREATE TABLE audit (
	id BIGSERIAL NOT NULL,
	person_id TEXT NOT NULL,
	what TEXT NOT NULL,
	number TEXT,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT audit_pkey PRIMARY KEY (id)
);

CREATE INDEX audit_number_idx ON audit (number, at);

CREATE TABLE secret (
	name TEXT NOT NULL,
	value BYTEA NOT NULL,
	CONSTRAINT secret_pkey PRIMARY KEY (name)
);

COMMENT ON TABLE card IS 'Cards with buttons that people hold in their hands: each is greyed once (mailroom.md, rule 8).';

COMMENT ON TABLE audit IS 'Who took what out of the books; apart from the ledgers, which only know what was done in them.';

COMMENT ON TABLE secret IS 'Random keys that all replicas share, made when they are first needed; never shown, never exported.';
