-- The fifth shape: scores of shops and how they went, visits, seized pack codes.

-- What is left of 1 after so many half-lives; nothing below what float8 can hold.
CREATE FUNCTION faded(half_lives double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN power(2::double precision, greatest(-half_lives, -1000::double precision));

CREATE FUNCTION half_lives(since timestamptz, until timestamptz, days double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_part('epoch', until - since) / 86400 / days;

-- The end of "2026-Q3", in Shanghai.
CREATE FUNCTION quarter_end(quarter text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (make_date(left(quarter, 4)::integer, right(quarter, 1)::integer * 3, 1) + interval '1 month')
    AT TIME ZONE 'Asia/Shanghai';

CREATE INDEX line_verdict_idx ON line (number, seq) INCLUDE (verb, at) WHERE ledger = 'problem' AND verb IN ('verify', 'verify_closed', 'rule_unfounded');

CREATE TABLE shop_tally (
	licence_no TEXT NOT NULL,
	indicator TEXT NOT NULL,
	amount FLOAT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT shop_tally_pkey PRIMARY KEY (licence_no, indicator)
);

COMMENT ON TABLE shop_tally IS 'How many problems of each kind a shop has had confirmed, faded by time.';

CREATE TABLE shop_score (
	licence_no TEXT NOT NULL,
	county_code TEXT NOT NULL,
	score FLOAT NOT NULL,
	level TEXT NOT NULL,
	city FLOAT NOT NULL,
	province FLOAT NOT NULL,
	outflow FLOAT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	kept_score FLOAT,
	kept_level TEXT,
	kept_on DATE,
	CONSTRAINT shop_score_pkey PRIMARY KEY (licence_no),
	CONSTRAINT shop_score_level_check CHECK (level IN ('service','watch','key')),
	CONSTRAINT shop_score_score_check CHECK (score BETWEEN 0 AND 100)
)
 WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

COMMENT ON TABLE shop_score IS 'The composite score of every shop of which anything is known, as of its last move or the last night.';

CREATE INDEX shop_score_level_idx ON shop_score (level, county_code) WHERE level <> 'service';

CREATE TABLE score_snapshot (
	licence_no TEXT NOT NULL,
	day DATE NOT NULL,
	score FLOAT NOT NULL,
	level TEXT NOT NULL,
	city FLOAT NOT NULL,
	province FLOAT NOT NULL,
	outflow FLOAT NOT NULL,
	CONSTRAINT score_snapshot_pkey PRIMARY KEY (licence_no, day)
);

COMMENT ON TABLE score_snapshot IS 'Scores of days on which they had moved by a point or to another level since the one before.';

CREATE TABLE score_run (
	id BIGSERIAL NOT NULL,
	began_at TIMESTAMP WITH TIME ZONE NOT NULL,
	why TEXT NOT NULL,
	done_at TIMESTAMP WITH TIME ZONE,
	shops INTEGER,
	righted INTEGER,
	CONSTRAINT score_run_pkey PRIMARY KEY (id),
	CONSTRAINT score_run_why_check CHECK (why IN ('night','weights','import'))
);

COMMENT ON TABLE score_run IS 'Every time that all scores were counted anew: each night, and when weights or provincial data change.';

CREATE INDEX score_run_done_idx ON score_run (began_at) WHERE done_at IS NOT NULL;

CREATE TABLE visit (
	id BIGSERIAL NOT NULL,
	licence_no TEXT NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	score FLOAT NOT NULL,
	clue TEXT,
	over_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT visit_pkey PRIMARY KEY (id),
	CONSTRAINT visit_licence_no_fkey FOREIGN KEY(licence_no) REFERENCES merchant (licence_no),
	CONSTRAINT visit_clue_fkey FOREIGN KEY(clue) REFERENCES clue (number)
);

COMMENT ON TABLE visit IS 'Scores that crossed into key control; each asks, by a clue, for a look on the spot.';

CREATE UNIQUE INDEX visit_one_idx ON visit (licence_no) WHERE over_at IS NULL;

CREATE INDEX visit_shop_idx ON visit (licence_no, opened_at);

CREATE INDEX visit_waiting_idx ON visit (id) WHERE clue IS NULL AND over_at IS NULL;

CREATE TABLE seizure (
	id BIGSERIAL NOT NULL,
	title TEXT NOT NULL,
	kind TEXT NOT NULL,
	place TEXT NOT NULL,
	seized_on DATE NOT NULL,
	by TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	file TEXT NOT NULL,
	CONSTRAINT seizure_pkey PRIMARY KEY (id),
	CONSTRAINT seizure_kind_check CHECK (kind IN ('local','in_province','out_province'))
);

COMMENT ON TABLE seizure IS 'Lists of pack codes found on seized cartons.';

CREATE TABLE seized_code (
	code TEXT NOT NULL,
	row INTEGER NOT NULL,
	seizure BIGINT NOT NULL,
	licence_no TEXT NOT NULL,
	sorted_on DATE,
	CONSTRAINT seized_code_pkey PRIMARY KEY (code),
	CONSTRAINT seized_code_seizure_fkey FOREIGN KEY(seizure) REFERENCES seizure (id)
);

CREATE INDEX seized_code_seizure_idx ON seized_code (seizure, row);

CREATE INDEX seized_code_shop_idx ON seized_code (licence_no, sorted_on);
