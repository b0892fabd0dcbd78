"""The wall as it stands, compared with the one that the migrations build in an empty database.

Everything that keeps tenants apart and the books whole is described in words, object by object:
row-level security, policies, grants by role and column, triggers, checks, functions and who owns
them. What differs is told, whether it is missing, too much, or other than it should be.
"""

from laurels.kit.db import roles
from laurels.kit.db.pool import Raw
from laurels.kit.process.program import command

from . import views

Described = dict[str, str]

_LOOKS = (
    # Tables: who owns them, and whether rows are guarded. Partitions come and go and are what their
    # table is; only what somebody may do with one, past its table, is looked at.
    """
    select 'table ' || c.relname,
      'owned by ' || pg_get_userbyid(c.relowner)
      || case when c.relrowsecurity then ', row-level security' else ', no row-level security' end
      || case when c.relforcerowsecurity then ', forced' else ', not forced' end
    from pg_class as c where c.relnamespace = 'laurels'::regnamespace
      and c.relkind in ('r', 'p', 'v', 'm', 'S') and not c.relispartition
    """,
    """
    select 'policy ' || p.polname || ' on ' || c.relname,
      case when p.polpermissive then 'permissive' else 'restrictive' end
      || ' for ' || case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert'
        when 'w' then 'update' else 'delete' end
      || ' to ' || (select string_agg(case when r = 0 then 'public' else pg_get_userbyid(r) end,
        ', ' order by pg_get_userbyid(r)) from unnest(p.polroles) as r)
      || ' using ' || coalesce(pg_get_expr(p.polqual, p.polrelid), 'nothing')
      || ' with check ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'nothing')
    from pg_policy as p inner join pg_class as c on c.oid = p.polrelid
    where c.relnamespace = 'laurels'::regnamespace
    """,
    # What functions and tables that are made later are granted.
    """
    select 'default grant of ' || lower(a.privilege_type) || ' on what '
      || pg_get_userbyid(d.defaclrole) || ' makes' || coalesce(' in ' || n.nspname, '') || ' to '
      || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, 'given'
    from pg_default_acl as d left join pg_namespace as n on n.oid = d.defaclnamespace,
      aclexplode(d.defaclacl) as a
    where d.defaclobjtype = 'f'
    """,
    # Grants; what an owner may do with its own things says nothing.
    """
    select 'grant of ' || lower(a.privilege_type) || ' on ' || c.relname || ' to '
      || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
      case when a.is_grantable then 'given, to be passed on' else 'given' end
    from pg_class as c, aclexplode(c.relacl) as a
    where c.relnamespace = 'laurels'::regnamespace and a.grantee <> c.relowner
    """,
    """
    select 'grant of ' || lower(a.privilege_type) || ' on ' || c.relname || '.' || t.attname
      || ' to ' || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
      case when a.is_grantable then 'given, to be passed on' else 'given' end
    from pg_attribute as t inner join pg_class as c on c.oid = t.attrelid,
      aclexplode(t.attacl) as a
    where c.relnamespace = 'laurels'::regnamespace and not t.attisdropped
      and a.grantee <> c.relowner
    """,
    """
    select 'grant of ' || lower(a.privilege_type) || ' on the schema to '
      || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, 'given'
    from pg_namespace as n, aclexplode(n.nspacl) as a
    where n.nspname = 'laurels' and a.grantee <> n.nspowner
    """,
    """
    select 'trigger ' || t.tgname || ' on ' || c.relname,
      case t.tgenabled when 'O' then '' when 'D' then 'switched off: '
        else t.tgenabled::text || ': ' end
      || pg_get_triggerdef(t.oid)
    from pg_trigger as t inner join pg_class as c on c.oid = t.tgrelid
    where c.relnamespace = 'laurels'::regnamespace and not t.tgisinternal and t.tgparentid = 0
    """,
    """
    select 'check ' || k.conname || ' on ' || c.relname,
      pg_get_constraintdef(k.oid)
    from pg_constraint as k inner join pg_class as c on c.oid = k.conrelid
    where c.relnamespace = 'laurels'::regnamespace and k.contype = 'c' and not c.relispartition
    """,
    """
    select 'function ' || f.oid::regprocedure::text,
      'owned by ' || pg_get_userbyid(f.proowner)
      || case when f.prosecdef then ', acting as its owner' else ', acting as its caller' end
      || coalesce(', with ' || array_to_string(f.proconfig, ' and '), '')
      || ', text ' || left(md5(f.prosrc), 8)
    from pg_proc as f where f.pronamespace = 'laurels'::regnamespace
    """,
    """
    select 'grant of execute on ' || f.oid::regprocedure::text || ' to '
      || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, 'given'
    from pg_proc as f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
    where f.pronamespace = 'laurels'::regnamespace and a.grantee <> f.proowner
    """,
)
_LOOKS_AT_VIEWS = (
    # One without security_invoker would show every tenant: it would read as its owner.
    """
    select 'view ' || n.nspname || '.' || c.relname, 'owned by ' || pg_get_userbyid(c.relowner)
      || coalesce(', with ' || array_to_string(c.reloptions, ' and '), ', acting as its owner')
      || ', text ' || left(md5(pg_get_viewdef(c.oid)), 8)
    from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any($1::text[]) and c.relkind in ('v', 'm', 'r', 'p', 'f')
    """,
    """
    select 'grant of ' || lower(a.privilege_type) || ' on ' || n.nspname || '.' || c.relname
      || ' to ' || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
      case when a.is_grantable then 'given, to be passed on' else 'given' end
    from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace,
      aclexplode(c.relacl) as a
    where n.nspname = any($1::text[]) and a.grantee <> c.relowner
    """,
    """
    select 'grant of ' || lower(a.privilege_type) || ' on the schema ' || n.nspname || ' to '
      || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, 'given'
    from pg_namespace as n, aclexplode(n.nspacl) as a
    where n.nspname = any($1::text[]) and a.grantee <> n.nspowner
    """,
)

_MIGHTY = """
select rolname from pg_roles where rolname = any($1::text[]) and (rolsuper or rolbypassrls)
"""
_INHERITED = """
select r.rolname as role, o.rolname as of from pg_roles as r, pg_roles as o
where r.rolname = any($1::text[]) and o.rolname = any($2::text[])
  and r.rolname <> o.rolname and pg_has_role(r.oid, o.oid, 'member')
"""
_TEMPORARY = """
select r.rolname from pg_roles as r where r.rolname = any($1::text[])
  and has_database_privilege(r.oid, current_database(), 'temporary')
"""
_BOUND = (roles.APP, roles.INTEGRATION, roles.BI)


async def describe(connection: Raw) -> Described:
    """Return every stone of the wall by its name."""
    found: Described = {}
    for look in _LOOKS:
        found |= {row[0]: row[1] for row in await connection.fetch(look)}
    for look in _LOOKS_AT_VIEWS:
        rows = await connection.fetch(look, list(views.SCHEMAS))
        found |= {row[0]: row[1] for row in rows}
    return found


def differences(there: Described, wanted: Described) -> list[str]:
    """Say how the wall that is there differs from the one that is wanted, one sentence each."""
    found: list[str] = []
    for name in sorted(there | wanted):
        if name not in there:
            found.append(f"{name} is missing; it should be: {wanted[name]}")
        elif name not in wanted:
            found.append(f"{name} is too much: no migration makes it ({there[name]})")
        elif _bare(there[name]) != _bare(wanted[name]):
            found.append(f"{name} is other than it should be: {there[name]}; not {wanted[name]}")
    return found


def _bare(text: str) -> str:
    """Return a description without brackets and blanks: a restored dump sets them otherwise."""
    return "".join(letter for letter in text if letter not in "() \n")


async def roles_too_mighty(connection: Raw) -> list[str]:
    """Say which role, by its attributes or by what it is a member of, walks around the wall."""
    found = [
        f"role {row[0]} is a superuser or bypasses row-level security"
        for row in await connection.fetch(_MIGHTY, [*_BOUND, roles.MAINTENANCE, roles.OWNER])
    ]
    mighty = [roles.OWNER, roles.MAINTENANCE]
    found += [
        f"role {row[0]} may make temporary tables in this database; whoever owns it should run"
        " `revoke temporary on database ... from public`, or run"
        f" {command('db init')} again"
        for row in await connection.fetch(_TEMPORARY, list(_BOUND))
    ]
    return found + [
        f"role {row['role']} is a member of {row['of']} and so sees every tenant"
        for row in await connection.fetch(_INHERITED, list(_BOUND), mighty)
    ]
