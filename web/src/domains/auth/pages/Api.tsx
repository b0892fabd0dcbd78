import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, Code, List, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { CodeBlock } from "@/ui/Code";
import { Copy } from "@/ui/Copy";
import { Facts, Page, Section } from "@/ui/Page";
import { useTenantPath } from "@/ui/tenant";
import { GENERATE, SQL, VERIFY } from "../snippets";

const BEARER = "Authorization: Bearer lk_…";

/** Where a developer begins: the address, a key, a first request, and what else there is. */
export default function ApiPage() {
  const { t } = useLingui();
  const base = `${location.origin}/v1`;
  return (
    <Page
      title={t`API`}
      subtitle={
        <Trans>Everything that this console shows and does, your own programs can do, too.</Trans>
      }
      actions={
        <Button component="a" href="/docs" target="_blank" variant="default">
          <Trans>All endpoints</Trans>
        </Button>
      }
    >
      <Stack gap="lg">
        <Facts
          facts={[
            [t`Base address`, <Copy key="" value={base} />],
            [
              t`Description`,
              <Anchor key="" href="/openapi.json" target="_blank">
                {t`OpenAPI 3.1, for tools`}
              </Anchor>,
            ],
            [t`Signs in with`, <Code key="">{BEARER}</Code>],
          ]}
        />
        <FirstRequest base={base} />
        <Rules />
        <Section
          title={t`A client in your language`}
          hint={t`Generated from the description; with Python, for example:`}
        >
          <CodeBlock code={GENERATE(location.origin)} />
        </Section>
        <Webhooks />
        <Section
          title={t`Reading by SQL`}
          hint={t`Reports may read the database itself. Whoever operates Laurels makes a login that sees this tenant alone:`}
        >
          <Sql />
        </Section>
      </Stack>
    </Page>
  );
}

function FirstRequest({ base }: { base: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const members = api.useQuery(
    "get",
    "/v1/members",
    { params: { query: { limit: 1 } } },
    { enabled: may("members:read") },
  );
  const member = members.data?.data[0]?.id;
  const path = member === undefined ? "/members?limit=3" : `/members/${member}/wallets`;
  return (
    <Section
      title={t`The first request`}
      hint={
        member === undefined
          ? t`It lists the first members.`
          : t`It reads the points of one of your members.`
      }
      actions={
        may("auth:write") && (
          <Button
            component={Link}
            to={below("api-keys")}
            search={{ open: "create" } as never}
            variant="default"
            size="xs"
          >
            <Trans>Create an API key…</Trans>
          </Button>
        )
      }
    >
      <CodeBlock
        code={`export LAURELS_KEY=lk_…\ncurl '${base}${path}' -H "Authorization: Bearer $LAURELS_KEY"`}
      />
    </Section>
  );
}

function Rules() {
  const { t } = useLingui();
  return (
    <Section title={t`Good to know`}>
      <List spacing="xs">
        <List.Item>
          <Trans>
            Send an <Code>Idempotency-Key</Code> with whatever writes. If you send the same request
            again, nothing happens twice.
          </Trans>
        </List.Item>
        <List.Item>
          <Trans>
            With <Code>?dry_run=true</Code> many requests say what they would do, and do nothing.
          </Trans>
        </List.Item>
        <List.Item>
          <Trans>
            Where a key may ask only so often, the header <Code>RateLimit</Code> of each answer says
            how many requests are left; after a 429, wait as long as <Code>Retry-After</Code> says.
          </Trans>
        </List.Item>
        <List.Item>
          <Trans>
            An error names the field and what to do about it; keep its <Code>request_id</Code> for
            questions.
          </Trans>
        </List.Item>
      </List>
    </Section>
  );
}

function Webhooks() {
  const { t } = useLingui();
  const may = useMay();
  const below = useTenantPath();
  return (
    <Section
      title={t`Checking the signature of a webhook`}
      hint={t`So you know that a request comes from here. Use the body as it arrived, before it is parsed.`}
      actions={
        may("events:read") && (
          <Button component={Link} to={below("webhooks")} variant="default" size="xs">
            <Trans>To the webhooks</Trans>
          </Button>
        )
      }
    >
      <CodeBlock code={VERIFY} />
    </Section>
  );
}

function Sql() {
  const { tenant } = useApi();
  return (
    <Stack gap="sm">
      <CodeBlock code={SQL(tenant)} />
      <Text c="dimmed">
        <Trans>
          The schema <Code>laurels</Code> has the tables, <Code>loyalty_app</Code> views of them
          with the words of a Shopify loyalty app.
        </Trans>
      </Text>
    </Stack>
  );
}
