import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi, useMay } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import type { Redemption } from "../queries";
import { Price } from "./Price";
import { RedemptionStatus } from "./RedemptionStatus";
import { Taker } from "./Taker";

/** Who took this reward, the latest first. */
export function LastRedemptions({ rewardId }: { rewardId: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const paging = usePaging({ limit: 20 });
  const expand = may("members:read") ? { expand: "member" } : {};
  const redemptions = api.useQuery(
    "get",
    "/v1/redemptions",
    { params: { query: { reward_id: rewardId, ...paging.query, ...expand } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <DataTable<Redemption>
      label={t`Redemptions`}
      list={redemptions}
      rowId={(redemption) => redemption.id}
      rowLink={(redemption) => below(`redemptions/${redemption.id}`)}
      paging={paging}
      empty={
        <Empty title={t`Nobody has redeemed it yet`}>
          <Trans>Who does appears here, with what became of it.</Trans>
        </Empty>
      }
      columns={[
        { id: "when", header: t`When`, cell: ({ redeemed_at: at }) => <When at={at} /> },
        {
          id: "member",
          header: t`Member`,
          cell: (redemption) => <Taker redemption={redemption} />,
        },
        {
          id: "state",
          header: t`State`,
          cell: (redemption) => <RedemptionStatus redemption={redemption} />,
        },
        { id: "code", header: t`Code`, cell: ({ code }) => code },
        {
          id: "points",
          header: t`Points`,
          align: "right",
          cell: (redemption) => <Price redemption={redemption} />,
        },
      ]}
    />
  );
}
