import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { PointsInput } from "@/ui/forms/numbers";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";

type Wallet = Omit<Schemas["WalletOut"], "expanded">;

/** Adds or takes points by hand, after showing what that would do. */
export function AdjustForm({ name, wallets }: { name: string; wallets: Wallet[] }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const { form, save, saving, notices } = useApiForm({
    initialValues: {
      wallet: wallets[0]?.id ?? "",
      way: "credit",
      points: null as number | null,
      reason: "",
      note: "",
    },
    names: { member_note: "note" },
    submit: (values) => move(client, values, false),
    onSaved: async () => {
      drawer.close();
      toast.done(<Trans>The points of {name} were adjusted.</Trans>);
      await queries.invalidateQueries({
        predicate: (query) => /^\/v1\/(members|wallets)/.test(String(query.queryKey[1])),
      });
    },
  });
  const values = form.getValues();
  const several = wallets.length > 1;
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        {notices}
        {several && (
          <Select
            label={t`Program`}
            data={wallets.map((wallet) => ({ value: wallet.id, label: wallet.program_name }))}
            allowDeselect={false}
            {...form.getInputProps("wallet")}
          />
        )}
        <SegmentedControl
          aria-label={t`Direction`}
          transitionDuration={0}
          data={[
            { value: "credit", label: t`Add points` },
            { value: "debit", label: t`Take points` },
          ]}
          {...form.getInputProps("way")}
        />
        <PointsInput label={t`Points`} min={1} required {...form.getInputProps("points")} />
        <TextInput
          label={t`Reason`}
          description={t`For you and your colleagues; members do not see it.`}
          maxLength={500}
          required
          {...form.getInputProps("reason")}
        />
        <TextInput
          label={t`Words for the member`}
          description={t`Optional; shown with the points, in your shop or app.`}
          maxLength={500}
          {...form.getInputProps("note")}
        />
        <Preview values={values} />
        <div>
          <Submit saving={saving} blocked={values.points ? undefined : t`Say how many points`}>
            {values.way === "credit" ? t`Add the points` : t`Take the points`}
          </Submit>
        </div>
      </Stack>
    </form>
  );
}

interface Values {
  wallet: string;
  way: string;
  points: number | null;
  reason: string;
  note: string;
}

async function move(client: ReturnType<typeof useApi>["client"], values: Values, dry: boolean) {
  const params = { path: { wallet_id: values.wallet }, query: { dry_run: dry } };
  const body = {
    points: values.points ?? 0,
    reason: values.reason || null,
    member_note: values.note.trim() || null,
    source: "manual" as const,
    attributes: {},
  };
  const answer =
    values.way === "credit"
      ? await client.POST("/v1/wallets/{wallet_id}/credit", { params, body })
      : await client.POST("/v1/wallets/{wallet_id}/debit", { params, body });
  return answer.data;
}

/** What the adjustment would do, asked of the server by a dry run. */
function Preview({ values }: { values: Values }) {
  const { client } = useApi();
  const [asked] = useDebouncedValue(values, 300);
  const preview = useQuery({
    queryKey: ["adjustment", asked],
    queryFn: async () => (await move(client, asked, true)) as unknown as Schemas["DryRunOut"],
    enabled: asked.points !== null && asked.points > 0 && asked.wallet !== "",
    retry: false,
    gcTime: 0,
  });
  if (preview.error) return <ProblemNotice error={preview.error} />;
  if (!preview.data || asked.points === null) return null;
  const refused = preview.data.status >= 400;
  const wallet = preview.data.wallets?.[0];
  const raised = preview.data.events?.find((event) => event.type.startsWith("tier."));
  const lot = preview.data.lots?.[0];
  return (
    <Alert color={refused ? "red" : "gray"} title={<Trans>What this does</Trans>}>
      {refused && <Text>{String(preview.data.answer.detail ?? "")}</Text>}
      {wallet && (
        <Text>
          <Trans>
            Afterwards <Points value={wallet.available} /> can be spent.
          </Trans>
        </Text>
      )}
      {lot?.expires_at && (
        <Text>
          <Trans>
            The points expire on <When at={lot.expires_at} form="full" />.
          </Trans>
        </Text>
      )}
      {raised && (
        <Text>
          <Trans>The member’s tier changes with it.</Trans>
        </Text>
      )}
    </Alert>
  );
}
