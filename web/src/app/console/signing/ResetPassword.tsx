import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "@/api/context";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { tokenInAddress } from "../places";
import { Outside } from "./Outside";

export default function ResetPasswordPage() {
  const { t } = useLingui();
  return (
    <Outside title={t`Choose a new password`} back>
      <ResetPassword />
    </Outside>
  );
}

function ResetPassword() {
  const { t } = useLingui();
  const { api } = useApi();
  const [token] = useState(tokenInAddress);
  const form = useForm({ initialValues: { new_password: "" } });
  const reset = api.useMutation("post", "/v1/auth/reset-password");
  if (reset.isSuccess)
    return (
      <Stack gap="md">
        <Text role="status">
          <Trans>Your password has been changed, and you were signed out everywhere.</Trans>
        </Text>
        <Anchor component={Link} to="/sign-in">
          <Trans>Sign in with the new password</Trans>
        </Anchor>
      </Stack>
    );
  return (
    <form onSubmit={form.onSubmit((values) => reset.mutate({ body: { token, ...values } }))}>
      <Stack gap="md">
        {reset.error && <ProblemNotice error={reset.error} />}
        <PasswordInput
          label={t`New password`}
          description={t`At least 12 characters. A few words that only you put together are best.`}
          autoComplete="new-password"
          required
          {...form.getInputProps("new_password")}
        />
        <Button type="submit" loading={reset.isPending}>
          <Trans>Save</Trans>
        </Button>
      </Stack>
    </form>
  );
}
