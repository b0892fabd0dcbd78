import { Trans, useLingui } from "@lingui/react/macro";
import {
  Alert,
  Anchor,
  Autocomplete,
  Radio,
  Select,
  Stack,
  Switch,
  TextInput,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { CodeBlock } from "@/ui/Code";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useTenantPath } from "@/ui/tenant";
import { usePlans } from "../queries";

type Made = Schemas["NewTenantOut"];

/** Creates a tenant and invites its owner; its first key is shown once. */
export function NewTenant() {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const plans = usePlans();
  const [made, setMade] = useState<{ made: Made; owner: string } | null>(null);
  const { form, save, saving, notices } = useApiForm({
    initialValues: {
      name: "",
      slug: "",
      preset: "plain",
      currency: "USD",
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      plan: null as string | null,
      owner_email: "",
      test: false,
    },
    silent: made !== null,
    submit: (values) =>
      client.POST("/v1/platform/tenants", {
        body: {
          ...values,
          name: values.name || null,
          owner_email: values.owner_email || null,
          currency: values.currency.toUpperCase(),
        },
      }),
    onSaved: async ({ data }, { owner_email }) => {
      setMade({ made: data as Made, owner: owner_email });
      await queries.invalidateQueries();
    },
  });
  if (made !== null) return <Created made={made.made} owner={made.owner} />;
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        {notices}
        <TextInput
          label={t`Name`}
          {...form.getInputProps("name")}
          onChange={(event) => {
            const { value } = event.currentTarget;
            // The short name follows until somebody writes another one.
            if (form.values.slug === slugOf(form.values.name))
              form.setFieldValue("slug", slugOf(value));
            form.setFieldValue("name", value);
          }}
        />
        <TextInput
          label={t`Short name`}
          description={t`Stands in addresses and cannot be changed: small letters, digits, hyphens.`}
          required
          autoCapitalize="none"
          {...form.getInputProps("slug")}
        />
        <Radio.Group label={t`Starts with`} {...form.getInputProps("preset")}>
          <Stack gap="xs" mt="xs">
            <Radio
              value="plain"
              label={t`A plain programme`}
              description={t`One point per unit of money, nothing else.`}
            />
            <Radio
              value="shopify"
              label={t`A shop`}
              description={t`Points for purchases and for joining by settings, four tiers, sample rules that are paused.`}
            />
          </Stack>
        </Radio.Group>
        <TextInput
          label={t`Currency`}
          description={t`Of all its amounts, three letters. It cannot be changed.`}
          maxLength={3}
          required
          {...form.getInputProps("currency")}
        />
        <Autocomplete
          label={t`Time zone`}
          description={t`Its days begin there. It cannot be changed.`}
          data={Intl.supportedValuesOf("timeZone")}
          limit={50}
          required
          {...form.getInputProps("time_zone")}
        />
        <Select
          label={t`Plan`}
          placeholder={t`The usual plan`}
          clearable
          clearButtonProps={{ "aria-label": t`The usual plan` }}
          data={plans.choices}
          {...form.getInputProps("plan")}
        />
        <TextInput
          label={t`E-mail of the owner`}
          description={t`Gets a mail with a link, valid for seven days. You can leave it out and hand over the key instead.`}
          type="email"
          {...form.getInputProps("owner_email")}
        />
        <Switch
          label={t`Test tenant`}
          description={t`Nothing in it is real: its clock can be moved.`}
          {...form.getInputProps("test", { type: "checkbox" })}
        />
        <div>
          <Submit saving={saving} waits={t`Creating the tenant…`}>{t`Create the tenant`}</Submit>
        </div>
      </Stack>
    </form>
  );
}

/** A short name from a name: `Café Règles` becomes `cafe-regles`. */
const slugOf = (name: string) =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

function Created({ made, owner }: { made: Made; owner: string }) {
  const { t } = useLingui();
  const below = useTenantPath();
  const { name } = made.tenant;
  return (
    <Stack>
      <Alert title={t`${name} is there`}>
        {owner === "" ? (
          <Trans>
            Nobody is invited yet. With the key below somebody can invite the owner, or “laurels
            staff invite” does.
          </Trans>
        ) : (
          <Trans>A mail with a link to sign in is on its way to {owner}.</Trans>
        )}
      </Alert>
      {made.api_key !== null && (
        <Alert color="yellow" title={t`Copy the key now`}>
          <Trans>It may do everything in this tenant and is shown once.</Trans>
          <CodeBlock code={made.api_key} />
        </Alert>
      )}
      <Anchor component={Link} to={below(`tenants/${made.tenant.id}`)}>
        <Trans>Go to the tenant</Trans>
      </Anchor>
    </Stack>
  );
}
