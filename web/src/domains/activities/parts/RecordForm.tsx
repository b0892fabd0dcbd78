import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { Effects } from "@/ui/Effects";
import { type Member, MemberPicker } from "@/ui/forms/MemberPicker";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useToast } from "@/ui/toast";

type Body = Schemas["ActivityIn"];

const KIND = /^[a-z][a-z0-9_]*$/;

/** Records what a member did, and says before what that earns. */
export function RecordForm() {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const record = (body: Body, dry: boolean) =>
    client.POST("/v1/activities", { params: { query: { dry_run: dry } }, body });
  const { form, save, saving, notices } = useApiForm({
    initialValues: { member_id: null as Member | null, kind: "", subject: "" },
    submit: async (values) => {
      const body = bodyOf(values);
      return body && record(body, false);
    },
    onSaved: async () => {
      drawer.close();
      await queries.invalidateQueries();
      toast.done(t`The activity is recorded.`);
    },
  });
  const body = bodyOf(form.values);
  const [asked] = useDebouncedValue(JSON.stringify(body), 300);
  const planned = useQuery({
    queryKey: ["activity", asked],
    queryFn: async () => (await record(JSON.parse(asked), true)).data as Schemas["DryRunOut"],
    enabled: body !== null && asked !== "null" && !saving,
    gcTime: 0,
    retry: false,
  });
  const kind = form.values.kind.trim();
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <MemberPicker
          label={t`Member`}
          required
          value={form.values.member_id}
          onChange={(chosen) => form.setFieldValue("member_id", chosen)}
          error={form.errors.member_id}
        />
        <TextInput
          label={t`Kind`}
          description={t`What earning rules ask for, such as review, social_share or store_visit: small letters, digits and underscores.`}
          required
          {...form.getInputProps("kind")}
          error={
            form.errors.kind ??
            (kind !== "" && !KIND.test(kind) ? t`Only small letters, digits and underscores` : null)
          }
        />
        <TextInput
          label={t`About`}
          description={t`What it is about, such as an article number; not required.`}
          {...form.getInputProps("subject")}
        />
        {planned.error && <ProblemNotice error={planned.error} />}
        {body !== null && planned.data && <Effects planned={planned.data} />}
        <Submit
          saving={saving}
          waits={t`Recording the activity…`}
          blocked={body === null ? t`Choose a member and say what they did` : undefined}
        >
          <Trans>Record</Trans>
        </Submit>
      </Stack>
    </form>
  );
}

interface Values {
  member_id: Member | null;
  kind: string;
  subject: string;
}

function bodyOf({ member_id: member, kind, subject }: Values): Body | null {
  if (member === null || !KIND.test(kind.trim())) return null;
  const about = subject.trim() === "" ? {} : { subject: subject.trim() };
  return { member_id: member.id, kind: kind.trim(), source: "console", ...about };
}
