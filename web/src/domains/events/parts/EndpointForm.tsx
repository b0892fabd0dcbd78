import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, MultiSelect, Stack, Text, TextInput } from "@mantine/core";
import { useLingui as useDescriptors } from "@lingui/react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { CodeBlock } from "@/ui/Code";
import { useDrawer } from "@/ui/Drawer";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";
import { EVENTS } from "../words";

export type Endpoint = Schemas["EndpointOut"];

/** The secret of an endpoint, which is shown once. */
export function Secret({ secret }: { secret: string }) {
  const { t } = useLingui();
  return (
    <Stack>
      <Alert title={t`Copy the secret now`}>
        <Trans>
          It is shown once. With it your program checks that a message comes from Laurels.
        </Trans>
      </Alert>
      <CodeBlock code={secret} />
    </Stack>
  );
}

/** A new endpoint, or changes to one. */
export function EndpointForm({ endpoint }: { endpoint?: Endpoint }) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const [secret, setSecret] = useState<string | null>(null);
  const { form, save, saving, changed, notices } = useApiForm({
    initialValues: {
      url: endpoint?.url ?? "https://",
      description: endpoint?.description ?? "",
      event_types: endpoint?.event_types ?? [],
    },
    silent: secret !== null,
    submit: async (values) => {
      const body = { ...values, description: values.description.trim() || null };
      if (endpoint === undefined)
        return (await client.POST("/v1/webhook-endpoints", { body })).data;
      const path = { webhook_endpoint_id: endpoint.id };
      await client.PATCH("/v1/webhook-endpoints/{webhook_endpoint_id}", { params: { path }, body });
      return undefined;
    },
    onSaved: async (made) => {
      await queries.invalidateQueries();
      if (made !== undefined) return setSecret(made.secret ?? "");
      toast.done(t`Saved`);
      drawer.close();
    },
  });
  if (secret !== null) return <Secret secret={secret} />;
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <TextInput
          label={t`Address`}
          description={t`Where your program receives messages, by https.`}
          required
          maxLength={2000}
          {...form.getInputProps("url")}
        />
        <MultiSelect
          label={t`Which events`}
          description={t`Without a choice it gets all of them, those to come included.`}
          searchable
          clearable
          data={Object.entries(EVENTS).map(([value, words]) => ({
            value,
            label: `${value}: ${_(words)}`,
          }))}
          {...form.getInputProps("event_types")}
        />
        <TextInput
          label={t`Description`}
          description={t`What it is for.`}
          maxLength={1000}
          {...form.getInputProps("description")}
        />
        {endpoint === undefined && (
          <Text c="dimmed" fz="xs">
            <Trans>Addresses inside your own network are refused.</Trans>
          </Text>
        )}
        <Submit saving={saving} blocked={endpoint && !changed ? t`Nothing has changed` : undefined}>
          {endpoint ? <Trans>Save</Trans> : <Trans>Add the endpoint</Trans>}
        </Submit>
      </Stack>
    </form>
  );
}
