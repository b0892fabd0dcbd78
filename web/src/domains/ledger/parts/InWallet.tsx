import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { Points } from "@/ui/Points";
import type { Column } from "@/ui/table/columns";
import { DataTable } from "@/ui/table/DataTable";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { HoldTable } from "./HoldTable";

type Lot = Schemas["LotOut"];

/** Which points lapse when: those that lapse first are spent first. */
export function Lots({ walletId }: { walletId: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const paging = usePaging({ sort: "expires_at" });
  const lots = api.useQuery(
    "get",
    "/v1/wallets/{wallet_id}/lots",
    { params: { path: { wallet_id: walletId }, query: paging.query as object } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Lot>[] = [
    {
      id: "expires",
      header: t`Expires`,
      sort: "expires_at",
      cell: ({ expires_at: at }) => (at === null ? t`Never` : <When at={at} form="full" />),
    },
    {
      id: "matures",
      header: t`To spend from`,
      cell: ({ matured_at: since, matures_at: at }) =>
        since !== null || at === null ? t`Now` : <When at={at} form="full" />,
    },
    {
      id: "left",
      header: t`Left`,
      align: "right",
      cell: (lot) => <Points value={lot.remaining} bare />,
    },
    {
      id: "began",
      header: t`Began with`,
      align: "right",
      cell: (lot) => <Points value={lot.initial} bare />,
    },
  ];
  return (
    <DataTable
      label={t`Lots`}
      list={lots}
      columns={columns}
      rowId={(lot) => lot.id}
      paging={paging}
      empty={
        <Empty title={t`No points are left`}>
          <Trans>Each time points come in they form a lot that expires together.</Trans>
        </Empty>
      }
    />
  );
}

/** Points of the wallet that are set aside, or were. */
export function Holds({ walletId }: { walletId: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const paging = usePaging({ sort: "-created_at" });
  const holds = api.useQuery(
    "get",
    "/v1/wallets/{wallet_id}/holds",
    { params: { path: { wallet_id: walletId }, query: paging.query as object } },
    { placeholderData: keepPreviousData },
  );
  return (
    <HoldTable
      list={holds}
      paging={paging}
      empty={
        <Empty title={t`Nothing is set aside`}>
          <Trans>A till or shop sets points aside through the API before it spends them.</Trans>
        </Empty>
      }
    />
  );
}
