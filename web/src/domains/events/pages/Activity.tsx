import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Stack } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Pager } from "@/ui/table/Pager";
import { usePaging } from "@/ui/url";
import { EventTimeline } from "../parts/EventTimeline";
import { EVENTS } from "../words";

/** Everything that happened in the last thirty days, newest first. */
export default function Activity() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const paging = usePaging();
  const filters = useFilters([
    {
      id: "types",
      kind: "several",
      label: t`What happened`,
      options: Object.entries(EVENTS).map(([value, words]) => ({ value, label: _(words) })),
    },
    { id: "when", kind: "dates", label: t`When`, from: "since", to: "until" },
  ]);
  const events = api.useQuery(
    "get",
    "/v1/events",
    { params: { query: { ...filters.query, ...paging.query, expand: "member" } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t({ message: "Activity", context: "all that happened" })}
      subtitle={
        <Trans>
          Everything that happened in the last 30 days, newest first. It keeps itself up to date.
        </Trans>
      }
    >
      <Stack gap="md">
        <FilterBar filters={filters} />
        {events.error && <ProblemNotice error={events.error} />}
        {events.data?.data.length === 0 && (
          <Empty title={t`Nothing has happened`}>
            <Trans>Nothing of this kind has happened in the last 30 days.</Trans>
          </Empty>
        )}
        {events.data && <EventTimeline events={events.data.data} />}
        <Pager paging={paging} next={events.data?.next_cursor ?? null} />
      </Stack>
    </Page>
  );
}
