import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Copy } from "@/ui/Copy";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { STATES } from "../words";

/** What members redeemed, and what is still to be delivered. */
export default function Redemptions() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const paging = usePaging();
  const filters = useFilters([
    {
      id: "state",
      kind: "choice",
      label: t`State`,
      options: Object.entries(STATES).map(([value, { words }]) => ({ value, label: _(words) })),
    },
    { id: "code", kind: "text", label: t`Code` },
    { id: "when", kind: "dates", label: t`When`, from: "since", to: "until" },
  ]);
  const redemptions = api.useQuery(
    "get",
    "/v1/redemptions",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t`Redemptions`}
      subtitle={<Trans>Rewards that members took, the newest first.</Trans>}
    >
      <DataTable
        label={t`Redemptions`}
        list={redemptions}
        rowId={(redemption) => redemption.id}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        empty={
          <Empty title={t`No redemptions`}>
            <Trans>They appear here when members redeem their points.</Trans>
          </Empty>
        }
        columns={[
          {
            id: "reward",
            header: t`Reward`,
            cell: (redemption) => String(redemption.reward.name ?? ""),
          },
          {
            id: "member",
            header: t`Member`,
            cell: (redemption) => (
              <EntityLink id={redemption.member_id}>
                <Trans>Open the member</Trans>
              </EntityLink>
            ),
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
            cell: (redemption) => <Points value={redemption.points_spent} bare />,
          },
          {
            id: "when",
            header: t`When`,
            cell: (redemption) => <When at={redemption.redeemed_at} />,
          },
          {
            id: "state",
            header: t`State`,
            cell: (redemption) => {
              const state = STATES[redemption.state];
              return state ? <Status tone={state.tone}>{_(state.words)}</Status> : redemption.state;
            },
          },
        ]}
      />
    </Page>
  );
}
