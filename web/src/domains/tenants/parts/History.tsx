import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useHistory, valuesOf, type Version } from "../queries";
import { Diff } from "@/ui/Diff";
import { Empty } from "@/ui/Empty";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useActors } from "@/ui/actors";
import { useTenantPath } from "@/ui/tenant";
import { When } from "@/ui/When";
import type { SectionOut } from "../model";
import { useWords } from "../useWords";
import { useShown } from "./SettingValue";

interface HistoryProps {
  section: SectionOut;
  /** Whether old versions can be restored. */
  writable: boolean;
}

/** Every version of a section: who made it, when, and what it changed. */
export function History({ section, writable }: HistoryProps) {
  const { t } = useLingui();
  const words = useWords();
  const shown = useShown();
  const actor = useActors();
  const below = useTenantPath();
  const history = useHistory(section.section);
  if (history.error) return <ProblemNotice error={history.error} />;
  if (!history.data) return null;
  const versions = history.data.data;
  // Of the oldest of them it is not known what it changed.
  const told = history.data.has_more ? versions.slice(0, -1) : versions;
  if (versions.length === 0)
    return (
      <Empty title={t`Never changed`}>
        <Trans>All values are the defaults. Every change will stand here, and can be undone.</Trans>
      </Empty>
    );
  const setting = (name: string) => words.setting(section, name);
  const known = (version: Version | undefined) => valuesOf(section, version);
  return (
    <Stack gap="lg">
      {told.map((version, at) => {
        const { version: number } = version;
        const who = actor(version.actor_type, version.actor_id ?? null);
        return (
          <Section
            key={number}
            title={t`Version ${number}`}
            hint={
              <Group gap="xs" component="span">
                <When at={version.changed_at} form="short" />
                <span>
                  <Trans>by {who}</Trans>
                </span>
                {at === 0 && (
                  <span>
                    · <Trans>in force</Trans>
                  </span>
                )}
              </Group>
            }
            actions={
              at > 0 &&
              writable && (
                <Button
                  size="xs"
                  variant="default"
                  component={Link}
                  to={`${below(`settings/${section.section}`)}?restore=${number}`}
                >
                  <Trans>Restore this version</Trans>
                </Button>
              )
            }
          >
            <Diff
              before={known(versions[at + 1])}
              after={known(version)}
              label={(name) => setting(name).label}
              show={(name, value) => shown(setting(name), value)}
            />
          </Section>
        );
      })}
    </Stack>
  );
}
