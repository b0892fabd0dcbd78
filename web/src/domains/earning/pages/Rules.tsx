import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { useFilters } from "@/ui/filters";
import { FilterBar } from "@/ui/FilterBar";
import { Page } from "@/ui/Page";
import type { Column } from "@/ui/table/columns";
import { DataTable } from "@/ui/table/DataTable";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { RuleSentence } from "../parts/RuleSentence";
import { RuleStatus } from "../parts/RuleStatus";
import { Usage, useUsage } from "../parts/Usage";
import { type Rule, useNames } from "../queries";
import { useRuleWords } from "../words";

export default function Rules() {
  const { t } = useLingui();
  const { api } = useApi();
  const below = useTenantPath();
  const names = useNames();
  const words = useRuleWords();
  const may = useMay();
  const usage = useUsage();
  const paging = usePaging({ sort: "-created_at" });
  const views = useViews("earning-rules");
  const filters = useFilters([
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: ["active", "paused", "archived"].map((value) => ({
        value,
        label: words.status(value),
      })),
    },
  ]);
  const query = { ...filters.query, ...paging.query };
  const rules = api.useQuery(
    "get",
    "/v1/earning-rules",
    { params: { query } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Rule>[] = [
    { id: "name", header: t`Rule`, sort: "name", width: "16em", cell: (rule) => rule.name },
    {
      id: "sentence",
      header: t`What it gives`,
      cell: (rule) => (
        <Text span maw="60ch" display="block" ta="left">
          <RuleSentence rule={rule} names={names} />
        </Text>
      ),
    },
    {
      id: "trigger",
      header: t`Triggered by`,
      cell: (rule) => words.trigger(rule.trigger),
    },
    { id: "status", header: t`Status`, cell: (rule) => <RuleStatus rule={rule} /> },
    {
      id: "used",
      header: t`Used`,
      align: "right",
      definition: t`In how many of the latest events of its kind it gave points. The latest 1,000 events are counted.`,
      cell: (rule) => <Usage rule={rule} usage={usage.get(rule.id)} names={names} short />,
    },
    {
      id: "stacking",
      header: t`Beside others`,
      definition: t`Whether it gives points together with other rules, or instead of them.`,
      hidden: true,
      cell: ({ stacking, exclusion_group: group }) =>
        stacking === "exclusive" ? (
          <Trans>Shuts out all others</Trans>
        ) : group ? (
          <Trans>Best of “{group}”</Trans>
        ) : (
          <Trans>Adds up</Trans>
        ),
    },
    {
      id: "priority",
      header: t`Priority`,
      align: "right",
      hidden: true,
      cell: (rule) => rule.priority,
    },
    {
      id: "changed",
      header: t`Changed`,
      sort: "created_at",
      cell: (rule) => <When at={rule.created_at} />,
    },
  ];
  return (
    <Page
      title={t`Earning rules`}
      subtitle={
        <Trans>
          What members earn, and for what. Each rule listens to one kind of event; all that fire add
          up, unless a rule says otherwise.
        </Trans>
      }
      actions={
        <>
          <Button variant="default" component={Link} to={below("simulator")}>
            <Trans>Simulator</Trans>
          </Button>
          {may("earning:write") && (
            <Button component={Link} to={below("earning-rules/new")}>
              <Trans>New rule</Trans>
            </Button>
          )}
        </>
      }
    >
      <DataTable
        label={t`Earning rules`}
        list={{ ...rules, isPending: rules.isPending || names.isPending }}
        columns={columns}
        rowId={(rule) => rule.id}
        rowLink={(rule) => below(`earning-rules/${rule.id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        empty={
          filters.active ? (
            <Empty title={t`No such rule`}>
              <Trans>Change the filter to see other rules.</Trans>
            </Empty>
          ) : (
            <Empty title={t`No rules yet`}>
              <Trans>Without rules nobody earns points. Begin with points per money spent.</Trans>
            </Empty>
          )
        }
      />
    </Page>
  );
}
