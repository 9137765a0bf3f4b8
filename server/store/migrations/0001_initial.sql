-- Times are milliseconds since the epoch. A status is the letter of core/task/status.ts.
--
-- SQLite ends every index with the row's id, so an index over (status, hidden) lists the tasks of one status by id.
-- Nothing here is ever analysed (ANALYZE): the plans of the statements are the same on every machine and are tested.

CREATE TABLE batch (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL UNIQUE,
  paused     INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE worker (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT NOT NULL UNIQUE,
  batch_id        INTEGER NOT NULL REFERENCES batch (id),
  status          TEXT NOT NULL,
  concurrency     INTEGER NOT NULL,
  prefetch        INTEGER NOT NULL,
  version         TEXT NOT NULL,
  -- Names the agent's run of sequence numbers; reports of that run are applied up to last_seq.
  outbox          TEXT NOT NULL DEFAULT '',
  last_seq        INTEGER NOT NULL DEFAULT 0,
  created_at      INTEGER NOT NULL,
  last_contact_at INTEGER NOT NULL
) STRICT;

-- Texts come last: a row whose command is long runs on over other pages, and what decides about a task must be read
-- without them.
CREATE TABLE task (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id         INTEGER NOT NULL REFERENCES batch (id),
  status           TEXT NOT NULL,
  -- 1: a clone took this task's place.
  hidden           INTEGER NOT NULL DEFAULT 0,
  priority         INTEGER NOT NULL,
  -- Automatic retries left.
  retry            INTEGER NOT NULL,
  -- Executions begun, counting those of the tasks that this one is a clone of.
  attempt          INTEGER NOT NULL DEFAULT 0,
  -- Dependencies not met yet; kept equal to the rows of dependency with met = 0.
  waiting_for      INTEGER NOT NULL DEFAULT 0,
  -- The latest execution, and its worker.
  execution_id     INTEGER,
  worker_id        INTEGER,
  -- The task that this one is a clone of.
  previous_task_id INTEGER,
  created_at       INTEGER NOT NULL,
  modified_at      INTEGER NOT NULL,
  status_at        INTEGER NOT NULL,
  exit_code        INTEGER,
  failure          TEXT,
  message          TEXT,
  name             TEXT,
  -- The argument vector, quoted as core/task/command.ts does.
  command          TEXT NOT NULL,
  -- JSON of TaskSettings (core/contract/task.ts), NULL when a task has none.
  settings         TEXT
) STRICT;

-- Every list of tasks is one run through such an index, newest first, or a merge of several.
CREATE INDEX task_by_status ON task (status, hidden);
CREATE INDEX task_by_batch ON task (batch_id, status, hidden);
CREATE INDEX task_by_worker ON task (worker_id, hidden) WHERE worker_id IS NOT NULL;
CREATE INDEX task_by_failure ON task (failure, hidden) WHERE failure IS NOT NULL;
CREATE INDEX task_by_name ON task (name) WHERE name IS NOT NULL;
CREATE INDEX task_by_previous ON task (previous_task_id) WHERE previous_task_id IS NOT NULL;

CREATE TABLE dependency (
  task_id     INTEGER NOT NULL,
  requires_id INTEGER NOT NULL,
  -- 'success' or 'end'
  kind        TEXT NOT NULL,
  met         INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (task_id, requires_id, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX dependency_unmet ON dependency (requires_id) WHERE met = 0;

CREATE TABLE execution (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id     INTEGER NOT NULL,
  worker_id   INTEGER NOT NULL,
  attempt     INTEGER NOT NULL,
  -- 'open', 'succeeded', 'failed', 'lost' or 'canceled'
  outcome     TEXT NOT NULL DEFAULT 'open',
  created_at  INTEGER NOT NULL,
  accepted_at INTEGER,
  started_at  INTEGER,
  ended_at    INTEGER,
  exit_code   INTEGER,
  failure     TEXT,
  message     TEXT,
  -- What was run, where that is no longer what the task says (the task was edited since); else NULL.
  command     TEXT,
  settings    TEXT
) STRICT;

CREATE INDEX execution_by_task ON execution (task_id);
CREATE INDEX execution_by_outcome ON execution (outcome, worker_id);

CREATE TABLE token (
  -- SHA-256 of the token; tokens are random, so a plain hash is enough.
  hash       BLOB PRIMARY KEY,
  -- 'administrator', 'enrolment' or 'worker'
  kind       TEXT NOT NULL,
  worker_id  INTEGER,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Parts of submissions that are too long for one request, until they are committed.
CREATE TABLE submission_part (
  submission TEXT NOT NULL,
  part       INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  -- JSON, as the caller of Transaction.putSubmissionPart gave it.
  tasks      TEXT NOT NULL,
  PRIMARY KEY (submission, part)
) STRICT;
