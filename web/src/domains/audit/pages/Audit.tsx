import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Stack } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Diff } from "@/ui/Diff";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Facts, Page } from "@/ui/Page";
import { DataTable } from "@/ui/table/DataTable";
import { ExportButton } from "@/ui/table/ExportButton";
import { useViews } from "@/ui/table/views";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";

/** Who changed what, from where, and what it was before. */
export default function Audit() {
  const { t } = useLingui();
  const { api } = useApi();
  const drawer = useDrawer();
  const paging = usePaging();
  const views = useViews("audit");
  const filters = useFilters([
    {
      id: "actor_type",
      kind: "choice",
      label: t`Who`,
      options: [
        { value: "staff", label: t`A person` },
        { value: "api_key", label: t`A program with a key` },
        { value: "operator", label: t`The operator` },
        { value: "system", label: t`Laurels itself` },
        { value: "sql", label: t`SQL from outside` },
      ],
    },
    { id: "action", kind: "text", label: t`Action` },
    { id: "target_id", kind: "text", label: t`Id of what was changed` },
    { id: "when", kind: "dates", label: t`When`, from: "since", to: "until" },
  ]);
  const entries = api.useQuery(
    "get",
    "/v1/audit-log",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  const chosen = entries.data?.data.find((entry) => entry.id === drawer.id);
  return (
    <Page
      title={t`Audit log`}
      subtitle={
        <Trans>Every change to settings, rules, people and points by hand, newest first.</Trans>
      }
    >
      <DataTable
        label={t`Changes`}
        list={entries}
        rowId={(entry) => entry.id}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        actions={<ExportButton name="audit-log" query={{ ...filters.query, ...paging.query }} />}
        empty={
          <Empty title={t`No changes`}>
            <Trans>Nothing of this kind was changed.</Trans>
          </Empty>
        }
        columns={[
          {
            id: "action",
            header: t`What`,
            cell: (entry) => (
              <Anchor component="button" type="button" onClick={() => drawer.open(entry.id)}>
                {entry.action}
              </Anchor>
            ),
          },
          {
            id: "target",
            header: t`Of what`,
            cell: (entry) => <EntityLink id={entry.target_id}>{entry.target_type}</EntityLink>,
          },
          { id: "actor", header: t`By whom`, cell: (entry) => entry.actor_id ?? entry.actor_type },
          { id: "ip", header: t`From where`, hidden: true, cell: (entry) => entry.ip },
          { id: "when", header: t`When`, cell: (entry) => <When at={entry.created_at} /> },
        ]}
      />
      {chosen && (
        <Drawer id={chosen.id} title={chosen.action} wide>
          <Stack gap="lg">
            <Facts
              facts={[
                [<Trans key="w">When</Trans>, <When key="a" at={chosen.created_at} form="full" />],
                [<Trans key="b">By whom</Trans>, chosen.actor_id ?? chosen.actor_type],
                [<Trans key="t">Of what</Trans>, <EntityLink key="e" id={chosen.target_id} />],
                [<Trans key="i">Address</Trans>, chosen.ip],
                [<Trans key="p">Program</Trans>, chosen.user_agent],
                [<Trans key="r">Request</Trans>, chosen.request_id],
              ]}
            />
            <Diff before={chosen.before} after={chosen.after} />
          </Stack>
        </Drawer>
      )}
    </Page>
  );
}
