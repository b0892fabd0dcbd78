import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text, TextInput } from "@mantine/core";
import { useApi } from "@/api/context";
import { MoneyInput } from "@/ui/forms/numbers";
import { Submit } from "@/ui/forms/Submit";
import type { Redemption } from "../queries";
import { useRedemptionForm } from "./useRedemptionForm";

/** The member used it on a purchase or an order; it can be used once. */
export function UseForm({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const { client } = useApi();
  const { form, save, saving, notices } = useRedemptionForm(
    { order: "", discount_amount: redemption.discount_amount },
    (values) => {
      const order = values.order.trim();
      return client.POST("/v1/redemptions/{redemption_id}/use", {
        params: { path: { redemption_id: redemption.id } },
        body: {
          ...(order.startsWith("pur_") ? { purchase_id: order } : { order_ref: order }),
          discount_amount: values.discount_amount,
        },
      });
    },
    t`It is marked as used.`,
  );
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text>
          <Trans>It can be used once. After that its code is refused.</Trans>
        </Text>
        <TextInput
          label={t`Order or purchase`}
          description={t`The number of your order or receipt, or the id of a purchase in Laurels.`}
          required
          maxLength={128}
          {...form.getInputProps("order")}
        />
        <MoneyInput
          label={t`Worth`}
          description={t`What the member saved by it, if it is known.`}
          {...form.getInputProps("discount_amount")}
        />
        <Submit
          saving={saving}
          waits={t`Marking it as used…`}
          blocked={form.values.order.trim() === "" ? t`Say first what it was used on` : undefined}
        >
          <Trans>Mark as used</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
