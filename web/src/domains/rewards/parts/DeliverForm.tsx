import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useApi } from "@/api/context";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { MoneyInput } from "@/ui/forms/numbers";
import { Submit } from "@/ui/forms/Submit";
import type { Redemption } from "../queries";
import { useRedemptionForm } from "./useRedemptionForm";

/** The reward was handed over or sent: with a code, where the member shows one. */
export function DeliverForm({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const { client } = useApi();
  const { form, save, saving, notices } = useRedemptionForm(
    {
      code: "",
      notes: redemption.notes ?? "",
      discount_amount: null as string | null,
      expires_at: null as string | null,
    },
    (values) =>
      client.POST("/v1/redemptions/{redemption_id}/complete", {
        params: { path: { redemption_id: redemption.id } },
        body: {
          code: values.code.trim() || null,
          notes: values.notes.trim() || null,
          discount_amount: values.discount_amount,
          expires_at: values.expires_at,
        },
      }),
    t`It is marked as delivered.`,
  );
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text>
          <Trans>
            Mark it as delivered once the member has it, or it is on its way. The days in which it
            can be used begin now.
          </Trans>
        </Text>
        <TextInput
          label={t`Code`}
          description={t`What the member shows or types in, if it has one.`}
          {...form.getInputProps("code")}
        />
        <MoneyInput
          label={t`Worth`}
          description={t`In money, if it is known.`}
          {...form.getInputProps("discount_amount")}
        />
        <DateTimeInput
          label={t`Usable until`}
          description={t`By default what the reward says.`}
          {...form.getInputProps("expires_at")}
        />
        <Textarea
          label={t`Note`}
          description={t`For your own people, such as a tracking number.`}
          autosize
          minRows={2}
          {...form.getInputProps("notes")}
        />
        <Submit saving={saving} waits={t`Marking it as delivered…`}>
          <Trans>Mark as delivered</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
