import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi, useMay } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { memberName } from "@/ui/memberName";
import { Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { DataTable } from "@/ui/table/DataTable";
import { ExportButton } from "@/ui/table/ExportButton";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";

/** Who owes points: they were spent before a refund or a correction took them back. */
export default function Debts() {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const paging = usePaging({ sort: "-created_at" });
  const asked = { in_debt: true, ...(may("members:read") ? { expand: "member" } : {}) };
  const wallets = api.useQuery(
    "get",
    "/v1/wallets",
    { params: { query: { ...asked, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t`Points owed`}
      subtitle={
        <Trans>
          Members who had spent points before a refund or a correction took them back. The next
          points that they earn pay it off.
        </Trans>
      }
    >
      <DataTable
        label={t`Points owed`}
        list={wallets}
        rowId={(wallet) => wallet.id}
        rowLink={(wallet) => below(`wallets/${wallet.id}`)}
        paging={paging}
        actions={<ExportButton name="wallets" query={{ ...asked, ...paging.query }} />}
        empty={
          <Empty title={t`Nobody owes points`}>
            <Trans>A debt appears here when points that were spent are taken back.</Trans>
          </Empty>
        }
        columns={[
          { id: "wallet", header: t`Wallet`, cell: (wallet) => wallet.program_name },
          {
            id: "member",
            header: t`Member`,
            cell: ({ member_id: id, expanded }) => (
              <EntityLink id={id}>
                {expanded?.member ? memberName(expanded.member) : undefined}
              </EntityLink>
            ),
          },
          {
            id: "debt",
            header: t`Owed`,
            align: "right",
            cell: (wallet) => <Points value={wallet.debt} unit={wallet.unit_name} />,
          },
          {
            id: "earned",
            header: t`Earned so far`,
            align: "right",
            cell: (wallet) => <Points value={wallet.lifetime_earned} bare />,
          },
          {
            id: "moved",
            header: t`Last moved`,
            cell: (wallet) => <When at={wallet.updated_at} />,
          },
        ]}
      />
    </Page>
  );
}
