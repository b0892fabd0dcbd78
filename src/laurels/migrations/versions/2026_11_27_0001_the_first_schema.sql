-- The tables of 0001, room by room. What they mean is said by the models and written by `migrate`.
-- sqlfluff:rules:references.keywords:ignore_words_regex:.*

-- texts -------------------------------------------------------------------------------------------

-- What a key, a line and prose are, as `kit.values.text` has it, and what facts are, as
-- `kit.values.fields` has it: what enters by SQL obeys the limits of the API. Here, because the
-- tables ask them. They are in plpgsql, because the server copies functions in SQL into each
-- statement that writes to such a table, and reads their text anew for it: 25 µs per check and
-- statement.

create function laurels.is_key(p_text text, p_longest integer) returns boolean
language plpgsql immutable parallel safe as $$
begin
  return case
    when p_text ~ '^[!-~]+$' then length(p_text) <= p_longest
    else length(p_text) between 1 and p_longest and p_text !~ '^ | $'
      and p_text is nfc normalized
      and p_text !~ '[\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f]'
      and p_text !~ '[\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f]'
      and p_text !~ '[\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufdd0-\ufdef]'
      and p_text !~ '[\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000110bd\U000110cd]'
      and p_text !~ '[\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]'
      and p_text !~ '[\U000e0000-\U000e0fff]'
  end;
end
$$;

create function laurels.is_line(p_text text, p_longest integer) returns boolean
language plpgsql immutable parallel safe as $$
begin
  return length(p_text) between 1 and p_longest
    and p_text !~ '[\t\n\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]';
end
$$;

create function laurels.is_prose(p_text text, p_longest integer) returns boolean
language plpgsql immutable parallel safe as $$
begin
  return length(p_text) between 1 and p_longest
    and p_text !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]';
end
$$;

create function laurels.are_facts(p_facts jsonb) returns boolean
language plpgsql immutable parallel safe as $$
begin
  return case
    when jsonb_typeof(p_facts) <> 'object' then false
    when (select count(*) from jsonb_object_keys(p_facts)) > 50 then false
    when jsonb_path_exists(p_facts, '$.**{6 to last}') then false
    when jsonb_path_exists(p_facts, '$.** ? (@.type() == "number" && (
      @ > 9007199254740991 || @ < -9007199254740991
    ))') then false
    else octet_length(p_facts::text) <= 1000000
      and p_facts::text !~ '(^|[^\\])(\\\\)*\\(u00[0-9a-f]{2}|[bfr])'
      and p_facts::text !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
  end;
end
$$;

-- A text as it is searched and sorted: small letters, no accents, one width; the same for what is
-- looked for.
create function laurels.plain(p_text text) returns text
language sql immutable strict parallel safe as $$
  select case
    when octet_length(p_text) = length(p_text) then lower(p_text)
    else lower(regexp_replace(normalize(p_text, nfkd), '[\u0300-\u036f]', '', 'g'))
  end
$$;

-- tenants -----------------------------------------------------------------------------------------

create table laurels.plans (
  code text not null,
  name text not null,
  limits jsonb default '{}' not null,
  version bigint default 1 not null,
  created_at timestamptz default now() not null,
  updated_at timestamptz default now() not null,
  archived_at timestamptz,
  constraint pk_plans primary key (code),
  constraint ck_plans_code_shape check (code ~ '^[a-z][a-z0-9_-]{0,39}$'),
  constraint ck_plans_limits_object check (jsonb_typeof(limits) = 'object'),
  constraint ck_plans_version_positive check (version > 0)
);

create table laurels.platform_settings (
  name text not null,
  type text not null,
  value jsonb not null,
  version bigint not null,
  updated_at timestamptz not null,
  constraint pk_platform_settings primary key (name),
  constraint ck_platform_settings_type_known
  check (type in ('string', 'number', 'boolean', 'json')),
  constraint ck_platform_settings_version_positive check (version > 0)
);

create table laurels.platform_settings_history (
  name text not null,
  version bigint not null,
  type text not null,
  value jsonb not null,
  changed_at timestamptz not null,
  actor_type text not null,
  actor_id text,
  constraint pk_platform_settings_history primary key (name, version),
  constraint ck_platform_settings_history_type_known
  check (type in ('string', 'number', 'boolean', 'json'))
);

create table laurels.tenants (
  id uuid default laurels.new_id() not null,
  slug text not null,
  name text not null,
  preset text not null,
  status text default 'active' not null,
  test boolean default false not null,
  plan text default 'standard' not null,
  currency text not null,
  time_zone text not null,
  version bigint default 1 not null,
  created_at timestamptz default now() not null,
  constraint pk_tenants primary key (id),
  constraint ck_tenants_status_known check (status in ('active', 'suspended')),
  constraint ck_tenants_slug_shape check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  constraint ck_tenants_currency_shape check (currency ~ '^[A-Z]{3}$'),
  constraint ck_tenants_version_positive check (version > 0),
  constraint uq_tenants_slug unique (slug),
  constraint fk_tenants_plan foreign key (plan) references laurels.plans (code)
);

create table laurels.login_tenants (
  login text not null,
  tenant_id uuid not null,
  constraint pk_login_tenants primary key (login),
  constraint fk_login_tenants_tenant_id foreign key (tenant_id) references laurels.tenants (id)
);

create table laurels.tenant_settings (
  tenant_id uuid not null,
  section text not null,
  values jsonb not null,
  version bigint not null,
  updated_at timestamptz not null,
  constraint pk_tenant_settings primary key (tenant_id, section),
  constraint fk_tenant_settings_tenant_id foreign key (tenant_id) references laurels.tenants (id)
);

create table laurels.tenant_settings_history (
  tenant_id uuid not null,
  section text not null,
  version bigint not null,
  values jsonb not null,
  changed_at timestamptz not null,
  actor_type text not null,
  actor_id text,
  constraint pk_tenant_settings_history primary key (tenant_id, section, version),
  constraint fk_tenant_settings_history_tenant_id
  foreign key (tenant_id)
  references laurels.tenants (id)
);

-- audit -------------------------------------------------------------------------------------------

create table laurels.audit_log (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  action text not null,
  target_type text not null,
  target_id text not null,
  before jsonb,
  after jsonb,
  actor_type text not null,
  actor_id text,
  request_id text,
  ip text,
  user_agent text,
  created_at timestamptz not null,
  constraint pk_audit_log primary key (tenant_id, id)
);

create index ix_audit_log_tenant_id_target_type_target_id_created_at
on laurels.audit_log (tenant_id, target_type, target_id, created_at);

-- outbound ----------------------------------------------------------------------------------------

create table laurels.outbound_messages (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  channel text not null,
  destination_id uuid not null,
  type text not null,
  subject_id uuid not null,
  member_id uuid,
  position bigint not null,
  payload jsonb,
  state text not null,
  attempts smallint default 0 not null,
  failures smallint default 0 not null,
  next_attempt_at timestamptz not null,
  claimed_until timestamptz,
  last_status smallint,
  last_error text,
  created_at timestamptz not null,
  finished_at timestamptz,
  constraint pk_outbound_messages primary key (tenant_id, id),
  constraint uq_outbound_messages_subject
  unique (tenant_id, subject_id, channel, destination_id),
  constraint ck_outbound_messages_state_known
  check (state in ('waiting', 'sent', 'dead', 'stopped')),
  constraint ck_outbound_messages_finished_has_time
  check ((state = 'waiting') = (finished_at is null)),
  constraint ck_outbound_messages_counts_not_negative check (attempts >= 0 and failures >= 0),
  constraint ck_outbound_messages_claimed_while_waiting
  check (claimed_until is null or state = 'waiting'),
  constraint ck_outbound_messages_channel_shape check (channel ~ '^[a-z]+(:.+)?$')
);

create index ix_outbound_messages_due
on laurels.outbound_messages (tenant_id, channel, destination_id, next_attempt_at, position)
where state = 'waiting';
create index ix_outbound_messages_order
on laurels.outbound_messages (tenant_id, channel, destination_id, member_id, position)
where state = 'waiting';
create index ix_outbound_messages_unsent
on laurels.outbound_messages (tenant_id, id)
where state in ('dead', 'stopped');

create table laurels.outbound_attempts (
  tenant_id uuid not null,
  message_id uuid not null,
  attempt smallint not null,
  sent_at timestamptz not null,
  duration_ms integer not null,
  status smallint,
  error text,
  response text,
  constraint pk_outbound_attempts primary key (tenant_id, message_id, attempt),
  constraint fk_outbound_attempts_tenant_id_message_id
  foreign key (tenant_id, message_id)
  references laurels.outbound_messages (tenant_id, id),
  constraint ck_outbound_attempts_duration_not_negative check (duration_ms >= 0)
);

-- events ------------------------------------------------------------------------------------------

create table laurels.member_sequences (
  tenant_id uuid not null,
  member_id uuid not null,
  last_seq bigint not null,
  constraint pk_member_sequences primary key (tenant_id, member_id)
)
with (fillfactor = 70);

create table laurels.outbox (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  member_id uuid,
  cause uuid,
  member_seq bigint,
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  position bigint,
  relayed_at timestamptz,
  depth smallint default 0 not null,
  historical boolean default false not null,
  type text not null,
  payload jsonb not null,
  constraint pk_outbox primary key (tenant_id, id),
  constraint ck_outbox_member_has_seq check ((member_id is null) = (member_seq is null)),
  constraint ck_outbox_depth_bounded check (depth between 0 and 6),
  constraint ck_outbox_relayed_has_position check ((position is null) = (relayed_at is null))
);

create index ix_outbox_pending
on laurels.outbox (tenant_id, id)
where relayed_at is null;
create unique index ix_outbox_pending_member
on laurels.outbox (tenant_id, member_id, member_seq)
where relayed_at is null;
create unique index ix_outbox_position
on laurels.outbox (tenant_id, position)
where position is not null;

create table laurels.outbox_leases (
  tenant_id uuid not null,
  last_position bigint not null,
  relayed_at timestamptz not null,
  constraint pk_outbox_leases primary key (tenant_id),
  constraint ck_outbox_leases_last_position_not_negative check (last_position >= 0)
)
with (fillfactor = 70);

create table laurels.webhook_endpoints (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  url text not null,
  description text,
  event_types text[] not null,
  status text not null,
  disabled_reason text,
  secret bytea not null,
  previous_secret bytea,
  previous_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint pk_webhook_endpoints primary key (tenant_id, id),
  constraint ck_webhook_endpoints_status_known
  check (status in ('enabled', 'disabled', 'deleted')),
  constraint ck_webhook_endpoints_url_shape check (url ~ '^https?://'),
  constraint ck_webhook_endpoints_previous_has_end
  check ((previous_secret is null) = (previous_until is null)),
  constraint ck_webhook_endpoints_enabled_has_no_reason
  check (disabled_reason is null or status <> 'enabled')
);

create table laurels.event_handlings (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  event_id uuid not null,
  handler text not null,
  event_type text not null,
  member_id uuid,
  position bigint not null,
  state text not null,
  attempts bigint default 0 not null,
  next_attempt_at timestamptz not null,
  error text,
  created_at timestamptz not null,
  finished_at timestamptz,
  constraint pk_event_handlings primary key (tenant_id, id),
  constraint fk_event_handlings_tenant_id_event_id
  foreign key (tenant_id, event_id)
  references laurels.outbox (tenant_id, id),
  constraint uq_event_handlings_event unique (tenant_id, event_id, handler),
  constraint ck_event_handlings_state_known
  check (state in ('waiting', 'done', 'dead', 'discarded')),
  constraint ck_event_handlings_finished_has_time
  check ((state = 'waiting') = (finished_at is null)),
  constraint ck_event_handlings_attempts_not_negative check (attempts >= 0)
);

create index ix_event_handlings_dead
on laurels.event_handlings (tenant_id, id)
where state = 'dead';
create index ix_event_handlings_due
on laurels.event_handlings (tenant_id, handler, next_attempt_at, position)
where state = 'waiting';
create index ix_event_handlings_order
on laurels.event_handlings (tenant_id, handler, member_id, position)
where state = 'waiting';

-- auth --------------------------------------------------------------------------------------------

create table laurels.operator_keys (
  id uuid default laurels.new_id() not null,
  name text not null,
  hash bytea not null,
  hint text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint pk_operator_keys primary key (id)
);

create table laurels.sign_in_throttles (
  subject bytea not null,
  kind text not null,
  failures bigint not null,
  last_at timestamptz not null,
  next_at timestamptz,
  succeeded_at timestamptz,
  constraint pk_sign_in_throttles primary key (subject),
  constraint ck_sign_in_throttles_kind_known
  check (kind in ('account', 'address', 'pair', 'mail')),
  constraint ck_sign_in_throttles_failures_not_negative check (failures >= 0),
  constraint ck_sign_in_throttles_next_at_bounded
  check (next_at >= '1970-01-01' and next_at <= '9999-01-01')
);

create index ix_sign_in_throttles_last_at
on laurels.sign_in_throttles (last_at);

create table laurels.users (
  id uuid default laurels.new_id() not null,
  email text not null,
  name text not null,
  password_hash text,
  status text default 'active' not null,
  tenants uuid[] default '{}' not null,
  created_at timestamptz not null,
  password_changed_at timestamptz,
  last_sign_in_at timestamptz,
  constraint pk_users primary key (id),
  constraint ck_users_email_shape
  check (email = lower(email collate "C") and position('@' in email) > 1),
  constraint ck_users_text_bounded check (length(email) <= 254 and length(name) <= 200),
  constraint ck_users_hash_bounded check (length(password_hash) <= 512),
  constraint ck_users_tenants_bounded check (cardinality(tenants) <= 1000),
  constraint ck_users_status_known check (status in ('active', 'disabled')),
  constraint uq_users_email unique (email)
);

create table laurels.password_resets (
  id uuid default laurels.new_id() not null,
  user_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint pk_password_resets primary key (id),
  constraint fk_password_resets_user_id
  foreign key (user_id)
  references laurels.users (id) on delete cascade
);

create index ix_password_resets_expires_at
on laurels.password_resets (expires_at);
create index ix_password_resets_user_id
on laurels.password_resets (user_id);

create table laurels.sign_in_links (
  id uuid default laurels.new_id() not null,
  hash bytea not null,
  user_id uuid,
  tenant text,
  operator text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint pk_sign_in_links primary key (id),
  constraint ck_sign_in_links_for_somebody
  check ((user_id is null) = (operator is not null) and (user_id is null) = (tenant is null)),
  constraint fk_sign_in_links_user_id
  foreign key (user_id)
  references laurels.users (id) on delete cascade
);

create index ix_sign_in_links_expires_at
on laurels.sign_in_links (expires_at);
create index ix_sign_in_links_user_id
on laurels.sign_in_links (user_id);

create table laurels.api_keys (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  name text not null,
  mode text not null,
  hash bytea not null,
  hint text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint pk_api_keys primary key (tenant_id, id),
  constraint fk_api_keys_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint ck_api_keys_mode_known check (mode in ('test', 'live'))
);

create table laurels.staff (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  user_id uuid,
  email text not null,
  name text not null,
  role text not null,
  status text not null,
  invited_by text,
  created_at timestamptz not null,
  joined_at timestamptz,
  removed_at timestamptz,
  constraint pk_staff primary key (tenant_id, id),
  constraint fk_staff_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint uq_staff_tenant_id_email unique (tenant_id, email),
  constraint uq_staff_tenant_id_user_id unique (tenant_id, user_id),
  constraint ck_staff_role_known
  check (role in ('owner', 'admin', 'manager', 'support', 'analyst', 'cashier')),
  constraint ck_staff_status_known check (status in ('invited', 'active', 'removed')),
  constraint ck_staff_email_shape
  check (email = lower(email collate "C") and position('@' in email) > 1),
  constraint ck_staff_text_bounded check (length(email) <= 254 and length(name) <= 200),
  constraint ck_staff_active_has_login check (status <> 'active' or user_id is not null),
  constraint ck_staff_removed_has_time check ((status = 'removed') = (removed_at is not null))
);

create table laurels.staff_invitations (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  staff_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  constraint pk_staff_invitations primary key (tenant_id, id),
  constraint fk_staff_invitations_tenant_id_staff_id
  foreign key (tenant_id, staff_id)
  references laurels.staff (tenant_id, id),
  constraint ck_staff_invitations_one_end check (accepted_at is null or revoked_at is null)
);

create index ix_staff_invitations_staff_id
on laurels.staff_invitations (tenant_id, staff_id);

create table laurels.staff_sessions (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  staff_id uuid not null,
  created_at timestamptz not null,
  refreshed_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  ip text,
  user_agent text,
  constraint pk_staff_sessions primary key (tenant_id, id),
  constraint fk_staff_sessions_tenant_id_staff_id
  foreign key (tenant_id, staff_id)
  references laurels.staff (tenant_id, id),
  constraint ck_staff_sessions_end_reason_known
  check (end_reason in ('signed_out', 'password_changed', 'removed', 'reuse')),
  constraint ck_staff_sessions_end_has_reason check ((ended_at is null) = (end_reason is null))
);

create index ix_staff_sessions_expires_at
on laurels.staff_sessions (tenant_id, expires_at);
create index ix_staff_sessions_staff_id
on laurels.staff_sessions (tenant_id, staff_id);

create table laurels.refresh_tokens (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  session_id uuid not null,
  hash bytea not null,
  access_hash bytea not null,
  access_expires_at timestamptz not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  rotated_at timestamptz,
  rotated_to uuid,
  reused_at timestamptz,
  constraint pk_refresh_tokens primary key (tenant_id, id),
  constraint fk_refresh_tokens_tenant_id_session_id
  foreign key (tenant_id, session_id)
  references laurels.staff_sessions (tenant_id, id),
  constraint ck_refresh_tokens_rotated_whole check ((rotated_at is null) = (rotated_to is null)),
  constraint ck_refresh_tokens_reuse_after_use check (reused_at is null or rotated_at is not null)
);

create index ix_refresh_tokens_session_id
on laurels.refresh_tokens (tenant_id, session_id);

create table laurels.saved_views (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  staff_id uuid not null,
  screen text not null,
  name text not null,
  search jsonb not null,
  shared boolean not null,
  version bigint default 1 not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint pk_saved_views primary key (tenant_id, id),
  constraint fk_saved_views_tenant_id_staff_id
  foreign key (tenant_id, staff_id)
  references laurels.staff (tenant_id, id),
  constraint uq_saved_views_tenant_id_staff_id_screen_name
  unique (tenant_id, staff_id, screen, name),
  constraint ck_saved_views_text_bounded check (length(name) <= 100 and length(screen) <= 60),
  constraint ck_saved_views_search_object check (jsonb_typeof(search) = 'object'),
  constraint ck_saved_views_search_bounded check (length(search::text) <= 16000),
  constraint ck_saved_views_version_positive check (version > 0)
);

create index ix_saved_views_shared
on laurels.saved_views (tenant_id, screen)
where shared;

create table laurels.default_views (
  tenant_id uuid not null,
  staff_id uuid not null,
  screen text not null,
  view_id uuid not null,
  constraint pk_default_views primary key (tenant_id, staff_id, screen),
  constraint fk_default_views_tenant_id_staff_id
  foreign key (tenant_id, staff_id)
  references laurels.staff (tenant_id, id),
  constraint fk_default_views_tenant_id_view_id
  foreign key (tenant_id, view_id)
  references laurels.saved_views (tenant_id, id)
  on delete cascade,
  constraint ck_default_views_text_bounded check (length(screen) <= 60)
);

create index ix_default_views_view_id
on laurels.default_views (tenant_id, view_id);

-- jobs --------------------------------------------------------------------------------------------

create table laurels.job_runs (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  job text not null,
  period text not null,
  origin text not null,
  state text not null,
  due_at timestamptz not null,
  created_at timestamptz not null,
  next_attempt_at timestamptz,
  started_at timestamptz,
  beat_at timestamptz,
  finished_at timestamptz,
  attempts bigint default 0 not null,
  done bigint default 0 not null,
  total bigint,
  result jsonb,
  error text,
  constraint pk_job_runs primary key (tenant_id, id),
  constraint fk_job_runs_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint uq_job_runs_tenant_id_job_period unique (tenant_id, job, period),
  constraint ck_job_runs_state_known check (state in ('waiting', 'running', 'done', 'failed')),
  constraint ck_job_runs_origin_known check (origin in ('schedule', 'hand', 'clock')),
  constraint ck_job_runs_counts_not_negative check (attempts >= 0 and done >= 0),
  constraint ck_job_runs_total_not_negative check (total is null or total >= 0),
  constraint ck_job_runs_end_has_time
  check ((state in ('done', 'failed')) = (finished_at is not null)),
  constraint ck_job_runs_failure_has_error check (state <> 'failed' or error is not null),
  constraint ck_job_runs_running_beats check (state <> 'running' or beat_at is not null)
)
with (fillfactor = 80);

create index ix_job_runs_job
on laurels.job_runs (tenant_id, job, id);
create index ix_job_runs_open
on laurels.job_runs (tenant_id, created_at)
where state in ('waiting', 'running');

-- kit ---------------------------------------------------------------------------------------------

create table laurels.counters (
  tenant_id uuid not null,
  name text not null,
  value bigint not null,
  constraint pk_counters primary key (tenant_id, name)
);

create table laurels.idempotency_keys (
  tenant_id uuid not null,
  holder text not null,
  key text not null,
  fingerprint bytea not null,
  status smallint,
  body bytea,
  created_at timestamptz not null,
  constraint pk_idempotency_keys primary key (tenant_id, holder, key)
);

create index ix_idempotency_keys_tenant_id_created_at
on laurels.idempotency_keys (tenant_id, created_at);

create table laurels.schema_files (
  name text not null,
  checksum text not null,
  constraint pk_schema_files primary key (name)
);

create table laurels.test_clocks (
  tenant_id uuid not null,
  now timestamptz not null,
  target timestamptz,
  run_id uuid,
  created_at timestamptz not null,
  constraint pk_test_clocks primary key (tenant_id),
  constraint fk_test_clocks_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint ck_test_clocks_goes_forward check (target >= now),
  constraint ck_test_clocks_run_of_target check (target is null or run_id is not null)
);

-- members -----------------------------------------------------------------------------------------

create table laurels.members (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  external_id text,
  email text,
  first_name text,
  last_name text,
  phone text,
  birthday date,
  birthday_known_at timestamptz,
  status text default 'active' not null,
  blocked_at timestamptz,
  blocked_reason text,
  merged_into uuid,
  survivor_id uuid,
  email_opt_in boolean,
  email_opt_in_at timestamptz,
  email_opt_in_source text,
  sms_opt_in boolean,
  sms_opt_in_at timestamptz,
  sms_opt_in_source text,
  is_vip boolean default false not null,
  last_login_at timestamptz,
  attributes jsonb default '{}' not null,
  user_id uuid,
  enrolled_at timestamptz not null,
  created_at timestamptz default now() not null,
  updated_at timestamptz default now() not null,
  name_key text collate "C" generated always as (
    left(ltrim(laurels.plain(coalesce(last_name, '') || ' ' || coalesce(first_name, ''))), 200)
  ) stored not null,
  email_key text collate "C" generated always as (lower(coalesce(email, '') collate "C"))
  stored not null,
  search_key text generated always as (laurels.plain(
    ' ' || coalesce(external_id, '') || ' ' || coalesce(email, '') || ' '
    || coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' '
    || coalesce(last_name || first_name, '') || ' '
    || coalesce(regexp_replace(phone, '[^0-9]', '', 'g'), '')
  )) stored not null,
  constraint pk_members primary key (tenant_id, id),
  constraint fk_members_tenant_id_merged_into
  foreign key (tenant_id, merged_into)
  references laurels.members (tenant_id, id),
  constraint fk_members_tenant_id_survivor_id
  foreign key (tenant_id, survivor_id)
  references laurels.members (tenant_id, id),
  constraint ck_members_status_known
  check (status in ('active', 'blocked', 'archived', 'merged', 'erased')),
  constraint ck_members_blocked_has_time check ((status = 'blocked') = (blocked_at is not null)),
  constraint ck_members_blocked_has_reason
  check ((blocked_at is null) = (blocked_reason is null)),
  constraint ck_members_blocked_reason_is_prose check (laurels.is_prose(blocked_reason, 1000)),
  constraint ck_members_merged_somewhere
  check (
    (status = 'merged') = (merged_into is not null)
    and (merged_into is null) = (survivor_id is null)
  ),
  constraint ck_members_not_merged_into_itself check (merged_into <> id and survivor_id <> id),
  constraint ck_members_erased_is_nobody
  check (status <> 'erased' or num_nonnulls(
    external_id, email, first_name, last_name,
    phone, birthday, user_id
  ) = 0),
  constraint ck_members_last_login_at_bounded
  check (last_login_at >= '1970-01-01' and last_login_at <= '9999-01-01'),
  constraint ck_members_external_id_is_key check (laurels.is_key(external_id, 128)),
  constraint ck_members_email_is_key check (laurels.is_key(email, 254)),
  constraint ck_members_first_name_is_line check (laurels.is_line(first_name, 200)),
  constraint ck_members_last_name_is_line check (laurels.is_line(last_name, 200)),
  constraint ck_members_phone_is_line check (laurels.is_line(phone, 32)),
  constraint ck_members_attributes_are_facts
  check (attributes = '{}' or laurels.are_facts(attributes)),
  constraint ck_members_email_opt_in_at_bounded
  check (email_opt_in_at >= '1970-01-01' and email_opt_in_at <= '9999-01-01'),
  constraint ck_members_sms_opt_in_at_bounded
  check (sms_opt_in_at >= '1970-01-01' and sms_opt_in_at <= '9999-01-01'),
  constraint ck_members_email_opt_in_source_is_key
  check (laurels.is_key(email_opt_in_source, 64)),
  constraint ck_members_sms_opt_in_source_is_key check (laurels.is_key(sms_opt_in_source, 64)),
  constraint ck_members_consent_has_time_and_source
  check (
    num_nonnulls(email_opt_in, email_opt_in_at, email_opt_in_source) in (0, 3)
    and num_nonnulls(sms_opt_in, sms_opt_in_at, sms_opt_in_source) in (0, 3)
  )
);

create index ix_members_updated
on laurels.members (tenant_id, updated_at);
create index ix_members_enrolled
on laurels.members (tenant_id, enrolled_at) include (status);
create index ix_members_name
on laurels.members (tenant_id, name_key, id);
create index ix_members_email
on laurels.members (tenant_id, email_key, id);
create index ix_members_search
on laurels.members using gin (tenant_id, search_key gin_trgm_ops);
create index ix_members_birthday
on laurels.members (
  tenant_id, ((extract(month from birthday) * 100 + extract(day from birthday))::integer), id
)
where birthday is not null and status = 'active';
create index ix_members_merged_email
on laurels.members (tenant_id, lower(email collate "C"))
where email is not null and status = 'merged';
create index ix_members_merged_into
on laurels.members (tenant_id, merged_into)
where merged_into is not null;
create index ix_members_survivor
on laurels.members (tenant_id, survivor_id)
where survivor_id is not null;
create unique index uq_members_email
on laurels.members (tenant_id, lower(email collate "C"))
where email is not null and status in ('active', 'blocked');
create unique index uq_members_external_id
on laurels.members (tenant_id, external_id)
where external_id is not null;

create table laurels.member_identities (
  tenant_id uuid not null,
  kind text not null,
  value text not null,
  member_id uuid not null,
  created_at timestamptz default now() not null,
  constraint pk_member_identities primary key (tenant_id, kind, value),
  constraint uq_member_identities_member unique (tenant_id, member_id, kind),
  constraint fk_member_identities_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint ck_member_identities_kind_shape check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint ck_member_identities_value_is_key check (laurels.is_key(value, 128))
);

create index ix_member_identities_value
on laurels.member_identities (tenant_id, value);

create table laurels.member_merges (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  merged_id uuid not null,
  survivor_id uuid not null,
  merged_at timestamptz not null,
  unmerged_at timestamptz,
  constraint pk_member_merges primary key (tenant_id, id),
  constraint fk_member_merges_tenant_id_merged_id
  foreign key (tenant_id, merged_id)
  references laurels.members (tenant_id, id),
  constraint fk_member_merges_tenant_id_survivor_id
  foreign key (tenant_id, survivor_id)
  references laurels.members (tenant_id, id),
  constraint ck_member_merges_two_members check (merged_id <> survivor_id)
);

create index ix_member_merges_survivor
on laurels.member_merges (tenant_id, survivor_id, id);
create unique index uq_member_merges_merged
on laurels.member_merges (tenant_id, merged_id)
where unmerged_at is null;

create table laurels.member_totals (
  tenant_id uuid not null,
  member_id uuid not null,
  spend numeric(38, 4) not null,
  refunded numeric(38, 4) not null,
  purchases bigint not null,
  first_purchase_at timestamptz,
  last_purchase_at timestamptz,
  constraint pk_member_totals primary key (tenant_id, member_id),
  constraint fk_member_totals_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint ck_member_totals_money check (spend >= 0 and refunded >= 0),
  constraint ck_member_totals_purchases check (purchases >= 0),
  constraint ck_member_totals_spend_bounded
  check (spend >= 0 and spend <= 1000000000000000000000000000000000),
  constraint ck_member_totals_refunded_bounded
  check (refunded >= 0 and refunded <= 1000000000000000000000000000000000)
)
with (fillfactor = 70);

-- ledger ------------------------------------------------------------------------------------------

create table laurels.posting_keys (
  tenant_id uuid not null,
  source text not null,
  key text not null,
  transaction_id uuid not null,
  constraint pk_posting_keys primary key (tenant_id, source, key)
);

create table laurels.programs (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  name text not null,
  unit_name text default 'points' not null,
  is_default boolean default false not null,
  point_value numeric(19, 4) default 0.01 not null,
  minimum_redemption_points bigint default 0 not null,
  maturity_days bigint default 0 not null,
  expiry_days bigint,
  grace_days bigint default 30 not null,
  created_at timestamptz default now() not null,
  archived_at timestamptz,
  constraint pk_programs primary key (tenant_id, id),
  constraint fk_programs_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint uq_programs_tenant_id_name unique (tenant_id, name),
  constraint ck_programs_maturity_bounded check (maturity_days between 0 and 3650),
  constraint ck_programs_expires_after_maturity
  check (expiry_days between 1 and 36500 and expiry_days > maturity_days),
  constraint ck_programs_grace_bounded check (grace_days between 1 and 3650),
  constraint ck_programs_default_not_archived check (archived_at is null or not is_default),
  constraint ck_programs_minimum_not_negative check (minimum_redemption_points >= 0),
  constraint ck_programs_point_value_bounded
  check (point_value >= 0 and point_value <= 999999999999999)
);

create unique index uq_programs_default
on laurels.programs (tenant_id)
where is_default;

create table laurels.wallets (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  member_id uuid not null,
  program_id uuid not null,
  available bigint default 0 not null,
  pending bigint default 0 not null,
  held bigint default 0 not null,
  debt bigint default 0 not null,
  lifetime_earned bigint default 0 not null,
  lifetime_redeemed bigint default 0 not null,
  lifetime_expired bigint default 0 not null,
  seq bigint default 0 not null,
  has_lots boolean default false not null,
  created_at timestamptz default now() not null,
  closed_for text,
  merged_into uuid,
  updated_at timestamptz default now() not null,
  constraint pk_wallets primary key (tenant_id, id),
  constraint fk_wallets_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint fk_wallets_tenant_id_program_id
  foreign key (tenant_id, program_id)
  references laurels.programs (tenant_id, id),
  constraint fk_wallets_tenant_id_merged_into
  foreign key (tenant_id, merged_into)
  references laurels.wallets (tenant_id, id),
  constraint uq_wallets_tenant_id_member_id_program_id unique (tenant_id, member_id, program_id),
  constraint ck_wallets_closed_for_known
  check (closed_for in ('blocked', 'archived', 'merged', 'erased')),
  constraint ck_wallets_merged_somewhere
  check ((closed_for is not distinct from 'merged') = (merged_into is not null)),
  constraint ck_wallets_merged_is_empty
  check (merged_into is null or (available = 0 and pending = 0 and held = 0 and debt = 0)),
  constraint ck_wallets_never_negative
  check (available >= 0 and pending >= 0 and held >= 0 and debt >= 0),
  constraint ck_wallets_debt_only_when_empty check (debt = 0 or available = 0),
  constraint ck_wallets_bounded
  check (lifetime_earned <= 9007199254740991 and debt <= 9007199254740991),
  constraint ck_wallets_totals_not_negative check (lifetime_expired >= 0 and seq >= 0)
)
with (fillfactor = 70);

create index ix_wallets_debt on laurels.wallets (tenant_id, id)
where debt > 0;
create index ix_wallets_merged_into
on laurels.wallets (tenant_id, merged_into)
where merged_into is not null;

create table laurels.holds (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  wallet_id uuid not null,
  points bigint not null,
  captured bigint default 0 not null,
  status text not null,
  reason text,
  attributes jsonb default '{}' not null,
  expires_at timestamptz,
  transaction_id uuid,
  created_at timestamptz not null,
  closed_at timestamptz,
  constraint pk_holds primary key (tenant_id, id),
  constraint fk_holds_tenant_id_wallet_id
  foreign key (tenant_id, wallet_id)
  references laurels.wallets (tenant_id, id),
  constraint ck_holds_attributes_are_facts
  check (attributes = '{}' or laurels.are_facts(attributes)),
  constraint ck_holds_status_known check (status in ('open', 'captured', 'released', 'expired')),
  constraint ck_holds_points_positive check (points > 0),
  constraint ck_holds_captured_within check (captured >= 0 and captured <= points),
  constraint ck_holds_captured_known check ((status = 'captured') = (captured > 0)),
  constraint ck_holds_closed_has_time check ((status = 'open') = (closed_at is null))
);

create index ix_holds_open on laurels.holds (tenant_id, id)
where status = 'open';
create index ix_holds_expiring
on laurels.holds (tenant_id, expires_at)
where status = 'open' and expires_at is not null;
create index ix_holds_wallet on laurels.holds (tenant_id, wallet_id, id);

create table laurels.lots (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  wallet_id uuid not null,
  transaction_id uuid not null,
  initial bigint not null,
  remaining bigint not null,
  expired bigint default 0 not null,
  expired_counted bigint default 0 not null,
  matures_at timestamptz,
  matured_at timestamptz,
  expires_at timestamptz,
  constraint pk_lots primary key (tenant_id, id),
  constraint fk_lots_tenant_id_wallet_id
  foreign key (tenant_id, wallet_id)
  references laurels.wallets (tenant_id, id),
  constraint ck_lots_initial_positive check (initial > 0),
  constraint ck_lots_remaining_within check (remaining >= 0 and remaining <= initial),
  constraint ck_lots_expired_within check (expired >= 0 and expired <= initial),
  constraint ck_lots_counted_within check (expired_counted >= 0 and expired_counted <= expired),
  constraint ck_lots_ripens check (matured_at is not null or matures_at is not null)
)
with (fillfactor = 80);

create index ix_lots_expiring
on laurels.lots (tenant_id, expires_at)
where remaining > 0 and expires_at is not null;
create index ix_lots_maturing
on laurels.lots (tenant_id, matures_at)
where matured_at is null and remaining > 0;
create index ix_lots_open
on laurels.lots (tenant_id, wallet_id, expires_at, id)
where remaining > 0;
create index ix_lots_transaction
on laurels.lots (tenant_id, transaction_id);

create table laurels.point_transactions (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  wallet_id uuid not null,
  reverses_id uuid,
  seq bigint not null,
  amount bigint not null,
  debt_delta bigint not null,
  points bigint generated always as (amount - debt_delta) stored not null,
  balance_after bigint not null,
  occurred_at timestamptz not null,
  created_at timestamptz default now() not null,
  type text not null,
  source text not null,
  source_id text,
  reason text,
  member_note text,
  attributes jsonb,
  actor_type text not null,
  actor_id text,
  constraint pk_point_transactions primary key (tenant_id, id),
  constraint fk_point_transactions_tenant_id_wallet_id
  foreign key (tenant_id, wallet_id)
  references laurels.wallets (tenant_id, id),
  constraint uq_point_transactions_tenant_id_wallet_id_seq unique (tenant_id, wallet_id, seq),
  constraint ck_point_transactions_attributes_are_facts
  check (attributes is null or laurels.are_facts(attributes)),
  constraint ck_point_transactions_type_known
  check (type in (
    'earned', 'redeemed', 'bonus', 'adjusted', 'expired', 'refunded',
    'reversed', 'penalty', 'transferred'
  )),
  constraint ck_point_transactions_source_known
  check (source in (
    'purchase', 'referral', 'signup', 'review', 'social_share', 'birthday',
    'campaign', 'manual', 'steps', 'activity', 'achievement', 'redemption', 'expiration',
    'refund', 'debt', 'merge', 'migration', 'import'
  )),
  constraint ck_point_transactions_does_something check (amount <> 0 or debt_delta <> 0),
  constraint ck_point_transactions_balance_not_negative check (balance_after >= 0 and seq > 0),
  constraint ck_point_transactions_sign_fits_type
  check (case when type in (
    'earned',
    'bonus') then amount - debt_delta > 0 when type in (
    'redeemed', 'expired',
    'penalty'
  ) then amount - debt_delta < 0
  else true end),
  constraint ck_point_transactions_debt_fits_amount
  check (
    debt_delta = 0 or (debt_delta < 0 and (amount >= 0 or source = 'debt'))
    or (debt_delta > 0 and (amount <= 0 or source = 'merge'))
  ),
  constraint ck_point_transactions_bounded
  check (abs(amount) <= 9007199254740991 and abs(debt_delta) <= 9007199254740991)
);

create index ix_point_transactions_time
on laurels.point_transactions (tenant_id, occurred_at) include (type, wallet_id, points, amount);
create index ix_point_transactions_reverses
on laurels.point_transactions (tenant_id, reverses_id)
where reverses_id is not null;

create table laurels.wallet_merges (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  merge_id uuid not null,
  from_wallet_id uuid not null,
  to_wallet_id uuid not null,
  moved jsonb not null,
  constraint pk_wallet_merges primary key (tenant_id, id),
  constraint fk_wallet_merges_tenant_id_merge_id
  foreign key (tenant_id, merge_id)
  references laurels.member_merges (tenant_id, id),
  constraint fk_wallet_merges_tenant_id_from_wallet_id
  foreign key (tenant_id, from_wallet_id)
  references laurels.wallets (tenant_id, id),
  constraint fk_wallet_merges_tenant_id_to_wallet_id
  foreign key (tenant_id, to_wallet_id)
  references laurels.wallets (tenant_id, id),
  constraint uq_wallet_merges_tenant_id_merge_id_from_wallet_id
  unique (tenant_id, merge_id, from_wallet_id),
  constraint ck_wallet_merges_two_wallets check (from_wallet_id <> to_wallet_id)
);

create table laurels.lot_entries (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  lot_id uuid not null,
  transaction_id uuid,
  hold_id uuid,
  amount bigint not null,
  constraint pk_lot_entries primary key (tenant_id, id),
  constraint fk_lot_entries_tenant_id_lot_id
  foreign key (tenant_id, lot_id)
  references laurels.lots (tenant_id, id),
  constraint ck_lot_entries_does_something check (amount <> 0),
  constraint ck_lot_entries_transaction_or_hold
  check ((transaction_id is null) <> (hold_id is null))
);

create index ix_lot_entries_hold
on laurels.lot_entries (tenant_id, hold_id)
where hold_id is not null;
create index ix_lot_entries_lot
on laurels.lot_entries (tenant_id, lot_id);
create index ix_lot_entries_transaction
on laurels.lot_entries (tenant_id, transaction_id)
where transaction_id is not null;

-- purchases ---------------------------------------------------------------------------------------

create table laurels.purchases (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  source text not null,
  external_id text,
  member_id uuid,
  original_member_id uuid,
  status text not null,
  amount numeric(19, 4) not null,
  tax_amount numeric(19, 4),
  refunded numeric(19, 4) default 0 not null,
  refund_state text default 'none' not null,
  currency text not null,
  channel text,
  payment_method text,
  note text,
  attributes jsonb default '{}' not null,
  content bytea,
  occurred_at timestamptz not null,
  completed_at timestamptz,
  settled_at timestamptz,
  created_at timestamptz default now() not null,
  constraint pk_purchases primary key (tenant_id, id),
  constraint fk_purchases_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint uq_purchases_natural_key unique (tenant_id, source, external_id),
  constraint ck_purchases_status_known
  check (status in ('pending', 'completed', 'failed', 'cancelled')),
  constraint ck_purchases_amount_bounded
  check (amount >= -999999999999999 and amount <= 999999999999999),
  constraint ck_purchases_tax_amount_bounded
  check (
    tax_amount >= -999999999999999 and tax_amount <= 999999999999999
    and tax_amount between least(amount, 0) and greatest(amount, 0)
  ),
  constraint ck_purchases_refunded_bounded check (refunded >= 0 and refunded <= 999999999999999),
  constraint ck_purchases_refunded_within_amount
  check (refunded >= 0 and refunded <= greatest(amount, 0)),
  constraint ck_purchases_only_completed_refunded
  check ((refunded = 0 and refund_state = 'none') or status = 'completed'),
  constraint ck_purchases_refund_state_known check (refund_state in ('none', 'partial', 'full')),
  constraint ck_purchases_refund_state_told
  check (
    case refund_state
      when 'none' then refunded = 0
      when 'full' then refunded = amount
      else refunded < amount or amount = 0
    end
  ),
  constraint ck_purchases_completed_has_time
  check ((status = 'completed') = (completed_at is not null)),
  constraint ck_purchases_completed_at_bounded
  check (completed_at >= '1970-01-01' and completed_at <= '9999-01-01'),
  constraint ck_purchases_settled_completed check (settled_at is null or status = 'completed'),
  constraint ck_purchases_occurred_at_sane
  check (occurred_at >= '1970-01-01' and occurred_at < '9999-01-01'),
  constraint ck_purchases_currency_shape check (currency ~ '^[A-Z]{3}$'),
  constraint ck_purchases_attributes_are_facts
  check (attributes = '{}' or laurels.are_facts(attributes)),
  constraint ck_purchases_source_is_key check (laurels.is_key(source, 64)),
  constraint ck_purchases_external_id_is_key check (laurels.is_key(external_id, 128)),
  constraint ck_purchases_channel_is_key check (laurels.is_key(channel, 64)),
  constraint ck_purchases_payment_method_known
  check (payment_method in ('cash', 'card', 'mobile', 'other')),
  constraint ck_purchases_note_is_prose check (laurels.is_prose(note, 1000))
);

create index ix_purchases_member
on laurels.purchases (tenant_id, member_id, id);
create index ix_purchases_time
on laurels.purchases (tenant_id, occurred_at) include (status, member_id, amount, refunded);
create index ix_purchases_unsettled
on laurels.purchases (tenant_id, id)
where status = 'completed' and settled_at is null;

create table laurels.purchase_lines (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  purchase_id uuid not null,
  position bigint not null,
  sku text,
  name text,
  category text,
  quantity numeric(19, 4) not null,
  unit_price numeric(19, 4) not null,
  amount numeric(19, 4) not null,
  tax_amount numeric(19, 4),
  refunded_quantity numeric(19, 4) default 0 not null,
  refunded_amount numeric(19, 4) default 0 not null,
  attributes jsonb default '{}' not null,
  constraint pk_purchase_lines primary key (tenant_id, id),
  constraint fk_purchase_lines_tenant_id_purchase_id
  foreign key (tenant_id, purchase_id)
  references laurels.purchases (tenant_id, id),
  constraint uq_purchase_lines_tenant_id_purchase_id_position
  unique (tenant_id, purchase_id, position),
  constraint ck_purchase_lines_quantity_bounded
  check (quantity >= -999999999999999 and quantity <= 999999999999999),
  constraint ck_purchase_lines_quantity_not_zero check (quantity <> 0),
  constraint ck_purchase_lines_unit_price_bounded
  check (unit_price >= 0 and unit_price <= 999999999999999),
  constraint ck_purchase_lines_amount_bounded
  check (amount >= -999999999999999 and amount <= 999999999999999),
  constraint ck_purchase_lines_amount_has_sign_of_quantity
  check (case when quantity > 0 then amount >= 0 else amount <= 0 end),
  constraint ck_purchase_lines_tax_amount_bounded
  check (
    tax_amount >= -999999999999999 and tax_amount <= 999999999999999
    and tax_amount between least(amount, 0) and greatest(amount, 0)
  ),
  constraint ck_purchase_lines_refunded_quantity_bounded
  check (refunded_quantity >= 0 and refunded_quantity <= 999999999999999),
  constraint ck_purchase_lines_refunded_amount_bounded
  check (refunded_amount >= 0 and refunded_amount <= 999999999999999),
  constraint ck_purchase_lines_refunded_within_line
  check (
    refunded_quantity between 0 and greatest(quantity, 0)
    and refunded_amount between 0 and greatest(amount, 0)
  ),
  constraint ck_purchase_lines_attributes_are_facts
  check (attributes = '{}' or laurels.are_facts(attributes)),
  constraint ck_purchase_lines_position_bounded
  check (position >= 1 and position <= 9007199254740991),
  constraint ck_purchase_lines_sku_is_key check (laurels.is_key(sku, 128)),
  constraint ck_purchase_lines_name_is_line check (laurels.is_line(name, 200)),
  constraint ck_purchase_lines_category_is_key check (laurels.is_key(category, 128))
);

create table laurels.purchase_payments (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  purchase_id uuid not null,
  position bigint not null,
  points bigint,
  hold_id uuid,
  own_hold boolean default false not null,
  program_id uuid,
  value numeric(19, 4),
  transaction_id uuid,
  returned bigint default 0 not null,
  constraint pk_purchase_payments primary key (tenant_id, id),
  constraint fk_purchase_payments_tenant_id_purchase_id
  foreign key (tenant_id, purchase_id)
  references laurels.purchases (tenant_id, id),
  constraint fk_purchase_payments_tenant_id_program_id
  foreign key (tenant_id, program_id)
  references laurels.programs (tenant_id, id),
  constraint fk_purchase_payments_tenant_id_hold_id
  foreign key (tenant_id, hold_id)
  references laurels.holds (tenant_id, id),
  constraint fk_purchase_payments_tenant_id_transaction_id
  foreign key (tenant_id, transaction_id)
  references laurels.point_transactions (tenant_id, id),
  constraint uq_purchase_payments_tenant_id_purchase_id_position
  unique (tenant_id, purchase_id, position),
  constraint uq_purchase_payments_tenant_id_hold_id unique (tenant_id, hold_id),
  constraint uq_purchase_payments_tenant_id_transaction_id unique (tenant_id, transaction_id),
  constraint ck_purchase_payments_position_bounded
  check (position >= 1 and position <= 9007199254740991),
  constraint ck_purchase_payments_points_bounded
  check (points >= 1 and points <= 9007199254740991),
  constraint ck_purchase_payments_points_named check (hold_id is not null or points is not null),
  constraint ck_purchase_payments_own_hold_there check (not own_hold or hold_id is not null),
  constraint ck_purchase_payments_value_bounded check (value >= 0 and value <= 999999999999999),
  constraint ck_purchase_payments_returned_within
  check (returned between 0 and coalesce(points, 0)),
  constraint ck_purchase_payments_taken_told
  check (transaction_id is null or (points is not null and value is not null))
);

create table laurels.refunds (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  purchase_id uuid not null,
  source text not null,
  external_id text,
  amount numeric(19, 4) not null,
  lines jsonb default '[]' not null,
  points bigint,
  points_returned bigint default 0 not null,
  reason text,
  attributes jsonb default '{}' not null,
  occurred_at timestamptz not null,
  created_at timestamptz default now() not null,
  constraint pk_refunds primary key (tenant_id, id),
  constraint fk_refunds_tenant_id_purchase_id
  foreign key (tenant_id, purchase_id)
  references laurels.purchases (tenant_id, id),
  constraint uq_refunds_natural_key unique (tenant_id, source, external_id),
  constraint ck_refunds_amount_bounded check (amount >= 0 and amount <= 999999999999999),
  constraint ck_refunds_attributes_are_facts
  check (attributes = '{}' or laurels.are_facts(attributes)),
  constraint ck_refunds_lines_array check (jsonb_typeof(lines) = 'array'),
  constraint ck_refunds_occurred_at_bounded
  check (occurred_at >= '1970-01-01' and occurred_at <= '9999-01-01'),
  constraint ck_refunds_points_not_positive check (points <= 0),
  constraint ck_refunds_points_returned_not_negative check (points_returned >= 0),
  constraint ck_refunds_source_is_key check (laurels.is_key(source, 64)),
  constraint ck_refunds_external_id_is_key check (laurels.is_key(external_id, 128)),
  constraint ck_refunds_reason_is_prose check (laurels.is_prose(reason, 1000))
);

create index ix_refunds_purchase
on laurels.refunds (tenant_id, purchase_id);

-- activity ----------------------------------------------------------------------------------------

create table laurels.activities (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  source text not null,
  external_id text,
  member_id uuid not null,
  original_member_id uuid,
  kind text not null,
  subject text,
  value numeric(19, 4),
  attributes jsonb default '{}' not null,
  status text default 'recorded' not null,
  content bytea,
  occurred_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text,
  revoked_points bigint,
  created_at timestamptz default now() not null,
  constraint pk_activities primary key (tenant_id, id),
  constraint fk_activities_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint uq_activities_natural_key unique (tenant_id, source, external_id),
  constraint ck_activities_status_known check (status in ('recorded', 'revoked')),
  constraint ck_activities_kind_shape check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint ck_activities_value_bounded check (value >= 0 and value <= 999999999999999),
  constraint ck_activities_occurred_at_bounded
  check (occurred_at >= '1970-01-01' and occurred_at <= '9999-01-01'),
  constraint ck_activities_revoked_at_bounded
  check (revoked_at >= '1970-01-01' and revoked_at <= '9999-01-01'),
  constraint ck_activities_revoked_has_time
  check (
    (status = 'revoked') = (revoked_at is not null)
    and (status = 'revoked') = (revoked_points is not null)
  ),
  constraint ck_activities_revoked_points_not_positive check (revoked_points <= 0),
  constraint ck_activities_source_is_key check (laurels.is_key(source, 64)),
  constraint ck_activities_external_id_is_key check (laurels.is_key(external_id, 128)),
  constraint ck_activities_subject_is_key check (laurels.is_key(subject, 128)),
  constraint ck_activities_revoked_reason_is_prose check (laurels.is_prose(revoked_reason, 1000)),
  constraint ck_activities_attributes_are_facts
  check (attributes = '{}' or laurels.are_facts(attributes))
);

create index ix_activities_member
on laurels.activities (tenant_id, member_id, occurred_at);

-- tiers -------------------------------------------------------------------------------------------

create table laurels.tiers (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  name text not null,
  description text,
  level bigint not null,
  color text default '#8B5CF6' not null,
  icon text default 'star' not null,
  criteria text default 'points' not null,
  min_points bigint default 0 not null,
  min_spend numeric(19, 4) default 0 not null,
  min_orders bigint default 0 not null,
  qualification_period_days bigint default 365 not null,
  points_multiplier numeric(5, 2) default 1.00 not null,
  discount_percentage numeric(5, 2) default 0 not null,
  free_shipping boolean default false not null,
  early_access boolean default false not null,
  birthday_bonus_points bigint default 0 not null,
  requires_maintenance boolean default false not null,
  maintenance_period_days bigint default 365 not null,
  grace_days bigint default 0 not null,
  is_default boolean default false not null,
  version bigint default 1 not null,
  created_at timestamptz default now() not null,
  updated_at timestamptz default now() not null,
  archived_at timestamptz,
  constraint pk_tiers primary key (tenant_id, id),
  constraint fk_tiers_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint ck_tiers_criteria_known check (criteria in ('points', 'spend', 'orders', 'hybrid')),
  constraint ck_tiers_version_positive check (version > 0),
  constraint ck_tiers_level_bounded check (level between 1 and 1000),
  constraint ck_tiers_name_length check (length(name) between 1 and 100),
  constraint ck_tiers_color_shape check (color ~ '^#[0-9A-Fa-f]{6}$'),
  constraint ck_tiers_counts_bounded
  check (
    min_points between 0 and 9007199254740991 and min_orders between 0
    and 9007199254740991 and birthday_bonus_points between 0 and 9007199254740991
  ),
  constraint ck_tiers_days_bounded
  check (
    qualification_period_days between 0 and 36500 and maintenance_period_days between 1
    and 36500 and grace_days between 0 and 3650
  ),
  constraint ck_tiers_default_needs_no_maintenance
  check (not (is_default and requires_maintenance)),
  constraint ck_tiers_min_spend_bounded check (min_spend >= 0 and min_spend <= 999999999999999),
  constraint ck_tiers_points_multiplier_bounded
  check (points_multiplier >= 0.01 and points_multiplier <= 100),
  constraint ck_tiers_discount_percentage_bounded
  check (discount_percentage >= 0 and discount_percentage <= 100)
);

create unique index uq_tiers_default
on laurels.tiers (tenant_id)
where is_default and archived_at is null;
create unique index uq_tiers_level
on laurels.tiers (tenant_id, level)
where archived_at is null;
create unique index uq_tiers_name
on laurels.tiers (tenant_id, name)
where archived_at is null;

create table laurels.tier_history (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  member_id uuid not null,
  tier_id uuid not null,
  achieved_at timestamptz not null,
  ended_at timestamptz,
  expires_at timestamptz,
  grace_until timestamptz,
  due_at timestamptz,
  noticed_at timestamptz,
  basis text not null,
  qualified_at timestamptz,
  fixed boolean default false not null,
  reason text not null,
  points_at_achievement bigint,
  spend_at_achievement numeric(38, 4),
  orders_at_achievement bigint,
  actor_type text not null,
  actor_id text,
  note text,
  merge_id uuid,
  ended_by_merge_id uuid,
  created_at timestamptz default now() not null,
  constraint pk_tier_history primary key (tenant_id, id),
  constraint fk_tier_history_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint fk_tier_history_tenant_id_tier_id
  foreign key (tenant_id, tier_id)
  references laurels.tiers (tenant_id, id),
  constraint ck_tier_history_basis_known
  check (basis in ('default', 'qualification', 'granted', 'manual')),
  constraint ck_tier_history_reason_known
  check (reason in (
    'placed', 'qualification', 'renewal', 'manual', 'refund', 'downgrade',
    'expired', 'removed', 'ladder', 'archived', 'merge', 'unmerge'
  )),
  constraint ck_tier_history_achieved_at_bounded
  check (achieved_at >= '1970-01-01' and achieved_at <= '9999-01-01'),
  constraint ck_tier_history_expires_at_bounded
  check (expires_at >= '1970-01-01' and expires_at <= '9999-01-01'),
  constraint ck_tier_history_grace_until_bounded
  check (grace_until >= '1970-01-01' and grace_until <= '9999-01-01'),
  constraint ck_tier_history_ends_after_beginning check (ended_at >= achieved_at),
  constraint ck_tier_history_grace_follows_expiry check (grace_until > expires_at),
  constraint ck_tier_history_qualified_known
  check (basis = 'qualification' or qualified_at is null),
  constraint ck_tier_history_due_when_it_expires check (due_at is null or expires_at is not null),
  constraint ck_tier_history_only_manual_is_fixed check (not fixed or basis = 'manual'),
  constraint ck_tier_history_spend_at_achievement_bounded
  check (
    spend_at_achievement >= 0
    and spend_at_achievement <= 1000000000000000000000000000000000
  )
)
with (fillfactor = 80);

create index ix_tier_history_due
on laurels.tier_history (tenant_id, due_at)
where ended_at is null and due_at is not null;
create index ix_tier_history_member
on laurels.tier_history (tenant_id, member_id, achieved_at);
create index ix_tier_history_tier
on laurels.tier_history (tenant_id, tier_id);
create unique index uq_tier_history_current
on laurels.tier_history (tenant_id, member_id)
where ended_at is null;

-- segments ----------------------------------------------------------------------------------------

create table laurels.segment_cursors (
  tenant_id uuid not null,
  position bigint not null,
  constraint pk_segment_cursors primary key (tenant_id),
  constraint fk_segment_cursors_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint ck_segment_cursors_position_not_negative check (position >= 0)
);

create table laurels.segments (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  name text not null,
  description text,
  kind text not null,
  segment_type text,
  criteria jsonb,
  version bigint default 1 not null,
  computed_version bigint,
  auto_update boolean not null,
  member_count bigint default 0 not null,
  avg_lifetime_value numeric(38, 4) default 0 not null,
  avg_points_balance bigint default 0 not null,
  last_computed_at timestamptz,
  by_day boolean default true not null,
  asked_at timestamptz,
  asked_notify boolean,
  failed_at timestamptz,
  failure text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  constraint pk_segments primary key (tenant_id, id),
  constraint fk_segments_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint ck_segments_kind_known check (kind in ('dynamic', 'static')),
  constraint ck_segments_segment_type_known
  check (segment_type in ('behavioral', 'demographic', 'value')),
  constraint ck_segments_name_length check (length(name) between 1 and 200),
  constraint ck_segments_dynamic_has_criteria check ((kind = 'dynamic') = (criteria is not null)),
  constraint ck_segments_failure_with_time check ((failed_at is null) = (failure is null)),
  constraint ck_segments_static_stays check (kind = 'dynamic' or not auto_update),
  constraint ck_segments_version_positive check (version > 0),
  constraint ck_segments_computed_known check (computed_version between 1 and version),
  constraint ck_segments_count_not_negative check (member_count >= 0),
  constraint ck_segments_points_balance_bounded
  check (avg_points_balance between 0 and 9007199254740991),
  constraint ck_segments_avg_lifetime_value_bounded
  check (
    avg_lifetime_value >= 0
    and avg_lifetime_value <= 1000000000000000000000000000000000
  )
)
with (fillfactor = 70);

create unique index uq_segments_name
on laurels.segments (tenant_id, name)
where archived_at is null;

create table laurels.segment_days (
  tenant_id uuid not null,
  segment_id uuid not null,
  day date not null,
  members bigint not null,
  joined bigint not null,
  left_count bigint not null,
  revenue numeric(38, 4) not null,
  purchases bigint not null,
  points_earned bigint not null,
  points_redeemed bigint not null,
  computed_at timestamptz not null,
  constraint pk_segment_days primary key (tenant_id, segment_id, day),
  constraint fk_segment_days_tenant_id_segment_id
  foreign key (tenant_id, segment_id)
  references laurels.segments (tenant_id, id),
  constraint ck_segment_days_counts_not_negative
  check (
    members >= 0 and joined >= 0 and left_count >= 0 and purchases >= 0
    and points_earned >= 0 and points_redeemed >= 0
  ),
  constraint ck_segment_days_revenue_bounded
  check (revenue >= 0 and revenue <= 1000000000000000000000000000000000)
);

create table laurels.segment_memberships (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  segment_id uuid not null,
  member_id uuid not null,
  joined_at timestamptz not null,
  reason text not null,
  version bigint,
  found jsonb,
  merge_id uuid,
  left_at timestamptz,
  left_reason text,
  left_merge_id uuid,
  constraint pk_segment_memberships primary key (tenant_id, id),
  constraint fk_segment_memberships_tenant_id_segment_id
  foreign key (tenant_id, segment_id)
  references laurels.segments (tenant_id, id),
  constraint fk_segment_memberships_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint ck_segment_memberships_reason_known check (reason in ('criteria', 'hand', 'merge')),
  constraint ck_segment_memberships_left_reason_known
  check (left_reason in ('criteria', 'hand', 'merge', 'erased')),
  constraint ck_segment_memberships_leaves_for_a_reason
  check ((left_at is null) = (left_reason is null)),
  constraint ck_segment_memberships_leaves_after_joining check (left_at >= joined_at),
  constraint ck_segment_memberships_joined_by_merge check (merge_id is null or reason = 'merge'),
  constraint ck_segment_memberships_left_by_merge
  check (left_merge_id is null or left_reason = 'merge')
);

create index ix_segment_memberships_member
on laurels.segment_memberships (tenant_id, member_id, id);
create index ix_segment_memberships_segment
on laurels.segment_memberships (tenant_id, segment_id, id);
create unique index uq_segment_memberships_current
on laurels.segment_memberships (tenant_id, segment_id, member_id)
where left_at is null;

-- rewards -----------------------------------------------------------------------------------------

create table laurels.pictures (
  tenant_id uuid not null,
  digest text not null,
  width bigint not null,
  height bigint not null,
  last_used_at timestamptz default now() not null,
  removed_at timestamptz,
  constraint pk_pictures primary key (tenant_id, digest),
  constraint fk_pictures_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint ck_pictures_digest_is_one check (digest ~ '^[0-9a-f]{64}$'),
  constraint ck_pictures_size_positive check (width > 0 and height > 0)
);

create index ix_pictures_kept
on laurels.pictures (tenant_id, last_used_at)
where removed_at is null;

create table laurels.rewards (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  name text not null,
  description text,
  type text not null,
  value jsonb not null,
  cost_points bigint not null,
  program_id uuid,
  min_order_value numeric(19, 4),
  stock bigint,
  codes_left bigint default 0 not null,
  redemptions bigint default 0 not null,
  max_redemptions_total bigint,
  max_redemptions_per_member bigint,
  starts_at timestamptz,
  ends_at timestamptz,
  min_tier_level bigint,
  tier_ids uuid[] default '{}' not null,
  segment_ids uuid[] default '{}' not null,
  redemption_expiry_days bigint,
  fulfilment text not null,
  category text,
  terms text,
  image_url text,
  picture text,
  featured boolean default false not null,
  sort_order bigint default 0 not null,
  attributes jsonb default '{}' not null,
  active boolean default true not null,
  created_at timestamptz default now() not null,
  updated_at timestamptz default now() not null,
  archived_at timestamptz,
  version bigint default 1 not null,
  constraint pk_rewards primary key (tenant_id, id),
  constraint fk_rewards_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint fk_rewards_tenant_id_program_id
  foreign key (tenant_id, program_id)
  references laurels.programs (tenant_id, id),
  constraint fk_rewards_tenant_id_picture
  foreign key (tenant_id, picture)
  references laurels.pictures (tenant_id, digest),
  constraint ck_rewards_version_positive check (version > 0),
  constraint ck_rewards_type_known
  check (type in (
    'discount_percentage', 'discount_fixed', 'free_shipping', 'free_product',
    'store_credit', 'merchandise', 'event', 'tasting', 'gift_card', 'custom'
  )),
  constraint ck_rewards_fulfilment_known
  check (fulfilment in ('code', 'pool', 'manual') or fulfilment ~ '^provider:[a-z0-9_]+$'),
  constraint ck_rewards_cost_bounded check (cost_points between 1 and 9007199254740991),
  constraint ck_rewards_stock_never_negative check (stock between 0 and 1000000000),
  constraint ck_rewards_counts_not_negative check (codes_left >= 0 and redemptions >= 0),
  constraint ck_rewards_limits_bounded
  check (
    max_redemptions_total between 1 and 1000000000
    and max_redemptions_per_member between 1 and 1000000000
  ),
  constraint ck_rewards_tier_level_bounded check (min_tier_level between 1 and 1000),
  constraint ck_rewards_lists_bounded
  check (cardinality(tier_ids) <= 50 and cardinality(segment_ids) <= 50),
  constraint ck_rewards_validity_bounded check (redemption_expiry_days between 1 and 36500),
  constraint ck_rewards_window_order check (starts_at < ends_at),
  constraint ck_rewards_attributes_are_facts
  check (attributes = '{}' or laurels.are_facts(attributes)),
  constraint ck_rewards_value_is_object check (jsonb_typeof(value) = 'object'),
  constraint ck_rewards_min_order_value_bounded
  check (min_order_value >= 0 and min_order_value <= 999999999999999),
  constraint ck_rewards_starts_at_bounded
  check (starts_at >= '1970-01-01' and starts_at <= '9999-01-01'),
  constraint ck_rewards_ends_at_bounded
  check (ends_at >= '1970-01-01' and ends_at <= '9999-01-01')
)
with (fillfactor = 70);

create table laurels.redemptions (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  reward_id uuid not null,
  member_id uuid not null,
  original_member_id uuid,
  state text not null,
  quantity bigint not null,
  points_spent bigint not null,
  transaction_id uuid,
  refund_transaction_id uuid,
  reward jsonb not null,
  fulfilment text not null,
  code text,
  discount_amount numeric(19, 4),
  source text not null,
  external_id text,
  redeemed_at timestamptz not null,
  completed_at timestamptz,
  expires_at timestamptz,
  used_at timestamptz,
  used_purchase_id uuid,
  used_order_ref text,
  ended_at timestamptz,
  failure_reason text,
  retry_count bigint default 0 not null,
  notes text,
  attributes jsonb default '{}' not null,
  fulfilled_by_type text,
  fulfilled_by_id text,
  actor_type text not null,
  actor_id text,
  created_at timestamptz default now() not null,
  updated_at timestamptz default now() not null,
  constraint pk_redemptions primary key (tenant_id, id),
  constraint fk_redemptions_tenant_id_reward_id
  foreign key (tenant_id, reward_id)
  references laurels.rewards (tenant_id, id),
  constraint fk_redemptions_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint fk_redemptions_tenant_id_original_member_id
  foreign key (tenant_id, original_member_id)
  references laurels.members (tenant_id, id),
  constraint fk_redemptions_tenant_id_transaction_id
  foreign key (tenant_id, transaction_id)
  references laurels.point_transactions (tenant_id, id),
  constraint fk_redemptions_tenant_id_refund_transaction_id
  foreign key (tenant_id, refund_transaction_id)
  references laurels.point_transactions (tenant_id, id),
  constraint fk_redemptions_tenant_id_used_purchase_id
  foreign key (tenant_id, used_purchase_id)
  references laurels.purchases (tenant_id, id),
  constraint ck_redemptions_state_known
  check (state in (
    'pending', 'completed', 'used', 'expired', 'failed', 'cancelled',
    'refunded'
  )),
  constraint ck_redemptions_quantity_bounded check (quantity between 1 and 1000),
  constraint ck_redemptions_points_bounded check (points_spent between 0 and 9007199254740991),
  constraint ck_redemptions_gift_costs_nothing
  check ((points_spent = 0) = (transaction_id is null)),
  constraint ck_redemptions_counts_not_negative check (retry_count >= 0),
  constraint ck_redemptions_pending_has_nothing
  check (state <> 'pending' or (completed_at is null and used_at is null and code is null)),
  constraint ck_redemptions_completed_has_time
  check (
    state not in ('completed', 'used', 'expired', 'refunded')
    or completed_at is not null
  ),
  constraint ck_redemptions_completed_has_code
  check (
    not (fulfilment in ('code', 'pool') and state in ('completed', 'used'))
    or code is not null
  ),
  constraint ck_redemptions_used_has_time
  check ((state = 'used' and used_at is not null) or (state <> 'used' and (
    used_at is null
    or state = 'refunded'
  ))),
  constraint ck_redemptions_end_has_time
  check ((state in ('expired', 'failed', 'cancelled', 'refunded')) = (ended_at is not null)),
  constraint ck_redemptions_failure_has_reason
  check (state <> 'failed' or failure_reason is not null),
  constraint ck_redemptions_open_is_paid_for
  check (refund_transaction_id is null or state in (
    'expired', 'failed', 'cancelled',
    'refunded'
  )),
  constraint ck_redemptions_attributes_are_facts
  check (attributes = '{}' or laurels.are_facts(attributes)),
  constraint ck_redemptions_reward_is_object check (jsonb_typeof(reward) = 'object'),
  constraint ck_redemptions_discount_amount_bounded
  check (discount_amount >= 0 and discount_amount <= 999999999999999),
  constraint ck_redemptions_expires_at_bounded
  check (expires_at >= '1970-01-01' and expires_at <= '9999-01-01'),
  constraint ck_redemptions_code_is_key check (laurels.is_key(code, 128)),
  constraint ck_redemptions_source_is_key check (laurels.is_key(source, 64)),
  constraint ck_redemptions_external_id_is_key check (laurels.is_key(external_id, 128)),
  constraint ck_redemptions_used_order_ref_is_key check (laurels.is_key(used_order_ref, 128)),
  constraint ck_redemptions_notes_is_prose check (laurels.is_prose(notes, 1000))
);

create unique index uq_redemptions_code
on laurels.redemptions (tenant_id, lower(code collate "C"))
where code is not null;
create index ix_redemptions_expiring
on laurels.redemptions (tenant_id, expires_at)
where state = 'completed' and expires_at is not null;
create index ix_redemptions_member
on laurels.redemptions (tenant_id, member_id, id);
create index ix_redemptions_pending
on laurels.redemptions (tenant_id, id)
where state = 'pending';
create index ix_redemptions_purchase
on laurels.redemptions (tenant_id, used_purchase_id)
where used_purchase_id is not null;
create index ix_redemptions_reward
on laurels.redemptions (tenant_id, reward_id, id);
create unique index uq_redemptions_external_id
on laurels.redemptions (tenant_id, source, external_id)
where external_id is not null;

create table laurels.vouchers (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  reward_id uuid not null,
  code text not null,
  origin text not null,
  redemption_id uuid,
  assigned_at timestamptz,
  withdrawn_at timestamptz,
  created_at timestamptz default now() not null,
  constraint pk_vouchers primary key (tenant_id, id),
  constraint fk_vouchers_tenant_id_reward_id
  foreign key (tenant_id, reward_id)
  references laurels.rewards (tenant_id, id),
  constraint fk_vouchers_tenant_id_redemption_id
  foreign key (tenant_id, redemption_id)
  references laurels.redemptions (tenant_id, id),
  constraint uq_vouchers_tenant_id_redemption_id unique (tenant_id, redemption_id),
  constraint ck_vouchers_origin_known
  check (origin in ('pool', 'generated', 'delivered')),
  constraint ck_vouchers_generated_is_given check (origin = 'pool' or redemption_id is not null),
  constraint ck_vouchers_assigned_has_time
  check ((redemption_id is null) = (assigned_at is null)),
  constraint ck_vouchers_withdrawn_is_nobodys
  check (withdrawn_at is null or redemption_id is null),
  constraint ck_vouchers_code_is_key check (laurels.is_key(code, 128))
);

create index ix_vouchers_free
on laurels.vouchers (tenant_id, reward_id, id)
where redemption_id is null and withdrawn_at is null;
create unique index uq_vouchers_code
on laurels.vouchers (tenant_id, lower(code collate "C"));

-- earning -----------------------------------------------------------------------------------------

create table laurels.explanations (
  tenant_id uuid not null,
  digest uuid not null,
  trigger text not null,
  body text not null,
  constraint pk_explanations primary key (tenant_id, digest)
);

create table laurels.awards (
  tenant_id uuid not null,
  subject_id uuid not null,
  member_id uuid not null,
  original_member_id uuid,
  explanation_digest uuid not null,
  points bigint not null,
  occurred_at timestamptz not null,
  figures text not null,
  constraint pk_awards primary key (tenant_id, subject_id),
  constraint ck_awards_points_bounded
  check (points >= -9007199254740991 and points <= 9007199254740991)
);

create table laurels.rule_usage (
  tenant_id uuid not null,
  rule_id uuid not null,
  member_id uuid not null,
  period text not null,
  points bigint not null,
  constraint pk_rule_usage primary key (tenant_id, rule_id, member_id, period),
  constraint ck_rule_usage_points_not_negative check (points >= 0)
);

create table laurels.earning_rules (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  version bigint not null,
  current boolean not null,
  name text not null,
  trigger text not null,
  status text not null,
  priority bigint not null,
  conditions jsonb,
  award jsonb not null,
  caps jsonb not null,
  starts_at timestamptz,
  ends_at timestamptz,
  stacking text not null,
  exclusion_group text,
  program_id uuid,
  managed_by text,
  created_at timestamptz not null,
  actor_type text not null,
  actor_id text,
  constraint pk_earning_rules primary key (tenant_id, id, version),
  constraint fk_earning_rules_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint fk_earning_rules_tenant_id_program_id
  foreign key (tenant_id, program_id)
  references laurels.programs (tenant_id, id),
  constraint ck_earning_rules_managed_by_shape check (managed_by ~ '^[a-z_]+[.][a-z_]+$'),
  constraint ck_earning_rules_status_known check (status in ('active', 'paused', 'archived')),
  constraint ck_earning_rules_stacking_known check (stacking in ('stack', 'exclusive')),
  constraint ck_earning_rules_version_positive check (version > 0),
  constraint ck_earning_rules_window_order check (starts_at < ends_at)
);

create unique index uq_earning_rules_current
on laurels.earning_rules (tenant_id, id)
where current;
create unique index uq_earning_rules_managed
on laurels.earning_rules (tenant_id, managed_by)
where current and managed_by is not null;

-- imports -----------------------------------------------------------------------------------------

create table laurels.import_runs (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  kind text not null,
  source text not null,
  file_name text not null,
  status text not null,
  version bigint default 1 not null,
  settings jsonb default '{}' not null,
  columns text[],
  seen jsonb,
  size_bytes bigint,
  received_bytes bigint default 0 not null,
  done_bytes bigint default 0 not null,
  dry_run boolean default false not null,
  dry_runs bigint default 0 not null,
  dry_run_result jsonb,
  read bigint default 0 not null,
  booked bigint default 0 not null,
  skipped bigint default 0 not null,
  rejected bigint default 0 not null,
  result jsonb,
  error text,
  created_by_kind text default 'system' not null,
  created_by text,
  created_at timestamptz default now() not null,
  started_at timestamptz,
  finished_at timestamptz,
  file_deleted_at timestamptz,
  constraint pk_import_runs primary key (tenant_id, id),
  constraint fk_import_runs_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint ck_import_runs_kind_known
  check (kind in ('balances', 'members', 'purchases', 'rewards', 'vouchers')),
  constraint ck_import_runs_status_known
  check (
    status in (
      'uploading', 'draft', 'waiting', 'running', 'stopping', 'stopped', 'finished', 'failed'
    )
  ),
  constraint ck_import_runs_n check (read >= 0 and booked >= 0 and skipped >= 0 and rejected >= 0),
  constraint ck_import_runs_adds_up check (read = booked + skipped + rejected),
  constraint ck_import_runs_version_positive check (version > 0),
  constraint ck_import_runs_bytes check (received_bytes <= size_bytes and done_bytes >= 0)
);

create index ix_import_runs_open
on laurels.import_runs (tenant_id, id)
where status in ('waiting', 'running', 'stopping');

create table laurels.import_chunks (
  tenant_id uuid not null,
  run_id uuid not null,
  begins_at bigint not null,
  content bytea not null,
  constraint pk_import_chunks primary key (tenant_id, run_id, begins_at),
  constraint fk_import_chunks_tenant_id_run_id
  foreign key (tenant_id, run_id)
  references laurels.import_runs (tenant_id, id)
);

create table laurels.rejected_rows (
  tenant_id uuid not null,
  run_id uuid not null,
  dry_run bigint default 0 not null,
  line bigint not null,
  field text,
  code text not null,
  message text not null,
  row jsonb not null,
  constraint pk_rejected_rows primary key (tenant_id, run_id, dry_run, line),
  constraint fk_rejected_rows_tenant_id_run_id
  foreign key (tenant_id, run_id)
  references laurels.import_runs (tenant_id, id)
);

-- bulk --------------------------------------------------------------------------------------------

create table laurels.bulk_actions (
  tenant_id uuid not null,
  id uuid default laurels.new_id() not null,
  action jsonb not null,
  filter jsonb,
  state text not null,
  total bigint not null,
  done bigint default 0 not null,
  unchanged bigint default 0 not null,
  failed bigint default 0 not null,
  actor_type text not null,
  actor_id text,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  constraint pk_bulk_actions primary key (tenant_id, id),
  constraint fk_bulk_actions_tenant_id foreign key (tenant_id) references laurels.tenants (id),
  constraint ck_bulk_actions_state_known
  check (state in ('waiting', 'running', 'finished', 'cancelled')),
  constraint ck_bulk_actions_end_has_time
  check ((state in ('finished', 'cancelled')) = (finished_at is not null)),
  constraint ck_bulk_actions_counts_fit
  check (done >= 0 and unchanged >= 0 and failed >= 0 and done + unchanged + failed <= total),
  constraint ck_bulk_actions_action_object check (jsonb_typeof(action) = 'object')
);

create index ix_bulk_actions_open
on laurels.bulk_actions (tenant_id, id)
where finished_at is null;

create table laurels.bulk_action_members (
  tenant_id uuid not null,
  action_id uuid not null,
  member_id uuid not null,
  outcome text,
  code text,
  message text,
  decided_at timestamptz,
  constraint pk_bulk_action_members primary key (tenant_id, action_id, member_id),
  constraint fk_bulk_action_members_tenant_id_action_id
  foreign key (tenant_id, action_id)
  references laurels.bulk_actions (tenant_id, id)
  on delete cascade,
  constraint fk_bulk_action_members_tenant_id_member_id
  foreign key (tenant_id, member_id)
  references laurels.members (tenant_id, id),
  constraint ck_bulk_action_members_outcome_known
  check (outcome in ('done', 'unchanged', 'failed')),
  constraint ck_bulk_action_members_outcome_has_time
  check ((outcome is null) = (decided_at is null)),
  constraint ck_bulk_action_members_failure_has_code
  check ((outcome = 'failed') = (code is not null))
);

create index ix_bulk_action_members_member_id
on laurels.bulk_action_members (tenant_id, member_id);
create index ix_bulk_action_members_waiting
on laurels.bulk_action_members (tenant_id, action_id, member_id)
where outcome is null;
create index ix_bulk_action_members_failed
on laurels.bulk_action_members (tenant_id, action_id, member_id)
where outcome = 'failed';
