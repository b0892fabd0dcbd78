import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text } from "@mantine/core";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { DataTable } from "@/ui/table/DataTable";
import { useToast } from "@/ui/toast";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { useEventWords } from "../words";

/** Events that a part of Laurels could not work off, until somebody decides. */
export default function DeadLetters() {
  const { t, i18n } = useLingui();
  const { api, client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const words = useEventWords();
  const { ask, dialog } = useConfirm();
  const paging = usePaging();
  const filters = useFilters([
    { id: "handler", kind: "text", label: t`Part of Laurels` },
    { id: "when", kind: "dates", label: t`Given up`, from: "since", to: "until" },
  ]);
  const letters = api.useQuery(
    "get",
    "/v1/dead-letters",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  const replay = async (id: string) => {
    try {
      const params = { path: { dead_letter_id: id } };
      await client.POST("/v1/dead-letters/{dead_letter_id}/replay", { params });
      toast.done(t`It is worked off again.`);
      await queries.invalidateQueries();
    } catch (error) {
      toast.failed(error);
    }
  };
  const discard = (id: string) =>
    ask({
      title: t`Discard the dead letter?`,
      effect: t`What this part of Laurels would have done about the event is never done.`,
      action: t`Discard`,
      run: async () => {
        const params = { path: { dead_letter_id: id } };
        await client.POST("/v1/dead-letters/{dead_letter_id}/discard", { params });
        await queries.invalidateQueries();
      },
    });
  return (
    <Page
      title={t`Dead letters`}
      subtitle={
        <Trans>
          Events that a part of Laurels could not work off, however often it tried. Nothing is lost:
          work them off again once the cause is gone.
        </Trans>
      }
    >
      {dialog}
      <DataTable
        label={t`Dead letters`}
        list={letters}
        rowId={(letter) => letter.id}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        empty={
          <Empty title={t`No dead letters`}>
            <Trans>Everything that happened is worked off.</Trans>
          </Empty>
        }
        columns={[
          {
            id: "event",
            header: t`Event`,
            cell: (letter) => (
              <EntityLink id={letter.event_id}>{words({ type: letter.event_type })}</EntityLink>
            ),
          },
          { id: "handler", header: t`Part of Laurels`, cell: (letter) => letter.handler },
          {
            id: "error",
            header: t`What went wrong`,
            cell: (letter) => (
              <Text inherit lineClamp={2}>
                {letter.error}
              </Text>
            ),
          },
          {
            id: "attempts",
            header: t`Attempts`,
            align: "right",
            cell: (letter) => formatNumber(letter.attempts, i18n.locale),
          },
          { id: "when", header: t`Given up`, cell: (letter) => <When at={letter.created_at} /> },
          {
            id: "actions",
            header: "",
            align: "right",
            cell: (letter) =>
              may("events:write") && (
                <Group gap="xs" justify="flex-end" wrap="nowrap">
                  <Button size="xs" variant="default" onClick={() => void replay(letter.id)}>
                    <Trans>Work off again</Trans>
                  </Button>
                  <Button
                    size="xs"
                    variant="subtle"
                    color="gray"
                    onClick={() => discard(letter.id)}
                  >
                    <Trans>Discard…</Trans>
                  </Button>
                </Group>
              ),
          },
        ]}
      />
    </Page>
  );
}
