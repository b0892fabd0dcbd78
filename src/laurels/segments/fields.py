"""The fields of the rooms below: profile, lifetime totals, points, purchases, RFM.

Purchases count as completed ones; spend is what was paid less what went back. Points are those of
the default program. Days are the tenant's own: yesterday is one day ago, whatever the hour.

RFM and percentile compare a member with the tenant's other active members who ever bought. Those
with equal values get equal scores: one plus five times the members with a lower value, divided by
the number of all, rounded down. So the best fifth has 5 as far as ties allow, and who is tied
stands where the lowest of them would.
"""

from laurels.kit.conditions import Field, Kind

from .criteria import register, register_collection, register_source

WINDOWS = (30, 90, 365)
STATUS = "member.status"

_DAYS = "({{today}} - ({moment} at time zone {{zone}})::date)"
_SPEND = "coalesce(totals.spend - totals.refunded, 0)"
_RANK = "(rank() over (order by {value}) - 1)"
_SCORE = f"(1 + 5 * {_RANK} / count(*) over ())"

_WALLET_SETTLED = """
left join lateral (
  select
    w.id, w.lifetime_earned, w.lifetime_redeemed,
    greatest(
      w.available - w.debt + coalesce(due.ripe - due.gone, 0) + coalesce(let.go - let.gone, 0), 0
    ) as available,
    w.pending - coalesce(due.over, 0) as pending, w.held - coalesce(let.go, 0) as held,
    greatest(w.debt - coalesce(due.ripe, 0) - coalesce(let.go, 0), 0) as debt,
    w.lifetime_expired + coalesce(
      due.gone + due.over - due.ripe, 0
    ) + coalesce(let.gone, 0) as lifetime_expired
  from laurels.wallets as w
  left join lateral (
    select
      coalesce(
        sum(l.remaining) filter (
          where l.matured_at is null and l.matures_at <= {present}
            and (l.expires_at is null or l.expires_at > {present})
        ),
        0
      )::bigint as ripe,
      coalesce(
        sum(l.remaining) filter (
          where l.matured_at is null and (l.matures_at <= {present} or l.expires_at <= {present})
        ),
        0
      )::bigint as over,
      coalesce(
        sum(l.remaining) filter (where l.matured_at is not null and l.expires_at <= {present}), 0
      )::bigint as gone
    from laurels.lots as l
    where l.tenant_id = {tenant} and l.wallet_id = w.id and l.remaining > 0
  ) as due on w.has_lots
  left join lateral (
    select
      sum(h.points)::bigint as go,
      coalesce(
        sum(
          (
            select -sum(e.amount)
            from laurels.lot_entries as e
            inner join laurels.lots as l on l.tenant_id = {tenant} and l.id = e.lot_id
              and l.expires_at <= {present}
            where e.tenant_id = {tenant} and e.hold_id = h.id
          )
        ),
        0
      )::bigint as gone
    from laurels.holds as h
    where h.tenant_id = {tenant} and h.wallet_id = w.id and h.status = 'open'
      and h.expires_at <= {present}
  ) as let on w.held > 0
  where w.tenant_id = {tenant} and w.member_id = m.id
    and w.program_id = (
      select d.id
      from laurels.programs as d
      where d.tenant_id = {tenant} and d.is_default
    )
  offset 0
) as wallet on true
"""
"""The wallet as it is once what is due has matured, lapsed and been let go, job or no job."""


def _since(name: str, moment: str, words: str, needs: tuple[str, ...] = ()) -> None:
    register(
        Field(name, Kind.INTEGER, f"Days since {words}; 0 is today."),
        _DAYS.format(moment=moment),
        needs=needs,
        since=moment,
    )


def _profile() -> None:
    for name, kind, words in (
        ("external_id", Kind.TEXT, "The tenant's own id."),
        ("email", Kind.TEXT, "E-mail address."),
        ("phone", Kind.TEXT, "Telephone number."),
        ("birthday", Kind.DATE, "Day of birth."),
        ("attributes", Kind.ATTRIBUTES, "Free facts of the tenant."),
    ):
        register(Field(f"member.{name}", kind, words, private=True), f"m.{name}")
    for name, kind, words in (
        ("enrolled_at", Kind.DATETIME, "When they joined."),
        ("email_opt_in", Kind.BOOLEAN, "Agreed to get e-mail; missing when unknown."),
        ("sms_opt_in", Kind.BOOLEAN, "Agreed to get text messages; missing when unknown."),
        ("is_vip", Kind.BOOLEAN, "Treated as a VIP."),
        ("last_login_at", Kind.DATETIME, "When they last signed in with the tenant."),
    ):
        register(Field(f"member.{name}", kind, words), f"m.{name}")
    register(
        Field(
            STATUS,
            Kind.ENUM,
            "Status; criteria that do not use it match active members only.",
            choices=("active", "blocked", "archived"),
        ),
        "m.status",
    )
    for part in ("month", "day"):
        register(
            Field(f"member.birth_{part}", Kind.INTEGER, f"The {part} of birth.", private=True),
            f"extract({part} from m.birthday)::int",
        )
    _since("member.days_since_enrolment", "m.enrolled_at", "they joined")
    _since("member.days_since_login", "m.last_login_at", "they last signed in")


def _lifetime() -> None:
    every = """
        left join laurels.member_totals as totals on totals.tenant_id = {tenant}
          and totals.member_id = m.id
    """
    few = """
        left join lateral (
          select t.*
          from laurels.member_totals as t
          where t.tenant_id = {tenant} and t.member_id = m.id
          offset 0
        ) as totals on true
    """
    register_source("totals", every, few=few)
    needs = ("totals",)
    for name, kind, words, sql in (
        ("spend", Kind.MONEY, "Spent in all, net of refunds.", _SPEND),
        ("purchases", Kind.INTEGER, "Completed purchases.", "coalesce(totals.purchases, 0)"),
        (
            "average_purchase",
            Kind.MONEY,
            "Spend per purchase; missing before the first.",
            "round((totals.spend - totals.refunded) / nullif(totals.purchases, 0), 4)",
        ),
        ("first_purchase_at", Kind.DATETIME, "First purchase.", "totals.first_purchase_at"),
        ("last_purchase_at", Kind.DATETIME, "Latest purchase.", "totals.last_purchase_at"),
    ):
        register(Field(f"lifetime.{name}", kind, words), sql, needs=needs)
    _since(
        "lifetime.days_since_first_purchase",
        "totals.first_purchase_at",
        "the first purchase",
        needs,
    )
    _since(
        "lifetime.days_since_last_purchase", "totals.last_purchase_at", "the latest purchase", needs
    )


def _points() -> None:
    every = """
        left join laurels.wallets as wallet on wallet.tenant_id = {tenant}
          and wallet.member_id = m.id
          and wallet.program_id = (
            select d.id
            from laurels.programs as d
            where d.tenant_id = {tenant} and d.is_default
          )
    """
    register_source("wallet", every, few=_WALLET_SETTLED)
    every = """
        left join lateral (
          select max(e.occurred_at) as at
          from laurels.point_transactions as e
          where e.tenant_id = {tenant} and e.wallet_id = wallet.id and e.type in ('earned', 'bonus')
        ) as earned on true
    """
    register_source("earned", every, needs=("wallet",))
    for name, words in (
        ("available", "Spendable now."),
        ("pending", "Earned, but not spendable yet."),
        ("held", "Set aside."),
        ("debt", "Points owed, because they were taken back after being spent."),
        ("lifetime_earned", "Ever earned."),
        ("lifetime_redeemed", "Ever spent."),
        ("lifetime_expired", "Ever lapsed."),
    ):
        register(
            Field(f"points.{name}", Kind.INTEGER, words),
            f"coalesce(wallet.{name}, 0)",
            needs=("wallet",),
        )
    register(
        Field("points.balance", Kind.INTEGER, "Available, pending and held together."),
        "coalesce(wallet.available + wallet.pending + wallet.held, 0)",
        needs=("wallet",),
    )
    register(
        Field("points.last_earned_at", Kind.DATETIME, "When points were last earned."),
        "earned.at",
        needs=("earned",),
    )
    _since("points.days_since_last_earned", "earned.at", "points were last earned", ("earned",))


def _tier() -> None:
    every = """
        left join laurels.tier_history as standing on standing.tenant_id = {tenant}
          and standing.member_id = m.id and standing.ended_at is null
        left join laurels.tiers as tier on tier.tenant_id = {tenant} and tier.id = standing.tier_id
    """
    few = """
        left join lateral (
          select h.*
          from laurels.tier_history as h
          where h.tenant_id = {tenant} and h.member_id = m.id and h.ended_at is null
          offset 0
        ) as standing on true
        left join laurels.tiers as tier on tier.tenant_id = {tenant} and tier.id = standing.tier_id
    """
    register_source("tier", every, few=few)
    for name, kind, words, sql in (
        ("level", Kind.INTEGER, "Level of the member's tier; 1 is the lowest.", "tier.level"),
        ("name", Kind.TEXT, "Name of the member's tier.", "tier.name"),
        ("achieved_at", Kind.DATETIME, "When they reached it.", "standing.achieved_at"),
        ("expires_at", Kind.DATETIME, "When it is reviewed next.", "standing.expires_at"),
    ):
        register(Field(f"tier.{name}", kind, words), sql, needs=("tier",))
    _since("tier.days_since_achieved", "standing.achieved_at", "they are on it", ("tier",))


def _windows() -> None:
    completed = "p.tenant_id = {tenant} and p.status = 'completed'{judged_p}"
    rows = f"from laurels.purchases as p where {completed}"
    bought = "p.refund_state <> 'full' and p.amount >= 0"
    for days in WINDOWS:
        name, since = f"last_{days}", f"p.occurred_at >= {{start_of_day_{days}}}"
        every = f"""
            left join (
              select
                p.member_id, count(*) filter (where {bought}) as purchases,
                sum(p.amount - p.refunded) as spend
              {rows} and {since}
              group by p.member_id
            ) as {name} on {name}.member_id = m.id
        """
        # Days as a filter: by their index all members' purchases of these days would be read.
        few = f"""
            left join lateral (
              select
                count(*) filter (where {bought} and {since}) as purchases,
                sum(p.amount - p.refunded) filter (where {since}) as spend
              {rows} and p.member_id = m.id
            ) as {name} on true
        """
        register_source(name, every, few=few)
        words = f"in the last {days} days, from the start of the day {days} days ago"
        register(
            Field(f"purchases.last_{days}_days.count", Kind.INTEGER, f"Purchases {words}."),
            f"coalesce({name}.purchases, 0)",
            needs=(name,),
        )
        register(
            Field(f"purchases.last_{days}_days.spend", Kind.MONEY, f"Spend {words}."),
            f"coalesce({name}.spend, 0)",
            needs=(name,),
        )


def _purchases() -> None:
    # What came back without its purchase is no purchase.
    completed = (
        "{tenant} and p.member_id = m.id and p.status = 'completed'{judged_p} and p.amount >= 0"
    )
    register_collection("purchases", f"laurels.purchases as p where p.tenant_id = {completed}")
    every = f"""
        laurels.purchases as p
        inner join laurels.purchase_lines as l on l.tenant_id = {{tenant}} and l.purchase_id = p.id
        where p.tenant_id = {completed}
    """
    register_collection("purchase_lines", every)
    for collection, table in (("purchases", "p"), ("purchase_lines", "l")):
        for name, kind, words, sql in (
            ("occurred_at", Kind.DATETIME, "When it happened.", "p.occurred_at"),
            ("channel", Kind.TEXT, "Where it happened, such as online.", "p.channel"),
            ("source", Kind.TEXT, "Where it came from: api, a shop, a file.", "p.source"),
            ("amount", Kind.MONEY, "What was paid.", f"{table}.amount"),
        ):
            register(Field(name, kind, words, collection), sql)
        register(
            Field("days_ago", Kind.INTEGER, "How many days ago; 0 is today.", collection),
            _DAYS.format(moment="p.occurred_at"),
            since="p.occurred_at",
        )
        attributes = Field("attributes", Kind.ATTRIBUTES, "Free facts of the tenant.", collection)
        register(attributes, f"{table}.attributes")
    for name, kind, words in (
        ("sku", Kind.TEXT, "Stock number of the product."),
        ("name", Kind.TEXT, "What the product is called."),
        ("category", Kind.TEXT, "Group of products."),
        ("quantity", Kind.NUMBER, "How many."),
    ):
        register(Field(name, kind, words, "purchase_lines"), f"l.{name}")


def _activities() -> None:
    every = """
        laurels.activities as a
        where a.tenant_id = {tenant} and a.member_id = m.id and a.status = 'recorded'{judged_a}
    """
    register_collection("activities", every)
    for name, kind, words in (
        ("kind", Kind.TEXT, "What it is: review, social_share, visit, …"),
        ("source", Kind.TEXT, "Source that reported it: api, an app."),
        ("subject", Kind.TEXT, "What it is about, such as a product."),
        ("value", Kind.NUMBER, "The number that was sent with it."),
        ("occurred_at", Kind.DATETIME, "When it happened."),
        ("attributes", Kind.ATTRIBUTES, "Free facts of the tenant."),
    ):
        register(Field(name, kind, words, "activities"), f"a.{name}")
    register(
        Field("days_ago", Kind.INTEGER, "How many days ago; 0 is today.", "activities"),
        _DAYS.format(moment="a.occurred_at"),
        since="a.occurred_at",
    )


def _compared() -> None:
    spend = "b.spend - b.refunded"
    scores = ", ".join(
        f"{_SCORE.format(value=value)} as {name}"
        for name, value in (
            ("recency", "b.last_purchase_at"),
            ("frequency", "b.purchases"),
            ("monetary", spend),
        )
    )
    every = f"""
        left join (
          select
            b.member_id, {scores},
            100 * {_RANK.format(value=spend)} / count(*) over () as percentile
          from laurels.member_totals as b
          inner join laurels.members as bm on bm.tenant_id = {{tenant}} and bm.id = b.member_id
            and bm.status = 'active'
          where b.tenant_id = {{tenant}} and b.purchases > 0
        ) as rfm on rfm.member_id = m.id
    """
    register_source("rfm", every)
    for name, words in (
        ("recency", "how recently they bought"),
        ("frequency", "how often they bought"),
        ("monetary", "how much they spent in all"),
    ):
        register(
            Field(f"rfm.{name}", Kind.INTEGER, f"1 to 5 by {words}; 5 is best."),
            f"rfm.{name}",
            needs=("rfm",),
            relative=True,
        )
    register(
        Field("rfm.score", Kind.TEXT, "The three scores in a row, such as 545."),
        "(rfm.recency::text || rfm.frequency::text || rfm.monetary::text)",
        needs=("rfm",),
        relative=True,
    )
    register(
        Field("value.percentile", Kind.INTEGER, "Percent of buyers who spent less, 0 to 99."),
        "rfm.percentile",
        needs=("rfm",),
        relative=True,
    )


for _register in (
    _profile,
    _lifetime,
    _points,
    _tier,
    _windows,
    _purchases,
    _activities,
    _compared,
):
    _register()
