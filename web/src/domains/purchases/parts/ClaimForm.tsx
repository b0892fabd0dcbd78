import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { type Member, MemberPicker } from "@/ui/forms/MemberPicker";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useToast } from "@/ui/toast";
import type { Purchase } from "../queries";
import { Effects } from "@/ui/Effects";

/** Gives a guest's purchase to a member, who earns what it is worth. */
export function ClaimForm({ purchase }: { purchase: Purchase }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const claim = (member: Member, dry: boolean) =>
    client.POST("/v1/purchases/{purchase_id}/claim", {
      params: { path: { purchase_id: purchase.id }, query: { dry_run: dry } },
      body: { member_id: member.id },
    });
  const { form, save, saving, notices } = useApiForm({
    initialValues: { member_id: null as Member | null },
    submit: async ({ member_id: member }) => member && claim(member, false),
    onSaved: async () => {
      drawer.close();
      await queries.invalidateQueries();
      toast.done(t`The purchase belongs to the member now.`);
    },
  });
  const member = form.values.member_id;
  const planned = useQuery({
    queryKey: ["claim", purchase.id, member?.id],
    queryFn: async () => (await claim(member as Member, true)).data as Schemas["DryRunOut"],
    enabled: member !== null && !saving,
    gcTime: 0,
    retry: false,
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text>
          <Trans>
            A guest bought this, for example before joining. Give it to the member and they earn for
            it what the rules give.
          </Trans>
        </Text>
        <MemberPicker
          label={t`Member`}
          required
          value={member}
          onChange={(chosen) => form.setFieldValue("member_id", chosen)}
          error={form.errors.member_id}
        />
        {planned.error && <ProblemNotice error={planned.error} />}
        {planned.data && <Effects planned={planned.data} />}
        <Submit
          saving={saving}
          waits={t`Settling the purchase…`}
          blocked={member === null ? t`Choose a member first` : undefined}
        >
          <Trans>Claim</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
