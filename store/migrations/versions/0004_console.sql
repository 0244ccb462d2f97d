CREATE TABLE sign_in (
	token_hash BYTEA NOT NULL,
	person_id TEXT NOT NULL,
	door TEXT NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	used_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT sign_in_pkey PRIMARY KEY (token_hash),
	CONSTRAINT sign_in_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX sign_in_person_idx ON sign_in (person_id, made_at);

COMMENT ON TABLE sign_in IS 'One-time links into the console; only the hash of what they carry.';

CREATE TABLE session (
	token_hash BYTEA NOT NULL,
	person_id TEXT NOT NULL,
	door TEXT NOT NULL,
	language TEXT NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT session_pkey PRIMARY KEY (token_hash),
	CONSTRAINT session_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX session_person_id_idx ON session (person_id);

COMMENT ON TABLE session IS 'Who is signed in to the console; only the hash of the cookie.';
