import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Checkbox, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { Problem } from "@/api/problems";
import { useDrawer } from "@/ui/Drawer";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";

type Standing = Schemas["StandingOut"];

interface TierFormProps {
  memberId: string;
  standing: Standing | null;
}

/** Gives a member a tier by hand, after showing what that does. */
export function TierForm({ memberId, standing }: TierFormProps) {
  const { t } = useLingui();
  const { api, client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const tiers = api.useQuery("get", "/v1/tiers");
  const { form, save, saving, notices } = useApiForm({
    initialValues: {
      tier: null as string | null,
      until: null as string | null,
      fixed: false,
      note: "",
    },
    names: { tier_id: "tier", expires_at: "until" },
    submit: (values) => give(client, memberId, values),
    onSaved: async () => {
      drawer.close();
      toast.done(t`The tier is given.`);
      await queries.invalidateQueries();
    },
  });
  const { tier, note } = form.values;
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Select
          label={t`Tier`}
          data={(tiers.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          required
          {...form.getInputProps("tier")}
        />
        <DateTimeInput
          label={t`Until`}
          description={t`Empty: for good. Afterwards they stand where they would without it.`}
          {...form.getInputProps("until")}
        />
        <Checkbox
          label={t`They do not rise above it either`}
          description={t`Otherwise whoever earns a higher tier gets it.`}
          {...form.getInputProps("fixed", { type: "checkbox" })}
        />
        <TextInput
          label={t`Reason`}
          description={t`Stands in the tier’s history and in the audit log; members do not see it.`}
          maxLength={500}
          required
          {...form.getInputProps("note")}
        />
        <Preview memberId={memberId} standing={standing} values={form.values} />
        <div>
          <Submit
            saving={saving}
            waits={t`Giving it…`}
            blocked={
              tier === null
                ? t`Choose a tier first`
                : note.trim() === ""
                  ? t`Say why first`
                  : undefined
            }
          >
            <Trans>Give the tier</Trans>
          </Submit>
        </div>
      </Stack>
    </form>
  );
}

interface Values {
  tier: string | null;
  until: string | null;
  fixed: boolean;
  note: string;
}

async function give(
  client: ReturnType<typeof useApi>["client"],
  memberId: string,
  { tier, until, fixed, note }: Values,
  dry = false,
) {
  const { data } = await client.PUT("/v1/members/{member_id}/tier", {
    params: { path: { member_id: memberId }, query: { dry_run: dry } },
    body: { tier_id: tier ?? "", expires_at: until, fixed, note: note.trim() || null },
  });
  return data;
}

/** The standing that a dry run answers with; throws what would be refused. */
export function plannedOf(answer: unknown): Standing | null {
  const planned = answer as Schemas["DryRunOut"];
  if (planned.status >= 400) throw new Problem(planned.answer, planned.status);
  return (planned.answer as unknown as Schemas["MemberTierOut"]).standing;
}

/** Where the member would stand, asked of the server by a dry run. */
function Preview({ memberId, standing, values }: TierFormProps & { values: Values }) {
  const { client } = useApi();
  // What the reason says changes nothing about where the member stands.
  const [asked] = useDebouncedValue(JSON.stringify({ ...values, note: "" }), 300);
  const { tier } = JSON.parse(asked) as Values;
  const preview = useQuery({
    queryKey: ["tier by hand", memberId, asked],
    queryFn: async () => plannedOf(await give(client, memberId, JSON.parse(asked) as Values, true)),
    enabled: tier !== null,
    retry: false,
    gcTime: 0,
  });
  if (preview.error) return <Refused error={preview.error} />;
  if (!preview.data) return null;
  const planned = preview.data;
  return (
    <Alert color="gray" title={<Trans>What this does</Trans>} aria-live="polite">
      <Text>
        <Change from={standing} to={planned} />
      </Text>
      {planned.expires_at !== null && (
        <Text>
          <Trans>
            It is over on <When at={planned.expires_at} form="full" />.
          </Trans>
        </Text>
      )}
    </Alert>
  );
}

function Change({ from, to }: { from: Standing | null; to: Standing }) {
  const { name } = to.tier;
  const before = from?.tier.name;
  if (from === null) return <Trans>The member gets {name}.</Trans>;
  if (to.tier.level > from.tier.level)
    return (
      <Trans>
        The member rises from {before} to {name}.
      </Trans>
    );
  if (to.tier.level < from.tier.level)
    return (
      <Trans>
        The member falls from {before} to {name}.
      </Trans>
    );
  return <Trans>The member stays on {name}, from now on by hand.</Trans>;
}

function Refused({ error }: { error: Error }) {
  if (error instanceof Problem && error.code === "tier_below_standing")
    return (
      <Alert color="red" title={<Trans>They have earned a higher tier</Trans>} role="alert">
        <Trans>
          They would rise again at once. If you want them to stay below, say that they do not rise
          above it.
        </Trans>
      </Alert>
    );
  return <ProblemNotice error={error} />;
}
