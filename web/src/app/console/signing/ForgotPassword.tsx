import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useApi } from "@/api/context";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Outside } from "./Outside";

export default function ForgotPasswordPage() {
  const { t } = useLingui();
  return (
    <Outside title={t`Forgot your password?`} back>
      <ForgotPassword />
    </Outside>
  );
}

function ForgotPassword() {
  const { t } = useLingui();
  const { api } = useApi();
  const form = useForm({ initialValues: { email: "" } });
  const ask = api.useMutation("post", "/v1/auth/forgot-password");
  if (ask.isSuccess)
    return (
      <Text role="status">
        <Trans>
          If somebody here has this address, a mail with a link is on its way. The link works for an
          hour.
        </Trans>
      </Text>
    );
  return (
    <form onSubmit={form.onSubmit((body) => ask.mutate({ body }))}>
      <Stack gap="md">
        {ask.error && <ProblemNotice error={ask.error} />}
        <TextInput
          label={t`E-mail address`}
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <Button type="submit" loading={ask.isPending}>
          <Trans>Send a link</Trans>
        </Button>
      </Stack>
    </form>
  );
}
