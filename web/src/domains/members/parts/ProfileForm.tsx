import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Client } from "@/api/client";
import { type Schemas, useApi } from "@/api/context";
import { Problem } from "@/api/problems";
import { useDrawer } from "@/ui/Drawer";
import { DayInput } from "@/ui/forms/DateTimeInput";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";

type Member = Omit<Schemas["MemberOut"], "expanded">;

/** Throw a problem of the field by which somebody is known already. */
async function requireUnknown(
  client: Client,
  known: { email: string; external_id: string },
  message: string,
) {
  for (const field of ["email", "external_id"] as const) {
    const value = known[field].trim();
    if (value === "") continue;
    const found = await client.GET("/v1/members", { params: { query: { [field]: value } } });
    if (found.data?.data.length) {
      const errors = [{ code: "taken", field, pointer: `/${field}`, message }];
      throw new Problem({ detail: message, code: "taken", errors }, 409);
    }
  }
}

/** Enrols a member, or changes what is known of one. */
export function ProfileForm({ member }: { member?: Member }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const navigate = useNavigate();
  const below = useTenantPath();
  const { form, save, saving, changed, notices } = useApiForm({
    initialValues: {
      first_name: member?.first_name ?? "",
      last_name: member?.last_name ?? "",
      email: member?.email ?? "",
      phone: member?.phone ?? "",
      external_id: member?.external_id ?? "",
      birthday: member?.birthday ?? null,
      is_vip: member?.is_vip ?? false,
    },
    submit: async (values) => {
      const body = Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, value === "" ? null : value]),
      );
      if (member === undefined) {
        // The API takes what it is sent for who is known already; here that would be a slip.
        await requireUnknown(client, values, t`Somebody else has this already.`);
        return (await client.POST("/v1/members", { body })).data;
      }
      const path = { member_id: member.id };
      return (await client.PATCH("/v1/members/{member_id}", { params: { path }, body })).data;
    },
    onSaved: async (saved) => {
      await queries.invalidateQueries({
        predicate: (query) => String(query.queryKey[1]).startsWith("/v1/members"),
      });
      if (member === undefined && saved) await navigate({ to: below(`members/${saved.id}`) });
      else drawer.close();
      toast.done(member === undefined ? <Trans>Enrolled</Trans> : <Trans>Saved</Trans>);
    },
  });
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        {notices}
        <TextInput label={t`First name`} {...form.getInputProps("first_name")} />
        <TextInput label={t`Last name`} {...form.getInputProps("last_name")} />
        <TextInput label={t`E-mail address`} type="email" {...form.getInputProps("email")} />
        <TextInput label={t`Telephone`} type="tel" {...form.getInputProps("phone")} />
        <TextInput
          label={t`Your own id`}
          description={t`What your shop or till calls this person. Each id belongs to one member.`}
          {...form.getInputProps("external_id")}
        />
        <DayInput label={t`Birthday`} {...form.getInputProps("birthday")} />
        <Checkbox label={t`VIP`} {...form.getInputProps("is_vip", { type: "checkbox" })} />
        <div>
          <Submit saving={saving} blocked={changed ? undefined : t`Nothing has changed`}>
            {member === undefined ? t`Enrol` : t`Save`}
          </Submit>
        </div>
      </Stack>
    </form>
  );
}
