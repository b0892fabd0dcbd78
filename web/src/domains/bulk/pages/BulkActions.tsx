import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { useSummary } from "../parts/useSummary";
import { STATES } from "../words";

/** What was done to many members at once. */
export default function BulkActions() {
  const { t, i18n } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const below = useTenantPath();
  const summary = useSummary();
  const paging = usePaging({ sort: "-created_at" });
  const actions = api.useQuery(
    "get",
    "/v1/bulk-actions",
    { params: { query: paging.query } },
    {
      placeholderData: keepPreviousData,
      refetchInterval: (query) =>
        query.state.data?.data.some((each) => each.finished_at === null) ? 2_000 : false,
    },
  );
  const figure = (value: number) => formatNumber(value, i18n.locale);
  return (
    <Page
      title={t`Bulk actions`}
      subtitle={<Trans>What was done to many members at once; kept for 90 days.</Trans>}
    >
      <DataTable
        label={t`Bulk actions`}
        list={actions}
        rowId={(action) => action.id}
        rowLink={(action) => below(`bulk-actions/${action.id}`)}
        paging={paging}
        empty={
          <Empty title={t`Nothing was done to many members yet`}>
            <Trans>Choose members in the list of members, then “Do with them”.</Trans>
          </Empty>
        }
        columns={[
          { id: "what", header: t`Action`, cell: (action) => summary(action.action) },
          {
            id: "state",
            header: t`Status`,
            cell: ({ state }) => (
              <Status tone={STATES[state].tone}>{_(STATES[state].words)}</Status>
            ),
          },
          {
            id: "total",
            header: t`Members`,
            align: "right",
            cell: (action) => figure(action.total),
          },
          { id: "done", header: t`Done`, align: "right", cell: (action) => figure(action.done) },
          {
            id: "failed",
            header: t`Failed`,
            align: "right",
            cell: (action) => figure(action.failed),
          },
          { id: "at", header: t`Begun`, cell: (action) => <When at={action.created_at} /> },
        ]}
      />
    </Page>
  );
}
