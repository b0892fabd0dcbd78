import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { STATES, useChannelWords } from "../words";
import { MessageStatus } from "./MessageStatus";

/** An attempt is no event of its own, so nothing says that there was one. */
const LOOK_AGAIN = 3_000;

interface MessageListProps {
  /** Only what goes there, such as a webhook endpoint. */
  destination?: string;
  /** Only what is about this, such as an event or a redemption. */
  subject?: string;
}

/** Messages that left or wait to leave, with what became of each. */
export function MessageList({ destination, subject }: MessageListProps) {
  const { t, i18n } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const below = useTenantPath();
  const channels = useChannelWords();
  const paging = usePaging();
  const of = destination ?? subject;
  const filters = useFilters([
    {
      id: "state",
      kind: "choice",
      label: t`State`,
      options: Object.entries(STATES).map(([value, { words }]) => ({ value, label: _(words) })),
    },
    ...(of === undefined ? [{ id: "channel", kind: "text" as const, label: t`Channel` }] : []),
    { id: "type", kind: "text", label: t`What it says` },
    { id: "when", kind: "dates", label: t`When`, from: "since", to: "until" },
  ]);
  const query = {
    ...filters.query,
    ...paging.query,
    ...(destination && { destination_id: destination }),
    ...(subject && { subject_id: subject }),
  };
  const messages = api.useQuery(
    "get",
    "/v1/outbound-messages",
    { params: { query } },
    {
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.data.some((message) => message.state === "waiting") ? LOOK_AGAIN : false,
    },
  );
  return (
    <DataTable
      label={t`Messages`}
      list={messages}
      rowId={(message) => message.id}
      rowLink={(message) => below(`outbound-messages/${message.id}`)}
      paging={paging}
      filters={<FilterBar filters={filters} />}
      empty={
        <Empty title={t`No messages`}>
          <Trans>
            Webhooks, e-mails and orders to providers of the last 30 days appear here, with every
            attempt.
          </Trans>
        </Empty>
      }
      columns={[
        {
          id: "type",
          header: t`What it says`,
          cell: (message) => (
            <Text ff="monospace" fz="xs">
              {message.type}
            </Text>
          ),
        },
        {
          id: "state",
          header: t`State`,
          cell: (message) => <MessageStatus message={message} />,
        },
        { id: "channel", header: t`Channel`, cell: (message) => channels(message.channel) },
        {
          id: "destination",
          header: t`To`,
          hidden: of !== undefined,
          cell: ({ destination_id: id }) =>
            id && (
              <EntityLink id={id}>{id.startsWith("whk_") ? t`An endpoint` : undefined}</EntityLink>
            ),
        },
        {
          id: "attempts",
          header: t`Attempts`,
          align: "right",
          cell: (message) => formatNumber(message.attempts, i18n.locale),
        },
        {
          id: "error",
          header: t`Last trouble`,
          cell: ({ last_error: error, last_status: status }) => error ?? status,
        },
        {
          id: "when",
          header: t`When`,
          cell: (message) => <When at={message.created_at} />,
        },
      ]}
    />
  );
}
