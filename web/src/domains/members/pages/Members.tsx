import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { Suspense } from "react";
import { type Schemas, useApi, useMay } from "@/api/context";
import { BulkMenu } from "@/domains/bulk/index";
import { MemberCriteria } from "@/domains/segments/index";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { memberName } from "@/ui/memberName";
import { Money } from "@/ui/Money";
import { Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { ExportButton } from "@/ui/table/ExportButton";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { ProfileForm } from "../parts/ProfileForm";
import { STATUS } from "../words";

/** Everyone in the programme, found by whatever one knows of them. */
export default function Members() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const drawer = useDrawer();
  const paging = usePaging();
  const views = useViews("members");
  const segmented = may("segments:read");
  const segments = api.useQuery(
    "get",
    "/v1/segments",
    { params: { query: { limit: 100, sort: "name" } } },
    { enabled: segmented },
  );
  const options = (segments.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const filters = useFilters([
    { id: "search", kind: "search", label: t`Name, e-mail, phone, card or id` },
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: Object.entries(STATUS).map(([value, { words }]) => ({ value, label: _(words) })),
    },
    { id: "changed", kind: "dates", label: t`Changed`, from: "since", to: "until" },
    ...(segmented ? [{ id: "segment", kind: "choice" as const, label: t`Segment`, options }] : []),
    ...(segmented ? [{ id: "criteria", kind: "own" as const, label: t`Conditions` }] : []),
  ]);
  const total = api.useQuery(
    "get",
    "/v1/members/count",
    { params: { query: filters.query } },
    { enabled: may("bulk:run"), placeholderData: keepPreviousData },
  );
  const members = api.useQuery(
    "get",
    "/v1/members",
    { params: { query: { ...filters.query, ...paging.query, expand: "wallets,tier" } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t`Members`}
      subtitle={<Trans>Everyone in your programme.</Trans>}
      actions={
        <Button disabled={!may("members:write")} onClick={() => drawer.open("enrol")}>
          <Trans>Enrol a member</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Members`}
        list={members}
        rowId={(member) => member.id}
        rowLink={(member) => below(`members/${member.id}`)}
        paging={paging}
        filters={
          <>
            <FilterBar filters={filters} />
            {segmented && <MemberCriteria />}
          </>
        }
        views={views}
        actions={<ExportButton name="members" query={{ ...filters.query, ...paging.query }} />}
        selection={
          may("bulk:run")
            ? {
                everything: true,
                total: total.data?.more === false ? total.data.count : undefined,
                actions: (chosen, clear) => (
                  <Suspense fallback={null}>
                    <BulkMenu chosen={chosen} filter={filters.query} onStarted={clear} />
                  </Suspense>
                ),
              }
            : undefined
        }
        empty={
          <Empty title={t`No members`}>
            <Trans>
              Nobody fits. Members join with their first purchase, by import, or when you enrol
              them.
            </Trans>
          </Empty>
        }
        columns={[
          { id: "name", header: t`Name`, sort: "name", cell: memberName },
          { id: "email", header: t`E-mail`, cell: (member) => member.email },
          { id: "external", header: t`Your id`, cell: (member) => member.external_id },
          { id: "phone", header: t`Telephone`, hidden: true, cell: (member) => member.phone },
          {
            id: "tier",
            header: t`Tier`,
            cell: (member) => expandedOf(member)?.tier?.tier?.name,
          },
          {
            id: "points",
            header: t`Points`,
            align: "right",
            definition: t`Points that can be spent now, in each program.`,
            cell: (member) =>
              expandedOf(member)?.wallets?.map((wallet) => (
                <Text key={wallet.id} inherit span display="block">
                  <Points value={wallet.available} unit={wallet.unit_name} bare />
                </Text>
              )),
          },
          {
            id: "spend",
            header: t`Spend so far`,
            align: "right",
            definition: t`Completed purchases in the member’s lifetime, before refunds.`,
            cell: (member) => <Money amount={member.spend} />,
          },
          {
            id: "last",
            header: t`Last purchase`,
            cell: (member) => member.last_purchase_at && <When at={member.last_purchase_at} />,
          },
          {
            id: "status",
            header: t`Status`,
            cell: (member) => {
              const status = STATUS[member.status];
              return status && <Status tone={status.tone}>{_(status.words)}</Status>;
            },
          },
        ]}
      />
      <Drawer id="enrol" title={t`Enrol a member`}>
        <ProfileForm />
      </Drawer>
    </Page>
  );
}

/** What the list was asked to bring along. */
function expandedOf(member: { expanded?: unknown }) {
  return member.expanded as Schemas["MemberExpanded"] | null | undefined;
}
