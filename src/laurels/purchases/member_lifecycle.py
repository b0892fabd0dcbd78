"""The purchases' part in the lives of members: they go with the survivor, and back."""

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode
from laurels.kit.work import Work
from laurels.permissions import Permission

SQL = statements(__name__)


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The merged member's purchases are the survivor's, and remember whose they were."""
    await work.fetch(SQL.hand_over_of_member, work.tenant_id, change.merged_id, change.survivor_id)


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """Purchases that came with the merged member are theirs again; later ones stay."""
    await work.fetch(
        SQL.hand_back, work.tenant_id, change.merged_id, change.survivor_id, list(change.family)
    )


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """Notes, reasons and free facts of the person's purchases are gone; money and goods stay."""
    await work.fetch(SQL.erase_words_of_refunds, work.tenant_id, list(change.member_ids))
    await work.fetch(SQL.erase_words_of_lines, work.tenant_id, list(change.member_ids))
    rows = await work.fetch(SQL.erase_words, work.tenant_id, list(change.member_ids))
    refunds = await work.fetch(SQL.refund_ids, work.tenant_id, [row[0] for row in rows])
    # What was written by SQL is noted with its values.
    await audit.blank(
        work,
        [
            *(encode("purchase", row[0]) for row in rows),
            *(encode("refund", row[0]) for row in refunds),
        ],
    )


_OF_PERSON = """
inner join laurels.purchases as p on p.tenant_id = $1 and p.id = x.purchase_id
where x.tenant_id = $1 and p.member_id = any($2)
"""
for _name, _table, _columns, _where in (
    (
        "purchases",
        "purchases",
        "x.source, x.external_id, x.member_id, x.original_member_id, x.status, x.amount,"
        " x.tax_amount, x.refunded, x.refund_state, x.currency, x.channel, x.payment_method,"
        " x.note, x.attributes, x.occurred_at, x.completed_at, x.created_at",
        " where x.tenant_id = $1 and x.member_id = any($2)",
    ),
    (
        "purchase_lines",
        "purchase_lines",
        "x.purchase_id, x.position, x.sku, x.name, x.category, x.quantity, x.unit_price,"
        " x.amount, x.tax_amount, x.refunded_quantity, x.refunded_amount, x.attributes",
        _OF_PERSON,
    ),
    (
        "purchase_payments",
        "purchase_payments",
        "x.purchase_id, x.position, x.points, x.hold_id, x.program_id, x.value,"
        " x.transaction_id, x.returned",
        _OF_PERSON,
    ),
    (
        "refunds",
        "refunds",
        "x.purchase_id, x.source, x.external_id, x.amount, x.lines, x.points, x.points_returned,"
        " x.reason,"
        " x.attributes, x.occurred_at",
        _OF_PERSON,
    ),
):
    data_export.add(
        data_export.ExportSection(
            _name,
            Permission.PURCHASES_READ,
            (_table,),
            f"""
        select x.id::text as key, x.id, {_columns}
        from laurels.{_table} as x{_where} and x.id::text > $3
        order by x.id::text
        limit $4
    """,
            kind=_name.removesuffix("s"),
        )
    )
