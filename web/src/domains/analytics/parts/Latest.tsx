import { Trans, useLingui } from "@lingui/react/macro";
import { Suspense } from "react";
import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useApi } from "@/api/context";
import { EventTimeline } from "@/domains/events/index";
import { Empty } from "@/ui/Empty";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useTenantPath } from "@/ui/tenant";

const SHOWN = 10;

/** The last things that happened; new ones appear by themselves. */
export function Latest() {
  const { t } = useLingui();
  const { api } = useApi();
  const below = useTenantPath();
  const events = api.useQuery("get", "/v1/events", {
    params: { query: { limit: SHOWN, expand: "member" } },
  });
  return (
    <Section
      title={<Trans>Right now</Trans>}
      actions={
        <Anchor component={Link} to={below("activity")}>
          <Trans>All activity</Trans>
        </Anchor>
      }
    >
      {events.error && <ProblemNotice error={events.error} />}
      {events.data?.data.length === 0 && (
        <Empty title={t`Nothing has happened yet`}>
          <Trans>Purchases, points and members appear here the moment they are booked.</Trans>
        </Empty>
      )}
      {events.data && (
        <Suspense>
          <EventTimeline events={events.data.data} />
        </Suspense>
      )}
    </Section>
  );
}
