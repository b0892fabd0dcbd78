import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text, TextInput } from "@mantine/core";
import { useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import { Points } from "@/ui/Points";
import type { Redemption } from "../queries";
import { useRedemptionForm } from "./useRedemptionForm";

/** Calls a redemption off before it is delivered; its points go back. */
export function CancelForm({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const { client } = useApi();
  const { form, save, saving, notices } = useRedemptionForm(
    { reason: "" },
    ({ reason }) =>
      client.POST("/v1/redemptions/{redemption_id}/cancel", {
        params: { path: { redemption_id: redemption.id } },
        body: { reason: reason.trim() || null },
      }),
    t`The redemption is cancelled.`,
  );
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text>
          {redemption.points_spent > 0 ? (
            <Trans>
              <Points value={redemption.points_spent} /> go back to the member, and the reward is
              available again.
            </Trans>
          ) : (
            <Trans>The reward is available again.</Trans>
          )}
        </Text>
        <TextInput
          label={t`Reason`}
          description={t`For your own people; not required.`}
          {...form.getInputProps("reason")}
        />
        <Submit saving={saving} waits={t`Cancelling it…`} color="red">
          <Trans>Cancel the redemption</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
