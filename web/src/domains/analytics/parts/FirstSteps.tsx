import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Box, Button, Group, List, Progress, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconCircleDashed } from "@tabler/icons-react";
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
  const next = steps.find((step) => !step.done);
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
      <List listStyleType="none" spacing="sm" p={0}>
        {steps.map((step) => {
          const { title, about, to } = words[step.name];
          return (
            <List.Item
              key={step.name}
              styles={{ itemWrapper: { alignItems: "flex-start" } }}
              icon={
                <ThemeIcon
                  size="sm"
                  radius="xl"
                  variant={step.done ? "filled" : "transparent"}
                  color={step.done ? undefined : "gray"}
                  role="img"
                  aria-label={step.done ? t`Done` : t`Not done yet`}
                >
                  {step.done ? <IconCheck size={14} /> : <IconCircleDashed size={18} />}
                </ThemeIcon>
              }
            >
              <Group gap="xs" align="baseline">
                <Anchor
                  component={Link}
                  to={below(to)}
                  c={step.done ? "dimmed" : undefined}
                  fw={step === next ? 600 : undefined}
                >
                  {title}
                </Anchor>
              </Group>
              {!step.done && (
                <Box>
                  <Text c="dimmed" fz="sm">
                    {about}
                  </Text>
                </Box>
              )}
            </List.Item>
          );
        })}
      </List>
    </Section>
  );
}
