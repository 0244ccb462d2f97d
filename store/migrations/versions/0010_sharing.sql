CREATE TABLE sso_key (
    id TEXT NOT NULL,
    public JSONB NOT NULL,
    sealed BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    signs_from TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT sso_key_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE sso_key IS 'Keys that identity tokens are signed with: published before they sign, and for a while after.';

CREATE TABLE api_key (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    hash BYTEA NOT NULL,
    tail TEXT NOT NULL,
    person_id TEXT,
    unit_code TEXT,
    rights TEXT[] NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT api_key_pkey PRIMARY KEY (id),
    CONSTRAINT api_key_whose_check CHECK (num_nonnulls(person_id, unit_code) = 1),
    CONSTRAINT api_key_hash_key UNIQUE (hash),
    CONSTRAINT api_key_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT api_key_unit_code_fkey FOREIGN KEY(unit_code) REFERENCES unit (code),
    CONSTRAINT api_key_made_by_fkey FOREIGN KEY(made_by) REFERENCES person (id)
);

COMMENT ON TABLE api_key IS 'Keys of the open interface. What it is itself is shown once; here is its SHA-256.';

CREATE TABLE document (
    id BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    units TEXT[] DEFAULT '{}' NOT NULL,
    departments TEXT[] DEFAULT '{}' NOT NULL,
    roles TEXT[] DEFAULT '{}' NOT NULL,
    version INTEGER NOT NULL,
    words TSVECTOR NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_by TEXT,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT document_pkey PRIMARY KEY (id),
    CONSTRAINT document_kind_check CHECK (kind IN ('rule','training','notice','form','other')),
    CONSTRAINT document_made_by_fkey FOREIGN KEY(made_by) REFERENCES person (id),
    CONSTRAINT document_withdrawn_by_fkey FOREIGN KEY(withdrawn_by) REFERENCES person (id)
);

CREATE INDEX document_changed_idx ON document (changed_at);

CREATE INDEX document_words_idx ON document USING gin (words);

COMMENT ON TABLE document IS 'Rules, training material and other papers that are shared within a scope.';

CREATE TABLE hook (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    person_id TEXT NOT NULL,
    verbs TEXT[] DEFAULT '{}' NOT NULL,
    sealed BYTEA NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT hook_pkey PRIMARY KEY (id),
    CONSTRAINT hook_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT hook_made_by_fkey FOREIGN KEY(made_by) REFERENCES person (id)
);

CREATE INDEX hook_active_idx ON hook (active) WHERE active;

COMMENT ON TABLE hook IS 'Who is told of moves of the ledgers; letters of the door `hook` go there.';

CREATE TABLE partner (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    icon TEXT DEFAULT 'globe' NOT NULL,
    start TEXT NOT NULL,
    redirects TEXT[] NOT NULL,
    secret_hash BYTEA NOT NULL,
    units TEXT[] DEFAULT '{}' NOT NULL,
    departments TEXT[] DEFAULT '{}' NOT NULL,
    roles TEXT[] DEFAULT '{}' NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT partner_pkey PRIMARY KEY (id),
    CONSTRAINT partner_made_by_fkey FOREIGN KEY(made_by) REFERENCES person (id)
);

COMMENT ON TABLE partner IS 'Systems of others that people enter from here without signing in again (OpenID Connect clients).';

CREATE TABLE thread (
    id BIGSERIAL NOT NULL,
    title TEXT NOT NULL,
    number TEXT,
    posts INTEGER DEFAULT '0' NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    assignee TEXT,
    due_on DATE,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT thread_pkey PRIMARY KEY (id),
    CONSTRAINT thread_made_by_fkey FOREIGN KEY(made_by) REFERENCES person (id),
    CONSTRAINT thread_assignee_fkey FOREIGN KEY(assignee) REFERENCES person (id)
);

CREATE INDEX thread_assignee_idx ON thread (assignee) WHERE assignee IS NOT NULL;

CREATE INDEX thread_number_idx ON thread (number) WHERE number IS NOT NULL;

CREATE TABLE announcement (
    id BIGSERIAL NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    units TEXT[] DEFAULT '{}' NOT NULL,
    departments TEXT[] DEFAULT '{}' NOT NULL,
    roles TEXT[] DEFAULT '{}' NOT NULL,
    document BIGINT,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE,
    withdrawn_by TEXT,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    reminders INTEGER DEFAULT '0' NOT NULL,
    reminded_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT announcement_pkey PRIMARY KEY (id),
    CONSTRAINT announcement_document_fkey FOREIGN KEY(document) REFERENCES document (id),
    CONSTRAINT announcement_made_by_fkey FOREIGN KEY(made_by) REFERENCES person (id),
    CONSTRAINT announcement_withdrawn_by_fkey FOREIGN KEY(withdrawn_by) REFERENCES person (id)
);

CREATE INDEX announcement_made_idx ON announcement (made_at);

CREATE TABLE api_answer (
    key BIGINT NOT NULL,
    once TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    status INTEGER,
    answer JSONB,
    CONSTRAINT api_answer_key_once_key UNIQUE (key, once),
    CONSTRAINT api_answer_key_fkey FOREIGN KEY(key) REFERENCES api_key (id)
);

CREATE INDEX api_answer_at_idx ON api_answer (at);

COMMENT ON TABLE api_answer IS 'Idempotency keys: the same one gets the same answer, and is refused with another content.';

CREATE TABLE document_version (
    document BIGINT NOT NULL,
    version INTEGER NOT NULL,
    file TEXT NOT NULL,
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT document_version_pkey PRIMARY KEY (document, version),
    CONSTRAINT document_version_document_fkey FOREIGN KEY(document) REFERENCES document (id),
    CONSTRAINT document_version_made_by_fkey FOREIGN KEY(made_by) REFERENCES person (id)
);

COMMENT ON TABLE document_version IS 'Every version of a document; none is ever lost.';

CREATE TABLE sso_code (
    hash BYTEA NOT NULL,
    partner TEXT NOT NULL,
    person_id TEXT NOT NULL,
    asked JSONB NOT NULL,
    signed_in_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    token TEXT,
    CONSTRAINT sso_code_pkey PRIMARY KEY (hash),
    CONSTRAINT sso_code_partner_fkey FOREIGN KEY(partner) REFERENCES partner (id),
    CONSTRAINT sso_code_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX sso_code_made_idx ON sso_code (made_at);

CREATE INDEX sso_code_token_idx ON sso_code (token) WHERE token IS NOT NULL;

COMMENT ON TABLE sso_code IS 'Codes of RFC 6749: good once, for a minute.';

CREATE TABLE sso_request (
    id TEXT NOT NULL,
    partner TEXT NOT NULL,
    asked JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT sso_request_pkey PRIMARY KEY (id),
    CONSTRAINT sso_request_partner_fkey FOREIGN KEY(partner) REFERENCES partner (id)
);

CREATE INDEX sso_request_made_idx ON sso_request (made_at);

COMMENT ON TABLE sso_request IS 'Somebody on their way in, until they are signed in here.';

CREATE TABLE thread_person (
    thread BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    seen INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT thread_person_pkey PRIMARY KEY (thread, person_id),
    CONSTRAINT thread_person_thread_fkey FOREIGN KEY(thread) REFERENCES thread (id),
    CONSTRAINT thread_person_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX thread_person_idx ON thread_person (person_id);

COMMENT ON TABLE thread_person IS 'Who takes part in a thread; nobody else sees it.';

CREATE TABLE thread_post (
    thread BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    about TEXT,
    due_on DATE,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT thread_post_pkey PRIMARY KEY (thread, seq),
    CONSTRAINT thread_post_kind_check CHECK (kind IN ('ask','reply','assign','close','reopen')),
    CONSTRAINT thread_post_thread_fkey FOREIGN KEY(thread) REFERENCES thread (id),
    CONSTRAINT thread_post_about_fkey FOREIGN KEY(about) REFERENCES person (id),
    CONSTRAINT thread_post_made_by_fkey FOREIGN KEY(made_by) REFERENCES person (id)
);

CREATE TABLE announcement_reader (
    announcement BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    read_in TEXT,
    CONSTRAINT announcement_reader_pkey PRIMARY KEY (announcement, person_id),
    CONSTRAINT announcement_reader_read_in_check CHECK (read_in IN ('console','chat')),
    CONSTRAINT announcement_reader_announcement_fkey FOREIGN KEY(announcement) REFERENCES announcement (id),
    CONSTRAINT announcement_reader_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX announcement_reader_unread_idx ON announcement_reader (person_id) WHERE read_at IS NULL;

COMMENT ON TABLE announcement_reader IS 'Whom an announcement was sent to, and who read it when.';
