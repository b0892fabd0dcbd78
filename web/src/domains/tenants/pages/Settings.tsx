import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useApi } from "@/api/context";
import { DocsLink } from "@/ui/DocsLink";
import { Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Status } from "@/ui/Status";
import { useTenantPath } from "@/ui/tenant";
import { When } from "@/ui/When";
import { changedNames, type SectionOut } from "../model";
import { useShown } from "../parts/SettingValue";
import { TenantFacts } from "../parts/TenantFacts";
import styles from "../parts/settings.module.css";
import { useWords } from "../useWords";
import { SECTIONS } from "../words";

/** What your business is here, and every section of settings with what differs from its defaults. */
export default function Settings() {
  const { t } = useLingui();
  const { api } = useApi();
  const sections = api.useQuery("get", "/v1/settings");
  return (
    <Page
      title={t`Settings`}
      subtitle={
        <>
          <Trans>How your programme behaves. Every change is kept and can be undone.</Trans>{" "}
          <DocsLink page="concepts/settings.md" />
        </>
      }
    >
      <TenantFacts />
      <Section title={t`Sections`} hint={<Trans>In bold what differs from the defaults.</Trans>}>
        {sections.error && <ProblemNotice error={sections.error} />}
        <Stack gap={0}>
          {ordered(sections.data?.data ?? []).map((section) => (
            <Line key={section.section} section={section} />
          ))}
        </Stack>
      </Section>
    </Page>
  );
}

/** How many values of a section are told here, beside all that differ from the defaults. */
const TOLD = 2;

/** In the order of their words; what nobody has named comes last. */
function ordered(sections: SectionOut[]): SectionOut[] {
  const names = Object.keys(SECTIONS);
  const place = ({ section }: SectionOut) =>
    names.includes(section) ? names.indexOf(section) : names.length;
  return [...sections].sort((a, b) => place(a) - place(b));
}

function Line({ section }: { section: SectionOut }) {
  const below = useTenantPath();
  const words = useWords();
  const shown = useShown();
  const { title, about, unused } = words.section(section);
  const changed = changedNames(section, section.defaults, section.values);
  const names = Object.keys(section.properties);
  const told = [...changed, ...names.filter((name) => !changed.includes(name))].slice(
    0,
    Math.max(changed.length, TOLD),
  );
  const left = names.length - told.length;
  return (
    <div className={styles.row}>
      <div>
        <Anchor component={Link} to={below(`settings/${section.section}`)} fw={600}>
          {title}
        </Anchor>
        <Text c="dimmed" fz="sm">
          {about}
        </Text>
      </div>
      <div>
        {told.map((name) => {
          const setting = words.setting(section, name);
          const value = shown(setting, section.values[name]);
          const differs = changed.includes(name);
          return (
            <Text key={name} {...(!differs && { c: "dimmed" })}>
              {setting.label}: {differs ? <b>{value}</b> : value}
            </Text>
          );
        })}
        <Group gap="md" fz="sm" c="dimmed">
          {left > 0 && <Trans>{left} more</Trans>}
          {unused && (
            <Status tone="quiet">
              <Trans>Not used yet</Trans>
            </Status>
          )}
          {section.updated_at && (
            <span>
              <Trans>
                changed <When at={section.updated_at} />
              </Trans>
            </span>
          )}
        </Group>
      </div>
    </div>
  );
}
