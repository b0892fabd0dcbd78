import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { SegmentedControl } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import * as z from "zod/mini";
import { useApi, useMay } from "@/api/context";
import { Copy } from "@/ui/Copy";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Page } from "@/ui/Page";
import { DataTable } from "@/ui/table/DataTable";
import { ExportButton } from "@/ui/table/ExportButton";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { usePaging, useUrlState } from "@/ui/url";
import { When } from "@/ui/When";
import { Price } from "../parts/Price";
import { RedemptionStatus } from "../parts/RedemptionStatus";
import { Taker } from "../parts/Taker";
import type { Redemption } from "../queries";
import { STATES } from "../words";

const SHAPE = { state: z.optional(z.string()) };

/** What members redeemed, and what is still to be delivered. */
export default function Redemptions() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const [{ state }, setState] = useUrlState(SHAPE);
  const waiting = state === "pending";
  // Who waits longest is served first.
  const paging = usePaging(waiting ? { sort: "created_at" } : {});
  const views = useViews("redemptions");
  const filters = useFilters([
    {
      id: "state",
      kind: "choice",
      label: t`State`,
      options: Object.entries(STATES).map(([value, { words }]) => ({ value, label: _(words) })),
    },
    { id: "code", kind: "text", label: t`Code` },
    { id: "source", kind: "text", label: t`Sent by` },
    { id: "when", kind: "dates", label: t`When`, from: "since", to: "until" },
  ]);
  const expand = may("members:read") ? { expand: "member" } : {};
  const redemptions = api.useQuery(
    "get",
    "/v1/redemptions",
    { params: { query: { ...filters.query, ...paging.query, ...expand } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t`Redemptions`}
      subtitle={<Trans>Rewards that members took. Those to be delivered wait for you.</Trans>}
    >
      <SegmentedControl
        mb="md"
        w="fit-content"
        aria-label={t`Which redemptions`}
        value={waiting ? "pending" : "all"}
        onChange={(value) => setState({ state: value === "pending" ? value : undefined })}
        data={[
          { value: "all", label: t({ message: "All", context: "redemptions" }) },
          { value: "pending", label: t`To be delivered` },
        ]}
      />
      <DataTable<Redemption>
        label={t`Redemptions`}
        list={redemptions}
        rowId={(redemption) => redemption.id}
        rowLink={(redemption) => below(`redemptions/${redemption.id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        actions={<ExportButton name="redemptions" query={{ ...filters.query, ...paging.query }} />}
        empty={
          waiting ? (
            <Empty title={t`Nothing is waiting`}>
              <Trans>Everything that members redeemed is delivered.</Trans>
            </Empty>
          ) : (
            <Empty title={t`No redemptions`}>
              <Trans>
                They appear here when members redeem their points, or when you give a reward away on
                a member’s page.
              </Trans>
            </Empty>
          )
        }
        columns={[
          {
            id: "reward",
            header: t`Reward`,
            cell: ({ reward, quantity }) =>
              quantity > 1 ? `${quantity} × ${String(reward.name)}` : String(reward.name),
          },
          {
            id: "state",
            header: t`State`,
            cell: (redemption) => <RedemptionStatus redemption={redemption} />,
          },
          {
            id: "member",
            header: t`Member`,
            cell: (redemption) => <Taker redemption={redemption} />,
          },
          {
            id: "code",
            header: t`Code`,
            cell: (redemption) => redemption.code && <Copy value={redemption.code} />,
          },
          {
            id: "points",
            header: t`Points`,
            align: "right",
            cell: (redemption) => <Price redemption={redemption} />,
          },
          {
            id: "when",
            header: t`When`,
            cell: (redemption) => <When at={redemption.redeemed_at} />,
          },
          {
            id: "until",
            header: t`Usable until`,
            hidden: true,
            cell: ({ expires_at }) => expires_at && <When at={expires_at} />,
          },
          { id: "source", header: t`Sent by`, hidden: true, cell: ({ source }) => source },
        ]}
      />
    </Page>
  );
}
