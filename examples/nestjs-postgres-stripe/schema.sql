CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  -- Set with every request of theirs; who has made none for a week is dormant.
  last_activity_at timestamptz NOT NULL DEFAULT now(),
  re_engagement_sent boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What users do. A loop can ask for it (`activity: { table: 'events' }`).
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON events (user_id, created_at);
