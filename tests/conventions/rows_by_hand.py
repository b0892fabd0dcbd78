"""Rows that the test of the wall writes by SQL, because no door of the API writes them at once."""

ROWS_BY_HAND = {
    "counters": "insert into laurels.counters (tenant_id, name, value) values ($1, 'wall', 1)",
    "event_handlings": "insert into laurels.event_handlings (tenant_id, event_id, handler,"
    " event_type, position, state, error, next_attempt_at, created_at, finished_at) select"
    " tenant_id, id, 'wall-handler', type, position, 'dead', 'wall-error', now(), now(), now()"
    " from laurels.outbox where tenant_id = $1 order by position limit 1",
    "outbound_attempts": "insert into laurels.outbound_attempts (tenant_id, message_id, attempt,"
    " sent_at, duration_ms, response) select tenant_id, id, 1, now(), 1, 'wall-answer'"
    " from laurels.outbound_messages where tenant_id = $1",
    "import_runs": "insert into laurels.import_runs (tenant_id, kind, source, file_name, status,"
    " started_at) values ($1, 'members', 'wall', 'wall.csv', 'finished', now())",
    "import_chunks": "insert into laurels.import_chunks (tenant_id, run_id, begins_at, content)"
    " select tenant_id, id, 0, 'wall' from laurels.import_runs where tenant_id = $1 limit 1",
    "job_runs": "insert into laurels.job_runs (tenant_id, job, period, origin, state, due_at,"
    " created_at) values ($1, 'wall.job', 'wall-period', 'hand', 'waiting', now(), now())",
    "segment_days": "insert into laurels.segment_days (tenant_id, segment_id, day, members, joined,"
    " left_count, revenue, purchases, points_earned, points_redeemed, computed_at)"
    " select tenant_id, id, '2026-01-01', 1, 1, 0, 1, 1, 1, 1, now() from laurels.segments"
    " where tenant_id = $1",
    "test_clocks": "insert into laurels.test_clocks (tenant_id, now, created_at)"
    " values ($1, now(), now())",
    "staff_sessions": "insert into laurels.staff_sessions (tenant_id, staff_id, created_at,"
    " refreshed_at, expires_at, user_agent) select tenant_id, id, now(), now(), now(), 'wall-agent'"
    " from laurels.staff where tenant_id = $1",
    "pictures": "insert into laurels.pictures (tenant_id, digest, width, height)"
    " values ($1, repeat('a', 64), 1, 1)",
    "saved_views": "insert into laurels.saved_views (tenant_id, staff_id, screen, name, search,"
    " shared, created_at, updated_at) select tenant_id, id, 'wall', 'wall-view', '{}', true, now(),"
    " now() from laurels.staff where tenant_id = $1",
    "default_views": "insert into laurels.default_views (tenant_id, staff_id, screen, view_id)"
    " select tenant_id, staff_id, screen, id from laurels.saved_views where tenant_id = $1",
    "refresh_tokens": "insert into laurels.refresh_tokens (tenant_id, session_id, hash, created_at,"
    " expires_at, access_hash, access_expires_at)"
    " select tenant_id, id, 'x', now(), now(), 'y', now() from laurels.staff_sessions"
    " where tenant_id = $1",
    "bulk_actions": "insert into laurels.bulk_actions (tenant_id, action, state, total, actor_type,"
    " created_at) values ($1, '{}', 'waiting', 1, 'wall-actor', now())",
    "bulk_action_members": "insert into laurels.bulk_action_members (tenant_id, action_id,"
    " member_id) select b.tenant_id, b.id, m.id from laurels.bulk_actions as b"
    " join laurels.members as m using (tenant_id) where b.tenant_id = $1 limit 1",
    "rejected_rows": "insert into laurels.rejected_rows (tenant_id, run_id, line, code, message,"
    " row) select tenant_id, id, 1, 'x', 'wall', '{}' from laurels.import_runs"
    " where tenant_id = $1",
}
"""Tables that no door of this version writes yet; a table that is neither is a failing test."""
