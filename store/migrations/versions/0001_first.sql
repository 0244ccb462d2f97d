-- The first shape of the database, frozen: later shapes are later files.

CREATE TABLE unit (
	code TEXT NOT NULL,
	parent_code TEXT,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	kind TEXT NOT NULL,
	department TEXT,
	path TEXT NOT NULL,
	CONSTRAINT unit_pkey PRIMARY KEY (code),
	CONSTRAINT unit_kind_check CHECK (kind IN ('province','city','county','department')),
	CONSTRAINT unit_department_check CHECK (department IN ('supervision','enforcement','marketing','logistics','leadership')),
	CONSTRAINT unit_parent_code_fkey FOREIGN KEY(parent_code) REFERENCES unit (code) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE calendar_day (
	date DATE NOT NULL,
	kind TEXT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	source TEXT NOT NULL,
	CONSTRAINT calendar_day_pkey PRIMARY KEY (date),
	CONSTRAINT calendar_day_kind_check CHECK (kind IN ('working','off'))
);

COMMENT ON TABLE calendar_day IS 'Only days that differ from Monday-to-Friday; a year is official when it has any row.';

CREATE TABLE setting (
	key TEXT NOT NULL,
	valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
	value JSONB NOT NULL,
	set_by TEXT NOT NULL,
	CONSTRAINT setting_pkey PRIMARY KEY (key, valid_from)
);

COMMENT ON TABLE setting IS 'Clocks, ladders and limits that an administrator changes; dated, so the past stays explainable.';

CREATE TABLE place (
	adcode TEXT NOT NULL,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	kind TEXT NOT NULL,
	parent_adcode TEXT,
	lat FLOAT NOT NULL,
	lon FLOAT NOT NULL,
	min_lat FLOAT NOT NULL,
	min_lon FLOAT NOT NULL,
	max_lat FLOAT NOT NULL,
	max_lon FLOAT NOT NULL,
	CONSTRAINT place_pkey PRIMARY KEY (adcode)
);

CREATE TABLE indicator (
	code TEXT NOT NULL,
	parent_code TEXT,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	side TEXT NOT NULL,
	nature TEXT,
	level INTEGER NOT NULL,
	weight FLOAT NOT NULL,
	severity INTEGER NOT NULL,
	responsible_department TEXT NOT NULL,
	due_working_days INTEGER NOT NULL,
	keywords_zh TEXT[] DEFAULT '{}' NOT NULL,
	legal_basis TEXT DEFAULT '' NOT NULL,
	origin TEXT DEFAULT 'city' NOT NULL,
	active BOOLEAN DEFAULT true NOT NULL,
	CONSTRAINT indicator_pkey PRIMARY KEY (code),
	CONSTRAINT indicator_side_check CHECK (side IN ('external','internal')),
	CONSTRAINT indicator_nature_check CHECK (nature IN ('illegal','violation')),
	CONSTRAINT indicator_severity_check CHECK (severity BETWEEN 1 AND 5),
	CONSTRAINT indicator_origin_check CHECK (origin IN ('province','city')),
	CONSTRAINT indicator_parent_code_fkey FOREIGN KEY(parent_code) REFERENCES indicator (code) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE ledger_number (
	ledger TEXT NOT NULL,
	year INTEGER NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT ledger_number_pkey PRIMARY KEY (ledger, year)
);

COMMENT ON TABLE ledger_number IS 'The last number given; locked until commit, so numbers have no gaps within a year.';

CREATE TABLE line (
	ledger TEXT NOT NULL,
	number TEXT NOT NULL,
	seq INTEGER NOT NULL,
	verb TEXT NOT NULL,
	before TEXT,
	after TEXT NOT NULL,
	by TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	door TEXT,
	text TEXT DEFAULT '' NOT NULL,
	fields JSONB DEFAULT '{}' NOT NULL,
	prev_hash TEXT NOT NULL,
	hash TEXT NOT NULL,
	CONSTRAINT line_pkey PRIMARY KEY (ledger, number, seq)
);

COMMENT ON TABLE line IS 'Append-only and hash-chained per entry; a trigger refuses UPDATE and DELETE.';

CREATE TABLE inbox (
	door TEXT NOT NULL,
	key TEXT NOT NULL,
	person_id TEXT,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	said JSONB NOT NULL,
	CONSTRAINT inbox_pkey PRIMARY KEY (door, key)
);

CREATE INDEX inbox_at_idx ON inbox (at);

CREATE TABLE dialogue_event (
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	kind TEXT NOT NULL,
	form TEXT NOT NULL,
	version TEXT NOT NULL,
	question TEXT NOT NULL
);

CREATE INDEX dialogue_event_form_idx ON dialogue_event (form, at);

COMMENT ON TABLE dialogue_event IS 'Content-free: what happened at which question, never who or what.';

CREATE TABLE form_version (
	key TEXT NOT NULL,
	hash TEXT NOT NULL,
	source TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT form_version_pkey PRIMARY KEY (key, hash)
);

COMMENT ON TABLE form_version IS 'Versions are immutable; an open dialogue keeps the one it began with.';

CREATE TABLE occurrence (
	rule TEXT NOT NULL,
	subject TEXT NOT NULL,
	slot TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT occurrence_pkey PRIMARY KEY (rule, subject, slot)
);

CREATE INDEX occurrence_at_idx ON occurrence (at);

COMMENT ON TABLE occurrence IS 'Each thing happens once, however many replicas tick.';

CREATE TABLE letter (
	id BIGSERIAL NOT NULL,
	key TEXT NOT NULL,
	door TEXT NOT NULL,
	address TEXT NOT NULL,
	person_id TEXT NOT NULL,
	purpose TEXT NOT NULL,
	template TEXT NOT NULL,
	facts JSONB NOT NULL,
	ledger TEXT,
	number TEXT,
	urgent BOOLEAN DEFAULT false NOT NULL,
	not_before TIMESTAMP WITH TIME ZONE NOT NULL,
	state TEXT DEFAULT 'ready' NOT NULL,
	attempts INTEGER DEFAULT '0' NOT NULL,
	owner TEXT,
	lease_until TIMESTAMP WITH TIME ZONE,
	started_at TIMESTAMP WITH TIME ZONE,
	repeats INTEGER DEFAULT '0' NOT NULL,
	bundle BIGINT,
	body BYTEA,
	body_sha256 TEXT,
	ref TEXT,
	reason TEXT,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
	settled_at TIMESTAMP WITH TIME ZONE,
	left_at TIMESTAMP WITH TIME ZONE,
	stage TEXT GENERATED ALWAYS AS (CASE WHEN state IN ('sent','obsolete') THEN 'done' WHEN state = 'dead' THEN 'dead' ELSE 'open' END) STORED,
	CONSTRAINT letter_pkey PRIMARY KEY (id),
	CONSTRAINT letter_state_check CHECK (state IN ('held','ready','claimed','started','sent','uncertain','retry','dead','obsolete')),
	CONSTRAINT letter_key_key UNIQUE (key)
)
 WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);

CREATE INDEX letter_left_idx ON letter (door, address, left_at) WHERE left_at IS NOT NULL;

CREATE INDEX letter_open_idx ON letter (door, address, id) WHERE stage = 'open';

CREATE INDEX letter_subject_idx ON letter (ledger, number) WHERE stage = 'open' AND number IS NOT NULL;

CREATE INDEX letter_bundle_idx ON letter (bundle) WHERE stage = 'open' AND bundle IS NOT NULL;

CREATE INDEX letter_dead_idx ON letter (settled_at) WHERE stage = 'dead';

CREATE INDEX letter_due_idx ON letter (door, not_before, id) WHERE stage = 'open';

COMMENT ON TABLE letter IS 'Everything that must reach somebody, and what became of it (mailroom.md).';

CREATE TABLE door_state (
	door TEXT NOT NULL,
	paused_until TIMESTAMP WITH TIME ZONE,
	broken TEXT,
	spent_until TIMESTAMP WITH TIME ZONE,
	parallel INTEGER DEFAULT '32' NOT NULL,
	checked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT door_state_pkey PRIMARY KEY (door)
);

COMMENT ON TABLE door_state IS 'What every replica must know of a door: pauses after 45009, alarms, parallelism.';

CREATE TABLE token (
	name TEXT NOT NULL,
	value BYTEA NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT token_pkey PRIMARY KEY (name)
);

COMMENT ON TABLE token IS 'Access tokens shared by all replicas; refreshed under a row lock.';

CREATE TABLE person (
	id TEXT NOT NULL,
	id_lower TEXT NOT NULL,
	name TEXT NOT NULL,
	initials TEXT DEFAULT '' NOT NULL,
	unit_code TEXT NOT NULL,
	role TEXT NOT NULL,
	field_role TEXT,
	language TEXT DEFAULT 'zh' NOT NULL,
	active BOOLEAN DEFAULT true NOT NULL,
	CONSTRAINT person_pkey PRIMARY KEY (id),
	CONSTRAINT person_role_check CHECK (role IN ('field_staff','department_head','supervision_officer','leader','administrator','custodian')),
	CONSTRAINT person_field_role_check CHECK (field_role IN ('customer_manager','market_inspector','delivery_worker')),
	CONSTRAINT person_id_lower_key UNIQUE (id_lower),
	CONSTRAINT person_unit_code_fkey FOREIGN KEY(unit_code) REFERENCES unit (code)
);

CREATE INDEX person_unit_code_idx ON person (unit_code);

CREATE TABLE contact (
	door TEXT NOT NULL,
	address TEXT NOT NULL,
	person_id TEXT NOT NULL,
	off_reason TEXT,
	off_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT contact_pkey PRIMARY KEY (door, address),
	CONSTRAINT contact_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX contact_person_id_idx ON contact (person_id);

COMMENT ON TABLE contact IS 'Where people are reached: one row per door and address.';

CREATE TABLE merchant (
	licence_no TEXT NOT NULL,
	name TEXT NOT NULL,
	owner TEXT DEFAULT '' NOT NULL,
	address TEXT DEFAULT '' NOT NULL,
	county_code TEXT NOT NULL,
	lat FLOAT,
	lon FLOAT,
	datum TEXT,
	spot point,
	grade TEXT DEFAULT '' NOT NULL,
	status TEXT DEFAULT 'open' NOT NULL,
	customer_manager TEXT,
	market_inspector TEXT,
	delivery_worker TEXT,
	initials TEXT DEFAULT '' NOT NULL,
	grams TEXT[] DEFAULT '{}' NOT NULL,
	CONSTRAINT merchant_pkey PRIMARY KEY (licence_no),
	CONSTRAINT merchant_status_check CHECK (status IN ('open','suspended','closed')),
	CONSTRAINT merchant_customer_manager_fkey FOREIGN KEY(customer_manager) REFERENCES person (id),
	CONSTRAINT merchant_market_inspector_fkey FOREIGN KEY(market_inspector) REFERENCES person (id),
	CONSTRAINT merchant_delivery_worker_fkey FOREIGN KEY(delivery_worker) REFERENCES person (id)
);

CREATE INDEX merchant_county_code_idx ON merchant (county_code);

CREATE INDEX merchant_spot_idx ON merchant USING gist (spot);

CREATE INDEX merchant_grams_idx ON merchant USING gin (grams);

CREATE TABLE evidence (
	id UUID NOT NULL,
	ledger TEXT,
	number TEXT,
	seq INTEGER,
	person_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	door TEXT NOT NULL,
	ref TEXT NOT NULL,
	name TEXT,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	state TEXT DEFAULT 'wanted' NOT NULL,
	attempts INTEGER DEFAULT '0' NOT NULL,
	next_at TIMESTAMP WITH TIME ZONE,
	lease_until TIMESTAMP WITH TIME ZONE,
	reason TEXT,
	sha256 TEXT,
	size BIGINT,
	mime TEXT,
	width INTEGER,
	height INTEGER,
	taken_at TIMESTAMP WITH TIME ZONE,
	taken_lat FLOAT,
	taken_lon FLOAT,
	exif JSONB,
	phash BIGINT,
	thumb BOOLEAN DEFAULT false NOT NULL,
	CONSTRAINT evidence_pkey PRIMARY KEY (id),
	CONSTRAINT evidence_kind_check CHECK (kind IN ('image','voice','video','file')),
	CONSTRAINT evidence_state_check CHECK (state IN ('wanted','stored','failed')),
	CONSTRAINT evidence_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX evidence_wanted_idx ON evidence (next_at) WHERE state = 'wanted';

CREATE INDEX evidence_entry_idx ON evidence (ledger, number);

CREATE INDEX evidence_sha256_idx ON evidence (sha256);

COMMENT ON TABLE evidence IS 'Photos and recordings; the bytes are in the object store under their SHA-256.';

CREATE TABLE dialogue (
	person_id TEXT NOT NULL,
	version BIGINT NOT NULL,
	state JSONB NOT NULL,
	form TEXT,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT dialogue_pkey PRIMARY KEY (person_id),
	CONSTRAINT dialogue_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX dialogue_open_idx ON dialogue (updated_at) WHERE form IS NOT NULL;

CREATE TABLE clue (
	number TEXT NOT NULL,
	state TEXT NOT NULL,
	source TEXT NOT NULL,
	unit_code TEXT NOT NULL,
	bureau TEXT NOT NULL,
	reporter TEXT,
	reporter_field_role TEXT,
	merchant TEXT,
	merchant_note TEXT,
	indicator TEXT,
	internal BOOLEAN DEFAULT false NOT NULL,
	special BOOLEAN DEFAULT false NOT NULL,
	severity INTEGER,
	text TEXT DEFAULT '' NOT NULL,
	lat FLOAT,
	lon FLOAT,
	sent_lat FLOAT,
	sent_lon FLOAT,
	datum TEXT,
	accuracy FLOAT,
	place_label TEXT,
	spot point,
	distance_m FLOAT,
	observed_at TIMESTAMP WITH TIME ZONE,
	reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
	late BOOLEAN DEFAULT false NOT NULL,
	photos INTEGER DEFAULT '0' NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE,
	holder_person TEXT,
	holder_unit TEXT,
	holder_role TEXT,
	came_from TEXT,
	problem TEXT,
	last_text TEXT DEFAULT '' NOT NULL,
	last_at TIMESTAMP WITH TIME ZONE NOT NULL,
	lines INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT clue_pkey PRIMARY KEY (number),
	CONSTRAINT clue_source_check CHECK (source IN ('staff','tip','feed')),
	CONSTRAINT clue_merchant_note_check CHECK (merchant_note IN ('unlicensed','unknown')),
	CONSTRAINT clue_open_is_held_check CHECK (state NOT IN ('head_review','county_review','city_review','need_info') OR (due_at IS NOT NULL AND (holder_person IS NOT NULL OR holder_unit IS NOT NULL))),
	CONSTRAINT clue_unit_code_fkey FOREIGN KEY(unit_code) REFERENCES unit (code),
	CONSTRAINT clue_bureau_fkey FOREIGN KEY(bureau) REFERENCES unit (code),
	CONSTRAINT clue_reporter_fkey FOREIGN KEY(reporter) REFERENCES person (id),
	CONSTRAINT clue_merchant_fkey FOREIGN KEY(merchant) REFERENCES merchant (licence_no),
	CONSTRAINT clue_indicator_fkey FOREIGN KEY(indicator) REFERENCES indicator (code),
	CONSTRAINT clue_holder_person_fkey FOREIGN KEY(holder_person) REFERENCES person (id),
	CONSTRAINT clue_holder_unit_fkey FOREIGN KEY(holder_unit) REFERENCES unit (code)
);

CREATE INDEX clue_holder_person_idx ON clue (holder_person) WHERE holder_person IS NOT NULL;

CREATE INDEX clue_merchant_idx ON clue (merchant, reported_at);

CREATE INDEX clue_bureau_state_idx ON clue (bureau, state, due_at);

CREATE INDEX clue_holder_unit_idx ON clue (holder_unit, holder_role) WHERE holder_unit IS NOT NULL;

CREATE INDEX clue_spot_idx ON clue USING gist (spot);

CREATE INDEX clue_reporter_idx ON clue (reporter, reported_at);

CREATE TABLE clue_accused (
	number TEXT NOT NULL,
	person_id TEXT NOT NULL,
	CONSTRAINT clue_accused_pkey PRIMARY KEY (number, person_id),
	CONSTRAINT clue_accused_number_fkey FOREIGN KEY(number) REFERENCES clue (number),
	CONSTRAINT clue_accused_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
);

COMMENT ON TABLE clue_accused IS 'Staff whom a clue names: they and their line never see it (features.md B03).';

CREATE TABLE handling_form (
	clue TEXT NOT NULL,
	state TEXT DEFAULT 'open' NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE,
	fields JSONB DEFAULT '{}' NOT NULL,
	CONSTRAINT handling_form_pkey PRIMARY KEY (clue),
	CONSTRAINT handling_form_state_check CHECK (state IN ('open','accepted','merged','ended')),
	CONSTRAINT handling_form_clue_fkey FOREIGN KEY(clue) REFERENCES clue (number)
);

COMMENT ON TABLE handling_form IS '内管信息处理单: opens by itself with every clue that reaches supervision.';
