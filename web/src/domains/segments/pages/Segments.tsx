import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { DataTable } from "@/ui/table/DataTable";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { CriteriaSentence } from "../parts/CriteriaSentence";
import { SegmentStatus } from "../parts/SegmentStatus";
import { UsedBy } from "../parts/UsedBy";
import { useCriteriaFields, useUses } from "../queries";

/** Groups of members, by conditions or by hand. */
export default function Segments() {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const told = useCriteriaFields();
  const expand = useUses();
  const paging = usePaging({ sort: "-created_at" });
  const views = useViews("segments");
  const filters = useFilters([
    {
      id: "kind",
      kind: "choice",
      label: t`Kind`,
      options: [
        { value: "dynamic", label: t`By conditions` },
        { value: "static", label: t`By hand` },
      ],
    },
    {
      id: "archived",
      kind: "choice",
      label: t`Status`,
      options: [{ value: "true", label: t`Archived` }],
    },
  ]);
  const query = { ...filters.query, ...paging.query, ...(expand && { expand }) };
  const segments = api.useQuery(
    "get",
    "/v1/segments",
    { params: { query } },
    { placeholderData: keepPreviousData },
  );
  const create = may("segments:write") && (
    <Button component={Link} to={below("segments/new")}>
      <Trans>New segment</Trans>
    </Button>
  );
  return (
    <Page
      title={t`Segments`}
      subtitle={
        <Trans>
          Groups of members. Rules and rewards can be for a segment; members come and go by its
          conditions, or people keep it as a list.
        </Trans>
      }
      actions={create}
    >
      <DataTable
        label={t`Segments`}
        list={{ ...segments, isPending: segments.isPending || told.isPending }}
        rowId={(segment) => segment.id}
        rowLink={(segment) => below(`segments/${segment.id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        empty={
          filters.active ? (
            <Empty title={t`No such segment`}>
              <Trans>Change the filter to see other segments.</Trans>
            </Empty>
          ) : (
            <Empty title={t`No segments yet`}>
              <Trans>
                Make one from an example, such as members who have not bought for 90 days.
              </Trans>
            </Empty>
          )
        }
        columns={[
          { id: "name", header: t`Segment`, sort: "name", width: "14em", cell: ({ name }) => name },
          {
            id: "criteria",
            header: t`Who belongs to it`,
            cell: (segment) => (
              <Text span maw="52ch" display="block" ta="left">
                <CriteriaSentence criteria={segment.criteria} told={told} />
              </Text>
            ),
          },
          {
            id: "kind",
            header: t`Kind`,
            cell: ({ kind }) => (kind === "dynamic" ? t`By conditions` : t`By hand`),
          },
          {
            id: "members",
            header: t`Members`,
            align: "right",
            cell: (segment) => formatNumber(segment.member_count, i18n.locale),
          },
          {
            id: "computed",
            header: t`Computed`,
            definition: t`When all members were last gone through. Between that, members come and go with what they do.`,
            cell: (segment) => segment.last_computed_at && <When at={segment.last_computed_at} />,
          },
          { id: "status", header: t`Status`, cell: (row) => <SegmentStatus segment={row} /> },
          {
            id: "uses",
            header: t`Used by`,
            definition: t`Earning rules and rewards that name it.`,
            cell: (segment) => <UsedBy segment={segment} />,
          },
          {
            id: "created",
            header: t`Created`,
            sort: "created_at",
            hidden: true,
            cell: (segment) => <When at={segment.created_at} />,
          },
        ]}
      />
    </Page>
  );
}
