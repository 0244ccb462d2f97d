CREATE SCHEMA tip_apart;

CREATE TABLE vault_escrow (
	one BOOLEAN DEFAULT true NOT NULL,
	box BYTEA NOT NULL,
	threshold INTEGER NOT NULL,
	shares INTEGER NOT NULL,
	made_on DATE NOT NULL,
	CONSTRAINT vault_escrow_pkey PRIMARY KEY (one),
	CONSTRAINT vault_escrow_one_check CHECK (one)
);

CREATE TABLE vault_officer (
	person_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	box BYTEA,
	sign BYTEA,
	salt BYTEA,
	sealed BYTEA,
	recovery BYTEA,
	passes INTEGER,
	memory BIGINT,
	failures INTEGER DEFAULT '0' NOT NULL,
	locked_until TIMESTAMP WITH TIME ZONE,
	active BOOLEAN DEFAULT true NOT NULL,
	added_on DATE NOT NULL,
	CONSTRAINT vault_officer_pkey PRIMARY KEY (person_id),
	CONSTRAINT vault_officer_kind_check CHECK (kind IN ('officer','custodian','outside')),
	CONSTRAINT vault_officer_whole_check CHECK (num_nulls(box, sign, salt, sealed, recovery, passes, memory) IN (0, 7)),
	CONSTRAINT vault_officer_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE vault_audit (
	id BIGSERIAL NOT NULL,
	person_id TEXT NOT NULL,
	what TEXT NOT NULL,
	number TEXT,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT vault_audit_pkey PRIMARY KEY (id)
);

CREATE INDEX vault_audit_number_idx ON vault_audit (number, at);

CREATE TABLE tip (
	number TEXT NOT NULL,
	filed_on DATE NOT NULL,
	status TEXT DEFAULT 'received' NOT NULL,
	outcome TEXT,
	messages INTEGER DEFAULT '0' NOT NULL,
	head BYTEA,
	sealed BYTEA,
	digest BYTEA,
	identity TEXT DEFAULT 'none' NOT NULL,
	read_officer INTEGER DEFAULT '-1' NOT NULL,
	read_tipster INTEGER DEFAULT '-1' NOT NULL,
	acknowledge_by DATE NOT NULL,
	feedback_by DATE NOT NULL,
	acknowledged_on DATE,
	feedback_on DATE,
	closed_on DATE,
	erase_on DATE,
	erased_on DATE,
	warned TEXT[] DEFAULT '{}' NOT NULL,
	escalates TEXT[] DEFAULT '{}' NOT NULL,
	CONSTRAINT tip_pkey PRIMARY KEY (number),
	CONSTRAINT tip_status_check CHECK (status IN ('received','acknowledged','working','closed','erased')),
	CONSTRAINT tip_outcome_check CHECK (outcome IN ('confirmed','unfounded','transferred','answered','withdrawn')),
	CONSTRAINT tip_identity_check CHECK (identity IN ('none','sealed','asked','released')),
	CONSTRAINT tip_erased_check CHECK ((status = 'erased') = (head IS NULL AND sealed IS NULL AND digest IS NOT NULL)),
	CONSTRAINT tip_number_fkey FOREIGN KEY(number) REFERENCES clue (number)
);

CREATE INDEX tip_open_idx ON tip (status) WHERE status <> 'erased';

CREATE TABLE tip_wrap (
	number TEXT NOT NULL,
	reader TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	CONSTRAINT tip_wrap_pkey PRIMARY KEY (number, reader),
	CONSTRAINT tip_wrap_number_fkey FOREIGN KEY(number) REFERENCES tip (number)
);

CREATE INDEX tip_wrap_reader_idx ON tip_wrap (reader, number);

CREATE TABLE tip_receipt (
	lookup BYTEA NOT NULL,
	number TEXT NOT NULL,
	chat BOOLEAN NOT NULL,
	pending BOOLEAN DEFAULT false NOT NULL,
	sealed BYTEA NOT NULL,
	CONSTRAINT tip_receipt_pkey PRIMARY KEY (lookup),
	CONSTRAINT tip_receipt_number_fkey FOREIGN KEY(number) REFERENCES tip (number)
);

CREATE INDEX tip_receipt_number_idx ON tip_receipt (number);

CREATE TABLE tip_message (
	number TEXT NOT NULL,
	counter INTEGER NOT NULL,
	author TEXT NOT NULL,
	day DATE NOT NULL,
	sealed BYTEA NOT NULL,
	signature BYTEA NOT NULL,
	CONSTRAINT tip_message_pkey PRIMARY KEY (number, counter),
	CONSTRAINT tip_message_author_check CHECK (author IN ('tipster','officer')),
	CONSTRAINT tip_message_number_fkey FOREIGN KEY(number) REFERENCES tip (number)
);

CREATE TABLE tip_file (
	id UUID NOT NULL,
	seq INTEGER NOT NULL,
	number TEXT NOT NULL,
	piece BYTEA NOT NULL,
	CONSTRAINT tip_file_pkey PRIMARY KEY (id, seq),
	CONSTRAINT tip_file_number_fkey FOREIGN KEY(number) REFERENCES tip (number)
);

CREATE INDEX tip_file_number_idx ON tip_file (number);

CREATE TABLE tip_identity (
	number TEXT NOT NULL,
	custodian TEXT NOT NULL,
	sealed BYTEA NOT NULL,
	CONSTRAINT tip_identity_pkey PRIMARY KEY (number, custodian),
	CONSTRAINT tip_identity_number_fkey FOREIGN KEY(number) REFERENCES tip (number)
);

CREATE TABLE tip_release (
	number TEXT NOT NULL,
	officer TEXT NOT NULL,
	custodian TEXT NOT NULL,
	reason BYTEA NOT NULL,
	asked_on DATE NOT NULL,
	sealed BYTEA,
	released_on DATE,
	CONSTRAINT tip_release_pkey PRIMARY KEY (number, officer, custodian),
	CONSTRAINT tip_release_number_fkey FOREIGN KEY(number) REFERENCES tip (number)
);

CREATE TABLE tip_push (
	person_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	not_before TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT tip_push_pkey PRIMARY KEY (person_id, kind),
	CONSTRAINT tip_push_kind_check CHECK (kind IN ('news','late','alarm')),
	CONSTRAINT tip_push_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE TABLE planned_check (
	id UUID NOT NULL,
	person_id TEXT NOT NULL,
	fields JSONB NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	number TEXT,
	refused TEXT,
	CONSTRAINT planned_check_pkey PRIMARY KEY (id),
	CONSTRAINT planned_check_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX planned_check_due_idx ON planned_check (due_at) WHERE number IS NULL AND refused IS NULL;

CREATE TABLE tip_apart.share (
	number TEXT NOT NULL,
	value BYTEA NOT NULL,
	CONSTRAINT share_pkey PRIMARY KEY (number)
);

CREATE UNLOGGED TABLE tip_apart.pepper (
	day DATE NOT NULL,
	value BYTEA NOT NULL,
	CONSTRAINT pepper_pkey PRIMARY KEY (day)
);

CREATE UNLOGGED TABLE tip_apart.draft (
	key BYTEA NOT NULL,
	sealed BYTEA NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT draft_pkey PRIMARY KEY (key)
);

CREATE UNLOGGED TABLE tip_apart.draft_file (
	id UUID NOT NULL,
	key BYTEA NOT NULL,
	sealed BYTEA NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT draft_file_pkey PRIMARY KEY (id)
);

CREATE INDEX draft_file_key_idx ON tip_apart.draft_file (key);

CREATE UNLOGGED TABLE tip_apart.seen (
	key BYTEA NOT NULL,
	sealed BYTEA NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT seen_pkey PRIMARY KEY (key)
);

COMMENT ON TABLE vault_officer IS 'Who has a key to the vault.';

COMMENT ON TABLE vault_audit IS 'Every opening: who, what, when. Read by those alone who may open the tip.';

COMMENT ON TABLE tip_wrap IS 'Who may open a tip, and who may know of it: nobody else sees its row anywhere.';

COMMENT ON TABLE tip_file IS 'Files in sealed pieces; here and not in the object store, which would keep the time of each.';

COMMENT ON TABLE tip_push IS 'Who is to be told, in the next batch, that the vault wants them: one constant sentence.';

COMMENT ON TABLE planned_check IS 'Field checks that begin later. Nothing here says why: routine ones and those of tips look alike.';

COMMENT ON TABLE tip_apart.share IS 'Deletion shares. Logged like the tips, so that a crash loses neither; gone, the tip is gone.';
