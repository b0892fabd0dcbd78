import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi, useMay } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { Money } from "@/ui/Money";
import { Points } from "@/ui/Points";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";

/** What a member bought. */
export function PurchasesTab({ memberId }: { memberId: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const paging = usePaging();
  const purchases = api.useQuery(
    "get",
    "/v1/purchases",
    { params: { query: { member_id: memberId, ...paging.query, expand: "award" } } },
    { placeholderData: keepPreviousData, enabled: may("purchases:read") },
  );
  return (
    <DataTable
      label={t`Purchases`}
      list={purchases}
      rowId={(purchase) => purchase.id}
      rowLink={(purchase) => below(`purchases/${purchase.id}`)}
      paging={paging}
      empty={
        <Empty title={t`No purchases`}>
          <Trans>This member has bought nothing yet.</Trans>
        </Empty>
      }
      columns={[
        { id: "number", header: t`Purchase`, cell: (row) => row.external_id ?? row.id },
        { id: "when", header: t`When`, cell: (row) => <When at={row.occurred_at} /> },
        {
          id: "amount",
          header: t`Amount`,
          align: "right",
          cell: (row) => <Money amount={row.amount} />,
        },
        {
          id: "refunded",
          header: t`Refunded`,
          align: "right",
          cell: (row) => Number(row.refunded) !== 0 && <Money amount={row.refunded} />,
        },
        {
          id: "points",
          header: t`Earned`,
          align: "right",
          cell: (row) => <Points value={row.expanded?.award?.points ?? 0} bare />,
        },
      ]}
    />
  );
}
