import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi, useMay } from "@/api/context";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { NewTenant } from "../parts/NewTenant";
import { TenantStatus } from "../parts/TenantStatus";
import { type Figures, useFigures, usePlans } from "../queries";

/** Everybody who runs a programme on this installation. */
export default function Tenants() {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const drawer = useDrawer();
  const plans = usePlans();
  const paging = usePaging();
  const filters = useFilters([
    { id: "search", kind: "search", label: t`Name or short name` },
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: [
        { value: "active", label: t`Active` },
        { value: "suspended", label: t`Suspended` },
      ],
    },
    { id: "plan", kind: "choice", label: t`Plan`, options: plans.choices },
  ]);
  const tenants = api.useQuery(
    "get",
    "/v1/platform/tenants",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  const figures = useFigures(tenants.data?.data.map(({ id }) => id) ?? []);
  const figure = (id: string, name: "members" | "purchases") => {
    const found: Figures | undefined = figures.get(id);
    return found === undefined ? "…" : formatNumber(found[name], i18n.locale);
  };
  return (
    <Page
      title={t`Tenants`}
      subtitle={<Trans>Each runs a programme of its own, and none sees another.</Trans>}
      actions={
        may("platform:write") && (
          <Button onClick={() => drawer.open("new")}>
            <Trans>New tenant</Trans>
          </Button>
        )
      }
    >
      <DataTable
        label={t`Tenants`}
        list={tenants}
        rowId={(tenant) => tenant.id}
        rowLink={(tenant) => below(`tenants/${tenant.id}`)}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        empty={
          <Empty title={filters.active ? t`No such tenant` : t`No tenants yet`}>
            {filters.active ? (
              <Trans>Remove a filter to see more.</Trans>
            ) : (
              <Trans>Create the first one, and invite who will own it.</Trans>
            )}
          </Empty>
        }
        columns={[
          {
            id: "name",
            header: t`Tenant`,
            sort: "name",
            cell: (tenant) => (
              <>
                {tenant.name}{" "}
                {tenant.test && (
                  <Text span c="dimmed" fz="xs">
                    {t`Test`}
                  </Text>
                )}
              </>
            ),
          },
          { id: "slug", header: t`Short name`, sort: "slug", cell: (tenant) => tenant.slug },
          {
            id: "status",
            header: t`Status`,
            cell: (tenant) => <TenantStatus status={tenant.status} />,
          },
          { id: "plan", header: t`Plan`, cell: (tenant) => plans.name(tenant.plan) },
          {
            id: "members",
            header: t`Members`,
            align: "right",
            cell: (tenant) => figure(tenant.id, "members"),
            definition: t`Members of the programme, blocked ones included.`,
          },
          {
            id: "purchases",
            header: t`Purchases`,
            align: "right",
            cell: (tenant) => figure(tenant.id, "purchases"),
            definition: t`Completed purchases of members.`,
          },
          {
            id: "last",
            header: t`Last purchase`,
            cell: (tenant) => <When at={figures.get(tenant.id)?.last_purchase_at} />,
          },
          {
            id: "created",
            header: t`Created`,
            sort: "created_at",
            cell: (tenant) => <When at={tenant.created_at} />,
          },
        ]}
      />
      <Drawer id="new" title={t`New tenant`}>
        <NewTenant />
      </Drawer>
    </Page>
  );
}
