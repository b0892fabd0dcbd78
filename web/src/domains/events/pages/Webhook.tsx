import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Modal, Skeleton, Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState, Suspense } from "react";
import { useApi } from "@/api/context";
import { MessageList } from "@/domains/outbound/index";
import { Copy } from "@/ui/Copy";
import { Drawer } from "@/ui/Drawer";
import { Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { When } from "@/ui/When";
import { EndpointActions } from "../parts/EndpointActions";
import { type Endpoint, EndpointForm, Secret } from "../parts/EndpointForm";
import { EndpointStatus } from "../parts/EndpointStatus";
import { ReplayForm } from "../parts/ReplayForm";

/** One endpoint: what it hears, and what arrived. */
export default function WebhookPage() {
  const { t } = useLingui();
  const { endpointId } = useParams({ strict: false }) as { endpointId: string };
  const { api } = useApi();
  const [secret, setSecret] = useState<string | null>(null);
  const endpoint = api.useQuery("get", "/v1/webhook-endpoints/{webhook_endpoint_id}", {
    params: { path: { webhook_endpoint_id: endpointId } },
  });
  const back = { to: "webhooks", label: <Trans>Webhooks</Trans> };
  if (endpoint.error || endpoint.data === undefined)
    return (
      <Page title={t`Webhook endpoint`} back={back}>
        {endpoint.error ? <ProblemNotice error={endpoint.error} /> : <Skeleton h="12em" />}
      </Page>
    );
  const found = endpoint.data;
  return (
    <Page
      title={new URL(found.url).host}
      back={back}
      aside={<EndpointStatus endpoint={found} />}
      subtitle={found.description}
      actions={<EndpointActions endpoint={found} onSecret={setSecret} />}
    >
      <Stack gap="lg">
        {found.disabled_reason && (
          <Alert color="orange" title={t`It is paused`}>
            {found.disabled_reason}
          </Alert>
        )}
        <Overview endpoint={found} />
        <Section title={t`What was sent to it`}>
          <Suspense>
            <MessageList destination={found.id} />
          </Suspense>
        </Section>
      </Stack>
      <Drawer id="edit" title={t`Edit the endpoint`}>
        <EndpointForm endpoint={found} />
      </Drawer>
      <Drawer id="replay" title={t`Send again`}>
        <ReplayForm endpoint={found} />
      </Drawer>
      <Modal
        opened={secret !== null}
        onClose={() => setSecret(null)}
        title={t`The new secret`}
        centered
      >
        {secret !== null && <Secret secret={secret} />}
      </Modal>
    </Page>
  );
}

function Overview({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useLingui();
  return (
    <Facts
      facts={[
        [t`Address`, <Copy key="" value={endpoint.url} />],
        [
          t`Events`,
          endpoint.event_types.length === 0
            ? t`All, those to come included`
            : endpoint.event_types.join(", "),
        ],
        endpoint.previous_until !== null && [
          t`The old secret signs, too, until`,
          <When key="" at={endpoint.previous_until} form="full" />,
        ],
        [t`Added`, <When key="" at={endpoint.created_at} form="full" />],
        [t`Last changed`, <When key="" at={endpoint.updated_at} />],
        [t`Id`, <Copy key="" value={endpoint.id} />],
      ]}
    />
  );
}
