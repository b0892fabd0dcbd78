import { Trans, useLingui } from "@lingui/react/macro";
import { Suspense } from "react";
import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { MessageList } from "@/domains/outbound/index";
import { CodeBlock, JsonView } from "@/ui/Code";
import { Copy } from "@/ui/Copy";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { EntityLink } from "@/ui/EntityLink";
import { formatNumber } from "@/ui/format";
import { Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { When } from "@/ui/When";
import { useEventWords } from "../words";

const AN_ID = /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$/;

/** One event: what it says, what it is about, and what it sent out. */
export default function EventPage() {
  const { t, i18n } = useLingui();
  const { eventId } = useParams({ strict: false }) as { eventId: string };
  const { api } = useApi();
  const may = useMay();
  const words = useEventWords();
  const drawer = useDrawer();
  const event = api.useQuery("get", "/v1/events/{event_id}", {
    params: { path: { event_id: eventId } },
  });
  const back = {
    to: "activity",
    label: <Trans context="all that happened">Activity</Trans>,
  };
  if (event.error || event.data === undefined)
    return (
      <Page title={t`Event`} back={back}>
        {event.error ? <ProblemNotice error={event.error} /> : <Skeleton h="12em" />}
      </Page>
    );
  const found = event.data;
  const about = Object.entries(found.data).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && AN_ID.test(entry[1]),
  );
  return (
    <Page
      title={words(found)}
      back={back}
      actions={
        <Button variant="default" onClick={() => drawer.open("curl")}>
          <Trans>Read it by API</Trans>
        </Button>
      }
    >
      <Stack gap="lg">
        <Facts
          facts={[
            [t`Type`, <Copy key="" value={found.type} />],
            [t`Happened`, <When key="" at={found.timestamp} form="full" />],
            ...about.map(([name, id]): [string, React.ReactNode] => [
              name,
              <EntityLink key="" id={id} />,
            ]),
            [t`Place in the stream`, formatNumber(found.position, i18n.locale)],
            [t`Id`, <Copy key="" value={found.id} />],
          ]}
        />
        <Section title={t`What it says`} hint={<Trans>As your programs receive it.</Trans>}>
          <JsonView value={found.data} />
        </Section>
        {may("outbound:read") && (
          <Section title={t`What it sent out`}>
            <Suspense>
              <MessageList subject={found.id} />
            </Suspense>
          </Section>
        )}
      </Stack>
      <Drawer id="curl" title={t`Read it by API`}>
        <Stack>
          <Text>
            <Trans>With a key that may read events:</Trans>
          </Text>
          <CodeBlock
            code={`curl ${location.origin}/v1/events/${found.id} \\\n  -H "Authorization: Bearer $LAURELS_KEY"`}
          />
        </Stack>
      </Drawer>
    </Page>
  );
}
