import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi, useMay } from "@/api/context";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { EndpointForm } from "../parts/EndpointForm";
import { EndpointStatus } from "../parts/EndpointStatus";

/** Where programs of the merchant hear what happens. */
export default function Webhooks() {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const drawer = useDrawer();
  const paging = usePaging();
  const endpoints = api.useQuery(
    "get",
    "/v1/webhook-endpoints",
    { params: { query: paging.query } },
    { placeholderData: keepPreviousData },
  );
  const add = (
    <Button disabled={!may("events:configure")} onClick={() => drawer.open("new")}>
      <Trans>Add an endpoint</Trans>
    </Button>
  );
  return (
    <Page
      title={t`Webhooks`}
      subtitle={<Trans>Laurels calls these addresses when something happens, signed.</Trans>}
      actions={add}
    >
      <DataTable
        label={t`Webhook endpoints`}
        list={endpoints}
        rowId={(endpoint) => endpoint.id}
        rowLink={(endpoint) => below(`webhooks/${endpoint.id}`)}
        paging={paging}
        empty={
          <Empty title={t`No endpoints`} action={add}>
            <Trans>Add the address of a program of yours, and it hears of every purchase.</Trans>
          </Empty>
        }
        columns={[
          {
            id: "url",
            header: t`Address`,
            cell: (endpoint) => <Text inherit>{endpoint.url}</Text>,
          },
          {
            id: "status",
            header: t`Status`,
            cell: (endpoint) => <EndpointStatus endpoint={endpoint} />,
          },
          {
            id: "events",
            header: t`Events`,
            cell: ({ event_types: types }) =>
              types.length === 0
                ? t({ message: "All", context: "events" })
                : formatNumber(types.length, i18n.locale),
          },
          { id: "description", header: t`Description`, cell: ({ description }) => description },
          { id: "made", header: t`Added`, cell: ({ created_at: at }) => <When at={at} /> },
        ]}
      />
      <Drawer id="new" title={t`Add an endpoint`}>
        <EndpointForm />
      </Drawer>
    </Page>
  );
}
