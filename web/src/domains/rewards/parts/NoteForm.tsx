import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Textarea } from "@mantine/core";
import { useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import type { Redemption } from "../queries";
import { useRedemptionForm } from "./useRedemptionForm";

/** What staff should know of a redemption. */
export function NoteForm({ redemption }: { redemption: Redemption }) {
  const { t } = useLingui();
  const { client } = useApi();
  const { form, save, saving, changed, notices } = useRedemptionForm(
    { notes: redemption.notes ?? "" },
    ({ notes }) =>
      client.PATCH("/v1/redemptions/{redemption_id}", {
        params: { path: { redemption_id: redemption.id } },
        body: { notes: notes.trim() || null },
      }),
    t`The note is saved.`,
  );
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Textarea
          label={t`Note`}
          description={t`For your own people, such as a tracking number.`}
          maxLength={1000}
          autosize
          minRows={3}
          {...form.getInputProps("notes")}
        />
        <Submit saving={saving} blocked={changed ? undefined : t`Nothing has changed`}>
          <Trans>Save</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
