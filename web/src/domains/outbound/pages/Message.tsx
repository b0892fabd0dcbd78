import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Schemas, useApi, useMay } from "@/api/context";
import { CodeBlock } from "@/ui/Code";
import { useConfirm } from "@/ui/Confirm";
import { Copy } from "@/ui/Copy";
import { EntityLink } from "@/ui/EntityLink";
import { formatNumber } from "@/ui/format";
import { Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Timeline } from "@/ui/Timeline";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";
import { MessageStatus } from "../parts/MessageStatus";
import { useChannelWords } from "../words";

const LOOK_AGAIN = 2_000;

type Message = Schemas["MessageDetailOut"];

/** One message with every attempt to send it. */
export default function MessagePage() {
  const { t } = useLingui();
  const { messageId } = useParams({ strict: false }) as { messageId: string };
  const { api } = useApi();
  const channels = useChannelWords();
  const message = api.useQuery(
    "get",
    "/v1/outbound-messages/{outbound_message_id}",
    { params: { path: { outbound_message_id: messageId } } },
    // An attempt is no event of its own, so nothing says that there was one.
    { refetchInterval: ({ state }) => (state.data?.state === "waiting" ? LOOK_AGAIN : false) },
  );
  const back = { to: "outbound-messages", label: <Trans>Outbound messages</Trans> };
  if (message.error || message.data === undefined)
    return (
      <Page title={t`Message`} back={back}>
        {message.error ? <ProblemNotice error={message.error} /> : <Skeleton h="12em" />}
      </Page>
    );
  const found = message.data;
  const { subject_id: subject, destination_id: destination, member_id: member } = found;
  return (
    <Page
      title={found.type}
      back={back}
      aside={<MessageStatus message={found} />}
      actions={<Actions message={found} />}
    >
      <Stack gap="lg">
        <Facts
          facts={[
            [t`Channel`, channels(found.channel)],
            destination !== null && [t`To`, <EntityLink key="" id={destination} />],
            subject !== null && [t`About`, <EntityLink key="" id={subject} />],
            member !== null && [t`Member`, <EntityLink key="" id={member} />],
            [t`Created`, <When key="" at={found.created_at} form="full" />],
            found.next_attempt_at !== null && [
              t`Next attempt`,
              <When key="" at={found.next_attempt_at} form="full" />,
            ],
            found.finished_at !== null && [
              t`Ended`,
              <When key="" at={found.finished_at} form="full" />,
            ],
            [t`Id`, <Copy key="" value={found.id} />],
          ]}
        />
        <Section title={t`Attempts`}>
          <Attempts log={found.log} />
        </Section>
      </Stack>
    </Page>
  );
}

function Attempts({ log }: { log: Message["log"] }) {
  const { i18n } = useLingui();
  if (log.length === 0)
    return (
      <Text c="dimmed">
        <Trans>It was not tried yet.</Trans>
      </Text>
    );
  return (
    <Timeline
      items={log.map(({ attempt, status, error, response, sent_at: at, duration_ms: duration }) => {
        const took = formatNumber(duration, i18n.locale);
        return {
          id: String(attempt),
          icon: error === null ? IconCheck : IconX,
          at,
          words:
            error !== null ? (
              <Trans>
                Attempt {attempt}: {error}
              </Trans>
            ) : (
              <Trans>
                Attempt {attempt}: it arrived, the answer was {status}.
              </Trans>
            ),
          note: <Trans>{took} ms</Trans>,
          why: response !== null && response !== "" && <CodeBlock code={response} />,
        };
      })}
    />
  );
}

function Actions({ message }: { message: Message }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  if (!may("outbound:write")) return null;
  const params = { path: { outbound_message_id: message.id } };
  const open = message.state === "waiting" || message.state === "dead";
  const replay = async () => {
    try {
      await client.POST("/v1/outbound-messages/{outbound_message_id}/replay", { params });
      toast.done(t`It is sent again.`);
      await queries.invalidateQueries();
    } catch (error) {
      toast.failed(error);
    }
  };
  const discard = () =>
    ask({
      title: t`Discard the message?`,
      effect: t`It is not sent any more. You can still send it again later.`,
      action: t`Discard`,
      run: async () => {
        await client.POST("/v1/outbound-messages/{outbound_message_id}/discard", { params });
        await queries.invalidateQueries();
      },
    });
  return (
    <>
      {dialog}
      {open && (
        <Button variant="default" onClick={discard}>
          <Trans>Discard…</Trans>
        </Button>
      )}
      {message.state !== "waiting" && (
        <Button onClick={() => void replay()}>
          <Trans>Send again</Trans>
        </Button>
      )}
    </>
  );
}
