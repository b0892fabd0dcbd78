import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useTenantPath } from "@/ui/tenant";
import type { Segment } from "../queries";

/** Another segment like this one; of a list, with the same members. */
export function DuplicateForm({ segment }: { segment: Segment }) {
  const { t } = useLingui();
  const { client } = useApi();
  const below = useTenantPath();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { name } = segment;
  const { form, save, saving, notices } = useApiForm({
    initialValues: { name: t`Copy of ${name}` },
    submit: async (body) => {
      const path = { segment_id: segment.id };
      const { data } = await client.POST("/v1/segments/{segment_id}/duplicate", {
        params: { path },
        body,
      });
      return data as Segment;
    },
    onSaved: (copy) => {
      void queries.invalidateQueries();
      void navigate({ to: below(`segments/${copy.id}`), ignoreBlocker: true });
    },
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text c="dimmed">
          {segment.kind === "dynamic" ? (
            <Trans>The copy has the same conditions. No rule or reward names it yet.</Trans>
          ) : (
            <Trans>The copy has the same members. No rule or reward names it yet.</Trans>
          )}
        </Text>
        <TextInput label={t`Name`} required {...form.getInputProps("name")} />
        <Submit saving={saving}>
          <Trans>Duplicate</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
