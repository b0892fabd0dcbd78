import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Stack, Text, Textarea } from "@mantine/core";
import { useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import { Points } from "@/ui/Points";
import type { Redemption } from "../queries";
import { useRedemptionForm } from "./useRedemptionForm";

/** An attempt to deliver failed; a final one returns the points. */
export function FailForm({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const { client } = useApi();
  const { form, save, saving, notices } = useRedemptionForm(
    { reason: "", final: false },
    (values) =>
      client.POST("/v1/redemptions/{redemption_id}/fail", {
        params: { path: { redemption_id: redemption.id } },
        body: values,
      }),
    t`It is noted.`,
  );
  const { final, reason } = form.values;
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Textarea
          label={t`What went wrong`}
          maxLength={500}
          required
          autosize
          minRows={2}
          {...form.getInputProps("reason")}
        />
        <Checkbox
          label={t`Do not try again`}
          {...form.getInputProps("final", { type: "checkbox" })}
        />
        <Text>
          {final ? (
            <Trans>
              The redemption ends as failed, and <Points value={redemption.points_spent} /> go back
              to the member.
            </Trans>
          ) : (
            <Trans>It stays among those to be delivered.</Trans>
          )}
        </Text>
        <Submit
          saving={saving}
          waits={t`Noting it…`}
          blocked={reason.trim() === "" ? t`Say first what went wrong` : undefined}
        >
          <Trans>Note the failure</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
