import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Loader, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { tokenInAddress } from "../places";
import { Outside } from "./Outside";
import { useEntrance } from "./useEntrance";

export default function InvitationPage() {
  const { t } = useLingui();
  return (
    <Outside title={t`You are invited`} back>
      <Invitation />
    </Outside>
  );
}

function Invitation() {
  const { client } = useApi();
  const [token] = useState(tokenInAddress);
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: async () => (await client.POST("/v1/auth/invitation", { body: { token } })).data,
  });
  if (invitation.error) return <ProblemNotice error={invitation.error} />;
  if (!invitation.data) return <Loader type="dots" />;
  return <Join token={token} invitation={invitation.data} />;
}

function Join({ token, invitation }: { token: string; invitation: Schemas["InvitationOut"] }) {
  const { t } = useLingui();
  const { api } = useApi();
  const enter = useEntrance();
  const { tenant_name: tenant, email } = invitation;
  const form = useForm({ initialValues: { name: invitation.name, password: "" } });
  const join = api.useMutation("post", "/v1/auth/browser/accept-invitation", {
    onSuccess: (answer) => enter(answer.tenant ?? ""),
  });
  return (
    <form onSubmit={form.onSubmit((values) => join.mutate({ body: { token, ...values } }))}>
      <Stack gap="md">
        <Text>
          <Trans>
            {tenant} invites {email} to join its team.
          </Trans>
        </Text>
        {join.error && <ProblemNotice error={join.error} />}
        <TextInput
          label={t`Your name`}
          autoComplete="name"
          maxLength={200}
          required
          {...form.getInputProps("name")}
        />
        <PasswordInput
          label={invitation.has_login ? t`Your password` : t`Choose a password`}
          description={
            invitation.has_login
              ? t`You have a login already: enter its password.`
              : t`At least 12 characters. A few words that only you put together are best.`
          }
          autoComplete={invitation.has_login ? "current-password" : "new-password"}
          required
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={join.isPending}>
          <Trans>Join</Trans>
        </Button>
      </Stack>
    </form>
  );
}
