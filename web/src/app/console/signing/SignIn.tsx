import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useSearch } from "@tanstack/react-router";
import { type Schemas, useApi } from "@/api/context";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Outside } from "./Outside";
import { useEntrance } from "./useEntrance";

export default function SignInPage() {
  const { t } = useLingui();
  const { reason } = useSearch({ strict: false }) as { reason?: string };
  return (
    <Outside
      title={t`Sign in`}
      subtitle={
        reason === "ended" && (
          <Trans>Your session has ended. Sign in again to go on where you were.</Trans>
        )
      }
    >
      <SignIn />
    </Outside>
  );
}

function SignIn() {
  const { t } = useLingui();
  const { api } = useApi();
  const enter = useEntrance();
  const search = useSearch({ strict: false }) as { next?: string };
  // Who comes from a tenant's page wants to get back into that one.
  const wanted = typeof search.next === "string" ? search.next.split(/[/?]/)[1] : undefined;
  const form = useForm({ initialValues: { email: "", password: "" } });
  const signIn = api.useMutation("post", "/v1/auth/browser/sign-in");
  const submit = async (tenant?: string) => {
    const { email, password } = form.getValues();
    const answer = await signIn.mutateAsync({ body: { email: email.trim(), password, tenant } });
    const there = answer.tenants.find((place) => place.slug === wanted);
    if (answer.tenant !== null) enter(answer.tenant);
    else if (there) await submit(there.slug);
  };
  if (signIn.data?.tenant === null && !signIn.isPending)
    return <Choice places={signIn.data.tenants} choose={(slug) => void submit(slug)} />;
  return (
    <form onSubmit={form.onSubmit(() => void submit().catch(() => undefined))}>
      <Stack gap="md">
        {signIn.error && <ProblemNotice error={signIn.error} />}
        <TextInput
          label={t`E-mail address`}
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={t`Password`}
          autoComplete="current-password"
          required
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={signIn.isPending}>
          <Trans>Sign in</Trans>
        </Button>
        <Anchor component={Link} to="/forgot-password" ta="center">
          <Trans>Forgot your password?</Trans>
        </Anchor>
      </Stack>
    </form>
  );
}

function Choice({
  places,
  choose,
}: {
  places: Schemas["PlaceOut"][];
  choose: (slug: string) => void;
}) {
  return (
    <Stack gap="xs">
      <Text>
        <Trans>You work for several tenants. Where do you want to go?</Trans>
      </Text>
      {places.map((place) => (
        <Button
          key={place.slug}
          variant="default"
          justify="space-between"
          onClick={() => choose(place.slug)}
          rightSection={<Text c="dimmed">{place.slug}</Text>}
        >
          {place.name}
        </Button>
      ))}
    </Stack>
  );
}
