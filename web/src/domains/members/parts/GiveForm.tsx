import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";

interface GiveFormProps {
  memberId: string;
  reward: Schemas["RewardOut"];
}

/** Gives a reward for nothing, with a reason. */
export function GiveForm({ memberId, reward }: GiveFormProps) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const { name, stock } = reward;
  const { form, save, saving, notices } = useApiForm({
    initialValues: { reason: "" },
    submit: ({ reason }) =>
      client.POST("/v1/rewards/{reward_id}/give", {
        params: { path: { reward_id: reward.id } },
        body: { member_id: memberId, reason, source: "console", quantity: 1 },
      }),
    onSaved: async () => {
      drawer.close();
      toast.done(t`“${name}” is given.`);
      await queries.invalidateQueries();
    },
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text>
          <Trans>
            The member has it for nothing, whatever their points and tier. It counts in the reward’s
            limits.
          </Trans>{" "}
          {stock !== null && <Trans>{stock} are in stock, one will be taken.</Trans>}
        </Text>
        <TextInput
          label={t`Reason`}
          description={t`Stands in the audit log and with the redemption.`}
          required
          maxLength={500}
          {...form.getInputProps("reason")}
        />
        <Submit
          saving={saving}
          waits={t`Giving it…`}
          blocked={form.values.reason.trim() === "" ? t`Say why first` : undefined}
        >
          <Trans>Give it</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
