import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Box, Button, Group, Progress, SimpleGrid, Text } from "@mantine/core";
import { IconCircleDashed } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { Section } from "@/ui/Page";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import { useStepWords } from "./stepWords";

/** What a new tenant does first. It goes by itself when all is done, and sooner when dismissed. */
export function FirstSteps() {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const queries = useQueryClient();
  const toast = useToast();
  const words = useStepWords();
  const found = api.useQuery("get", "/v1/analytics/first-steps");
  const renew = () => queries.invalidateQueries();
  const show = api.useMutation("patch", "/v1/settings/{section}", { onError: toast.failed });
  const set = (first_steps: boolean) =>
    show.mutateAsync({ params: { path: { section: "console" } }, body: { first_steps } });
  const dismiss = async () => {
    await set(false);
    await renew();
    toast.done(t`The first steps are hidden. Settings, Console shows them again.`, {
      undo: async () => {
        await set(true);
        await renew();
      },
    });
  };
  const steps = (found.data?.steps ?? []).filter((step) => may(words[step.name].permission));
  const done = steps.filter((step) => step.done).length;
  const all = steps.length;
  if (!found.data?.shown || done === all) return null;
  const told = steps
    .filter((step) => step.done)
    .map(({ name }) => words[name].title)
    .join(" · ");
  return (
    <Section
      title={<Trans>First steps</Trans>}
      hint={
        <Trans>
          {done} of {all} are done.
        </Trans>
      }
      actions={
        may("tenants:write") && (
          <Button
            size="xs"
            variant="default"
            disabled={show.isPending}
            onClick={() => void dismiss()}
          >
            <Trans>Hide</Trans>
          </Button>
        )
      }
    >
      <Progress value={(done / all) * 100} mb="md" aria-label={t`${done} of ${all} are done.`} />
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md" component="ul" p={0} m={0}>
        {steps
          .filter((step) => !step.done)
          .map(({ name }) => (
            <Group key={name} component="li" gap="xs" wrap="nowrap" align="flex-start">
              <Box component={IconCircleDashed} size={20} c="dimmed" flex="none" aria-hidden />
              <div>
                <Anchor component={Link} to={below(words[name].to)} fw={600}>
                  {words[name].title}
                </Anchor>
                <Text c="dimmed" fz="sm">
                  {words[name].about}
                </Text>
              </div>
            </Group>
          ))}
      </SimpleGrid>
      {done > 0 && (
        <Text c="dimmed" fz="sm" mt="md">
          <Trans>Done: {told}</Trans>
        </Text>
      )}
    </Section>
  );
}
