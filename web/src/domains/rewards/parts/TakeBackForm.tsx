import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Stack, Text, TextInput } from "@mantine/core";
import { useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import { Points } from "@/ui/Points";
import type { Redemption } from "../queries";
import { useRedemptionForm } from "./useRedemptionForm";

/** Takes a delivered reward back; one that was used or has expired needs a reason. */
export function TakeBackForm({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const { client } = useApi();
  const forced = redemption.state !== "completed";
  const { form, save, saving, notices } = useRedemptionForm(
    { reason: "", restock: true },
    (values) =>
      client.POST("/v1/redemptions/{redemption_id}/refund", {
        params: { path: { redemption_id: redemption.id } },
        body: { reason: values.reason.trim() || null, restock: values.restock, force: forced },
      }),
    t`The redemption is refunded.`,
  );
  const { points_spent: points, state } = redemption;
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text>
          {points > 0 ? (
            <Trans>
              <Points value={points} /> go back to the member, and the code becomes invalid.
            </Trans>
          ) : (
            <Trans>The code becomes invalid. It was a gift, so no points go back.</Trans>
          )}{" "}
          {state === "used" && <Trans>It was used already, so say why.</Trans>}
          {state === "expired" && <Trans>It has expired, so say why.</Trans>}
        </Text>
        <TextInput
          label={t`Reason`}
          required={forced}
          description={forced ? t`Stands in the audit log.` : t`For your own people; not required.`}
          {...form.getInputProps("reason")}
        />
        <Checkbox
          label={t`The item is back in stock`}
          {...form.getInputProps("restock", { type: "checkbox" })}
        />
        <Submit
          saving={saving}
          waits={t`Recording the refund…`}
          color="red"
          blocked={forced && form.values.reason.trim() === "" ? t`Say why first` : undefined}
        >
          <Trans>Refund</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
