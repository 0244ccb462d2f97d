-- Roll-ups behind the leaders' reports, and what was pushed of them.

CREATE TABLE report_entry (
    number TEXT NOT NULL,
    ledger TEXT NOT NULL,
    bureau TEXT NOT NULL,
    department TEXT NOT NULL,
    indicator TEXT NOT NULL,
    sight TEXT NOT NULL,
    source TEXT NOT NULL,
    role TEXT NOT NULL,
    offices TEXT[] NOT NULL,
    day DATE NOT NULL,
    closed_on DATE,
    took INTEGER,
    confirmed INTEGER NOT NULL,
    unfounded INTEGER NOT NULL,
    merged INTEGER NOT NULL,
    late INTEGER NOT NULL,
    nudged INTEGER NOT NULL,
    nudges INTEGER NOT NULL,
    escalated INTEGER NOT NULL,
    returned INTEGER NOT NULL,
    returns INTEGER NOT NULL,
    reopened INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    state TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT report_entry_pkey PRIMARY KEY (number),
    CONSTRAINT report_entry_sight_check CHECK (sight IN ('open','county','city','tip'))
)
 WITH (fillfactor = 80);

CREATE INDEX report_entry_offices_idx ON report_entry USING gin (offices) WHERE open;

CREATE INDEX report_entry_open_idx ON report_entry (bureau, ledger, due_at) INCLUDE (state, department, indicator, sight) WHERE open;

COMMENT ON TABLE report_entry IS 'As what every entry counts in the reports, kept in step by the transaction of each move.';

CREATE TABLE report_delta (
    id BIGSERIAL NOT NULL,
    sign INTEGER NOT NULL,
    ledger TEXT NOT NULL,
    bureau TEXT NOT NULL,
    department TEXT NOT NULL,
    indicator TEXT NOT NULL,
    sight TEXT NOT NULL,
    source TEXT NOT NULL,
    role TEXT NOT NULL,
    offices TEXT[] NOT NULL,
    day DATE NOT NULL,
    closed_on DATE,
    took INTEGER,
    confirmed INTEGER NOT NULL,
    unfounded INTEGER NOT NULL,
    merged INTEGER NOT NULL,
    late INTEGER NOT NULL,
    nudged INTEGER NOT NULL,
    nudges INTEGER NOT NULL,
    escalated INTEGER NOT NULL,
    returned INTEGER NOT NULL,
    returns INTEGER NOT NULL,
    reopened INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    CONSTRAINT report_delta_pkey PRIMARY KEY (id),
    CONSTRAINT report_delta_sign_check CHECK (sign IN (1, -1))
);

COMMENT ON TABLE report_delta IS 'What moves changed and no sum has taken in yet.';

CREATE TABLE report_picture (
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    asked JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    png BYTEA,
    media TEXT,
    media_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT report_picture_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE report_picture IS 'Pictures of reports on their way to people; forgotten after a month.';

CREATE TABLE report_sum (
    grain TEXT NOT NULL,
    start DATE NOT NULL,
    office TEXT NOT NULL,
    indicator TEXT NOT NULL,
    way TEXT NOT NULL,
    ledger TEXT NOT NULL,
    bureau TEXT NOT NULL,
    department TEXT NOT NULL,
    sight TEXT NOT NULL,
    source TEXT NOT NULL,
    role TEXT NOT NULL,
    took INTEGER NOT NULL,
    n INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    unfounded INTEGER NOT NULL,
    merged INTEGER NOT NULL,
    late INTEGER NOT NULL,
    nudged INTEGER NOT NULL,
    nudges INTEGER NOT NULL,
    escalated INTEGER NOT NULL,
    returned INTEGER NOT NULL,
    returns INTEGER NOT NULL,
    reopened INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    CONSTRAINT report_sum_pkey PRIMARY KEY (grain, office, start, indicator, way, ledger, bureau, department, sight, source, role, took),
    CONSTRAINT report_sum_grain_check CHECK (grain IN ('day','month')),
    CONSTRAINT report_sum_way_check CHECK (way IN ('in','out'))
);

CREATE INDEX report_sum_all_idx ON report_sum (office, grain, start) WHERE indicator = '*';

COMMENT ON TABLE report_sum IS 'Sums of what entries count as, by day and month, of all kinds together and of each.';

-- What a shop had before: whether a problem is a repeated one is asked of every new one.
CREATE INDEX problem_shop_idx ON problem (merchant, opened_at) WHERE merchant IS NOT NULL;

-- The departments (units below the bureaus) that these units belong to, each once.
CREATE FUNCTION offices_of(units text[]) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((
    SELECT array_agg(DISTINCT above.code ORDER BY above.code)
    FROM unit own
    CROSS JOIN LATERAL unnest(string_to_array(own.path, '/')) AS part (code)
    JOIN unit above ON above.code = part.code AND above.kind NOT IN ('province', 'city', 'county')
    WHERE own.code = ANY (units)
), '{}');

-- What every entry counts as, worked out of the ledgers. Days are Shanghai's. A confirmed matter is one whose last
-- verdict was not that nothing was found; a repeated one had another of its shop opened in the half year before it
-- (matters of staff say nothing of a shop); late: a clue reported long after it was seen, a problem whose work was
-- handed in after its deadline.
CREATE VIEW report_fact AS
SELECT
    c.number, 'clue' AS ledger, c.bureau, coalesce(u.department, '') AS department, coalesce(c.indicator, '') AS indicator,
    CASE WHEN c.source = 'tip' THEN 'tip' WHEN c.internal THEN 'city' ELSE 'open' END AS sight,
    c.source, coalesce(c.reporter_field_role, '') AS role,
    CASE WHEN c.source = 'tip' THEN '{}' ELSE offices_of(ARRAY[c.unit_code]) END AS offices,
    (c.reported_at AT TIME ZONE 'Asia/Shanghai')::date AS day, NULL::date AS closed_on, NULL::integer AS took,
    (coalesce(v.yes, 0) > coalesce(v.no, 0))::integer AS confirmed,
    (coalesce(v.no > coalesce(v.yes, 0), false) OR coalesce(l.dismissed > coalesce(l.restored, 0), false))::integer AS unfounded,
    coalesce(f.state = 'merged', false)::integer AS merged,
    c.late::integer AS late,
    0 AS nudged, 0 AS nudges,
    coalesce(l.escalated, false)::integer AS escalated,
    (l.returns > 0)::integer AS returned, l.returns,
    0 AS reopened, 0 AS repeated, 0 AS passed, 0 AS failed,
    c.state, c.state IN ('head_review', 'county_review', 'city_review', 'need_info') AS open,
    CASE WHEN c.state IN ('head_review', 'county_review', 'city_review', 'need_info') THEN c.due_at END AS due_at
FROM clue c
LEFT JOIN unit u ON u.code = c.unit_code
LEFT JOIN handling_form f ON f.clue = c.number
CROSS JOIN LATERAL (
    SELECT max(x.seq) FILTER (WHERE x.verb = 'dismiss') AS dismissed,
           max(x.seq) FILTER (WHERE x.verb = 'restore') AS restored,
           bool_or(x.verb = 'escalate') AS escalated,
           (count(*) FILTER (WHERE x.verb = 'send_back'))::integer AS returns
    FROM line x WHERE x.ledger = 'clue' AND x.number = c.number
) AS l
LEFT JOIN LATERAL (
    SELECT max(x.seq) FILTER (WHERE x.verb <> 'rule_unfounded') AS yes,
           max(x.seq) FILTER (WHERE x.verb = 'rule_unfounded') AS no
    FROM line x WHERE x.ledger = 'problem' AND x.number = c.problem AND x.verb IN ('verify', 'verify_closed', 'rule_unfounded')
) AS v ON true
UNION ALL
SELECT
    p.number, 'problem', p.bureau, p.department, coalesce(p.indicator, ''),
    CASE WHEN NOT p.internal THEN 'open' ELSE p.level END,
    c.source, '',
    offices_of(ARRAY[p.unit_code] || ARRAY(SELECT t.unit_code FROM task t WHERE t.number = p.number)),
    (p.opened_at AT TIME ZONE 'Asia/Shanghai')::date, (p.closed_at AT TIME ZONE 'Asia/Shanghai')::date,
    (p.closed_at AT TIME ZONE 'Asia/Shanghai')::date - (p.opened_at AT TIME ZONE 'Asia/Shanghai')::date,
    (coalesce(l.yes, 0) > coalesce(l.no, 0))::integer,
    coalesce(l.no > coalesce(l.yes, 0), false)::integer,
    0,
    (EXISTS (SELECT FROM task t WHERE t.number = p.number AND t.part <> 'recheck' AND t.done_at > t.due_at))::integer,
    (l.nudges > 0)::integer, l.nudges,
    0,
    (l.returns > 0)::integer, l.returns,
    (l.failed IS NOT NULL)::integer,
    (EXISTS (
        SELECT FROM problem o JOIN clue oc ON oc.number = o.form
        WHERE o.merchant = p.merchant AND o.opened_at < p.opened_at AND o.opened_at >= p.opened_at - interval '180 days'
          AND NOT oc.internal))::integer,
    coalesce(l.passed > coalesce(l.failed, 0), false)::integer,
    coalesce(l.failed > coalesce(l.passed, 0), false)::integer,
    p.state, p.state IN ('dispatched', 'investigating', 'verifying', 'rectifying', 'rechecking', 'suspended'),
    CASE WHEN p.state IN ('dispatched', 'investigating', 'verifying', 'rectifying', 'rechecking') THEN p.due_at END
FROM problem p
JOIN clue c ON c.number = p.form
CROSS JOIN LATERAL (
    SELECT max(x.seq) FILTER (WHERE x.verb IN ('verify', 'verify_closed')) AS yes,
           max(x.seq) FILTER (WHERE x.verb = 'rule_unfounded') AS no,
           (count(*) FILTER (WHERE x.verb = 'nudge'))::integer AS nudges,
           (count(*) FILTER (WHERE x.verb = 'return'))::integer AS returns,
           max(x.seq) FILTER (WHERE x.verb = 'pass') AS passed,
           max(x.seq) FILTER (WHERE x.verb = 'fail') AS failed
    FROM line x WHERE x.ledger = 'problem' AND x.number = p.number
) AS l;

-- What stands in the ledgers already: counted, and summed by the first fold.
INSERT INTO report_entry SELECT * FROM report_fact;

INSERT INTO report_delta (sign, ledger, bureau, department, indicator, sight, source, role, offices, day, closed_on, took, confirmed, unfounded, merged, late, nudged, nudges, escalated, returned, returns, reopened, repeated, passed, failed)
SELECT 1, ledger, bureau, department, indicator, sight, source, role, offices, day, closed_on, took, confirmed, unfounded, merged, late, nudged, nudges, escalated, returned, returns, reopened, repeated, passed, failed
FROM report_entry;
