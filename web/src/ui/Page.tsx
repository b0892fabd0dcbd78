import { Anchor, Box, Group, SimpleGrid, Stack, Tabs, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type ReactNode, Suspense } from "react";
import * as z from "zod/mini";
import styles from "./Page.module.css";
import { useTenantPath } from "./tenant";
import { useUrlState } from "./url";

export interface PageTab {
  id: string;
  label: ReactNode;
  /** Made only while the tab is shown. */
  content: () => ReactNode;
}

interface PageProps {
  /** Text, as it is the window's title, too. */
  title: string;
  /** Stands beside the title: a status, a tier. */
  aside?: ReactNode;
  /** One sentence: what this page is or says. */
  subtitle?: ReactNode;
  /** Buttons at the right; at most one of them primary. */
  actions?: ReactNode;
  /** Where the arrow goes, below the tenant, and what it is called: `{ to: "members", label: "Members" }`. */
  back?: { to: string; label: ReactNode };
  /** Tabs, kept in the address as `tab`. */
  tabs?: PageTab[];
  children?: ReactNode;
}

const TAB = { tab: z.optional(z.string()) };

/** The frame of every screen: where one is, what it is, what one can do. */
export function Page({ title, aside, subtitle, actions, back, tabs, children }: PageProps) {
  useDocumentTitle(`${title} · Laurels`);
  const below = useTenantPath();
  return (
    <Stack gap="lg" className={styles.page}>
      <Box component="header">
        {back && (
          <Anchor component={Link} to={below(back.to)} c="dimmed" mb="xs" display="inline-block">
            <Group component="span" gap="xxs" wrap="nowrap">
              <IconArrowLeft size={14} aria-hidden />
              {back.label}
            </Group>
          </Anchor>
        )}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box flex="1 1 20em" miw={0}>
            <Group gap="sm" align="baseline">
              <Title order={1}>{title}</Title>
              {aside}
            </Group>
            {subtitle !== undefined && (
              <Text c="dimmed" mt="xxs" maw="72ch">
                {subtitle}
              </Text>
            )}
          </Box>
          {actions !== undefined && <Group gap="xs">{actions}</Group>}
        </Group>
      </Box>
      {children}
      {tabs && <PageTabs tabs={tabs} />}
    </Stack>
  );
}

function PageTabs({ tabs }: { tabs: PageTab[] }) {
  const [{ tab }, setState] = useUrlState(TAB);
  const first = tabs[0]?.id ?? "";
  const current = tabs.find((each) => each.id === tab) ?? tabs[0];
  return (
    <Tabs
      value={current?.id ?? first}
      onChange={(id) => setState({ tab: id === first ? undefined : (id ?? undefined) })}
      keepMounted={false}
    >
      <Tabs.List className={styles.tabs} mb="lg">
        {tabs.map((each) => (
          <Tabs.Tab key={each.id} value={each.id}>
            {each.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((each) => (
        <Tabs.Panel key={each.id} value={each.id}>
          {each === current && <Suspense>{each.content()}</Suspense>}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

interface SectionProps {
  title?: ReactNode;
  /** One sentence under the heading. */
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page below a hairline. */
export function Section({ title, hint, actions, children }: SectionProps) {
  return (
    <Box component="section" className={styles.section}>
      {(title !== undefined || actions !== undefined) && (
        <Group justify="space-between" align="flex-start" mb="sm">
          <Box>
            {title !== undefined && <Title order={2}>{title}</Title>}
            {hint !== undefined && (
              <Text c="dimmed" maw="72ch">
                {hint}
              </Text>
            )}
          </Box>
          {actions !== undefined && <Group gap="xs">{actions}</Group>}
        </Group>
      )}
      {children}
    </Box>
  );
}

/** Equal columns on a wide screen, one below the other on a phone. */
export function Columns({ count = 2, children }: { count?: 2 | 3 | 4; children: ReactNode }) {
  return (
    <SimpleGrid
      cols={{ base: 1, sm: Math.min(count, 2), lg: count }}
      spacing="xl"
      className={styles.columns}
    >
      {children}
    </SimpleGrid>
  );
}

interface FactsProps {
  /** Pairs of a word and its value; null leaves the line out. */
  facts: ([ReactNode, ReactNode] | null | false)[];
}

const isNothing = (value: ReactNode) => value === null || value === undefined || value === "";

/** Facts about one thing, as a list of definitions; what is not known is left out. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl className={styles.facts}>
      {facts.map(
        (fact, at) =>
          fact &&
          !isNothing(fact[1]) && (
            <Box key={at} display="contents">
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </Box>
          ),
      )}
    </dl>
  );
}
