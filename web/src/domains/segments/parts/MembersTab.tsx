import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { type Schemas, useApi, useMay } from "@/api/context";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { memberName } from "@/ui/memberName";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import type { CriteriaTold, Segment } from "../queries";
import { PasteForm } from "./PasteForm";
import { Reasons } from "./Reasons";
import { RemoveButton } from "./RemoveButton";

interface MembersTabProps {
  segment: Segment;
  told: CriteriaTold;
}

/** Who is in a segment since when, and why; on request also who was. */
export function MembersTab({ segment, told }: MembersTabProps) {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const drawer = useDrawer();
  const paging = usePaging({ sort: "-created_at" });
  const filters = useFilters([
    {
      id: "history",
      kind: "choice",
      label: t`Who`,
      options: [{ value: "true", label: t`Also those who left` }],
    },
  ]);
  const expand = may("members:read") ? { expand: "member" } : {};
  const query = { ...filters.query, ...paging.query, ...expand };
  const members = api.useQuery(
    "get",
    "/v1/segments/{segment_id}/members",
    { params: { path: { segment_id: segment.id }, query } },
    { placeholderData: keepPreviousData },
  );
  const byHand = segment.kind === "static";
  const editable = byHand && segment.archived_at === null && may("segments:write");
  return (
    <>
      <DataTable
        label={t`Members of the segment`}
        list={members}
        rowId={(row) => `${row.member_id} ${row.joined_at}`}
        rowLink={(row) => below(`members/${row.member_id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        actions={
          editable && (
            <Button size="xs" onClick={() => drawer.open("add")}>
              <Trans>Add members</Trans>
            </Button>
          )
        }
        empty={
          <Empty title={t`Nobody is in it`}>
            {byHand ? (
              <Trans>Add members by name, or paste a list of addresses, ids or card numbers.</Trans>
            ) : (
              <Trans>Members come as soon as they fit its conditions.</Trans>
            )}
          </Empty>
        }
        columns={[
          {
            id: "member",
            header: t`Member`,
            cell: (row) => memberName(row.expanded?.member ?? { id: row.member_id }),
          },
          {
            id: "since",
            header: t`Since`,
            sort: "created_at",
            cell: (row) => <When at={row.joined_at} />,
          },
          {
            id: "why",
            header: t`Why`,
            definition: t`What was known of the member when they came in.`,
            cell: (row) => <Reasons found={row.found} reason={row.reason} told={told} />,
          },
          {
            id: "left",
            header: t`Left`,
            cell: (row) => row.left_at !== null && <When at={row.left_at} />,
            hidden: filters.values.history === undefined,
          },
          ...(editable
            ? [
                {
                  id: "remove",
                  header: "",
                  cell: (row: Schemas["SegmentMembershipOut"]) =>
                    row.left_at === null && (
                      <RemoveButton segment={segment} memberId={row.member_id} />
                    ),
                },
              ]
            : []),
        ]}
      />
      <Drawer id="add" title={t`Add members`}>
        <PasteForm segment={segment} />
      </Drawer>
    </>
  );
}
