import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Stack, Switch, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { LocalNumberInput } from "@/ui/forms/numbers";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";
import type { Plan } from "../queries";

const LIMITS = ["earning_rules", "programs", "webhook_endpoints", "requests_per_second"] as const;
const STANDARD = "standard";

const fieldsOf = (plan: Plan | undefined) => ({
  name: plan?.name ?? "",
  code: plan?.code ?? "",
  archived: plan != null && plan.archived_at !== null,
  earning_rules: plan?.limits.earning_rules ?? null,
  programs: plan?.limits.programs ?? null,
  webhook_endpoints: plan?.limits.webhook_endpoints ?? null,
  requests_per_second: plan?.limits.requests_per_second ?? null,
});

/** Makes a plan, or changes one. */
export function PlanForm({ plan }: { plan?: Plan }) {
  const [begun, setBegun] = useState(plan);
  return <Form key={begun?.version} plan={begun} onTheirs={setBegun} />;
}

interface FormProps {
  plan: Plan | undefined;
  onTheirs: (plan: Plan) => void;
}

function Form({ plan, onTheirs }: FormProps) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const [theirs, setTheirs] = useState<Plan | null>(null);
  const words: Record<string, string> = {
    name: t`Name`,
    archived: t`Withdrawn`,
    earning_rules: t`Earning rules`,
    programs: t`Points programs`,
    webhook_endpoints: t`Webhooks`,
    requests_per_second: t`Requests per second and key`,
  };
  const { form, save, saving, changed, notices } = useApiForm({
    initialValues: fieldsOf(plan),
    names: Object.fromEntries(LIMITS.map((name) => [`limits.${name}`, name])),
    submit: ({ name, code, archived, ...limits }) =>
      client.PUT("/v1/platform/plans/{code}", {
        params: { path: { code } },
        body: { name, archived, limits, version: plan?.version ?? 0 },
      }),
    onSaved: async () => {
      drawer.close();
      toast.done(t`Saved`);
      await queries.invalidateQueries();
    },
    label: (name) => words[name],
    latest: async () => {
      const { data } = await client.GET("/v1/platform/plans");
      const found = data?.data.find(({ code }) => code === plan?.code);
      setTheirs(found ?? null);
      return fieldsOf(found);
    },
    onLatest: () => theirs && onTheirs(theirs),
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <TextInput label={words.name} required {...form.getInputProps("name")} />
        {plan === undefined && (
          <TextInput
            label={t`Code`}
            description={t`Short name for commands and the API. It cannot be changed.`}
            required
            autoCapitalize="none"
            {...form.getInputProps("code")}
          />
        )}
        {LIMITS.map((name) => (
          <LocalNumberInput
            key={name}
            label={words[name]}
            placeholder={t`No limit`}
            allowDecimal={false}
            min={0}
            {...form.getInputProps(name)}
            value={form.values[name] ?? ""}
            onChange={(value) => form.setFieldValue(name, value === "" ? null : Number(value))}
          />
        ))}
        {plan !== undefined && plan.code !== STANDARD && (
          <Switch
            label={words.archived}
            description={t`No tenant can be put on it any more. It must have none.`}
            {...form.getInputProps("archived", { type: "checkbox" })}
          />
        )}
        {plan !== undefined && changed && plan.tenants > 0 && (
          <Alert color="gray" role="status">
            <Trans>
              It holds at once for all tenants on this plan. What they have beyond a limit they
              keep.
            </Trans>
          </Alert>
        )}
        <Submit saving={saving} blocked={changed ? undefined : t`Nothing has changed`}>
          {plan === undefined ? t`Create the plan` : t`Save`}
        </Submit>
      </Stack>
    </form>
  );
}
