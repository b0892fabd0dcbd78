import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { useViews } from "@/ui/table/views";
import { usePaging } from "@/ui/url";

/** What points buy. */
export default function Rewards() {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const paging = usePaging();
  const views = useViews("rewards");
  const filters = useFilters([
    {
      id: "featured",
      kind: "choice",
      label: t`Featured`,
      options: [{ value: "true", label: t`Only featured` }],
    },
  ]);
  const rewards = api.useQuery(
    "get",
    "/v1/rewards",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t`Rewards`}
      subtitle={<Trans>What members can get for their points, and how often they did.</Trans>}
    >
      <DataTable
        label={t`Rewards`}
        list={rewards}
        rowId={(reward) => reward.id}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        empty={
          <Empty title={t`No rewards`}>
            <Trans>Rewards are made by the API or imported from a file so far.</Trans>
          </Empty>
        }
        columns={[
          { id: "name", header: t`Reward`, cell: (reward) => reward.name },
          { id: "category", header: t`Category`, cell: (reward) => reward.category },
          {
            id: "price",
            header: t`Price`,
            align: "right",
            cell: (reward) => <Points value={reward.cost_points} bare />,
          },
          {
            id: "redeemed",
            header: t`Redeemed`,
            align: "right",
            cell: (reward) => formatNumber(reward.redemptions, i18n.locale),
          },
          {
            id: "stock",
            header: t`In stock`,
            align: "right",
            cell: (reward) =>
              reward.stock === null ? t`No limit` : formatNumber(reward.stock, i18n.locale),
          },
          {
            id: "status",
            header: t`Status`,
            cell: (reward) =>
              reward.archived_at ? (
                <Status tone="quiet">{t`Archived`}</Status>
              ) : reward.active ? (
                <Status tone="good">{t`Can be redeemed`}</Status>
              ) : (
                <Status tone="waiting">{t`Paused`}</Status>
              ),
          },
        ]}
      />
    </Page>
  );
}
