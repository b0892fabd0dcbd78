import { Trans, useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { MessageList } from "../parts/MessageList";

/** Everything that leaves Laurels: webhooks, e-mails, orders to providers. */
export default function Messages() {
  const { t } = useLingui();
  return (
    <Page
      title={t`Outbound messages`}
      subtitle={
        <Trans>
          Everything that leaves Laurels: webhooks, e-mails, orders to providers. What does not
          arrive is tried again for a day and more, and then given up.
        </Trans>
      }
    >
      <MessageList />
    </Page>
  );
}
