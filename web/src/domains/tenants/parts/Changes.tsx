import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, List, Text } from "@mantine/core";
import { EntityLink } from "@/ui/EntityLink";
import { useApi, useMay } from "@/api/context";
import { changedNames, type SectionOut, type Values } from "../model";
import { useWords } from "../useWords";
import { useShown } from "./SettingValue";

const KEEPS_A_RULE = ["points_per_dollar", "welcome_points"];

/** What saving would change, in words, and what follows from it. */
export function Changes({ section, values }: { section: SectionOut; values: Values }) {
  const { t } = useLingui();
  const words = useWords();
  const shown = useShown();
  const names = changedNames(section, section.values, values);
  if (names.length === 0) return null;
  return (
    <Alert color="gray" title={t`What will change`} role="status">
      <List spacing="xxs">
        {names.map((name) => {
          const setting = words.setting(section, name);
          const { label } = setting;
          const before = shown(setting, section.values[name]);
          const after = shown(setting, values[name]);
          return (
            <List.Item key={name}>
              <Trans>
                <b>{label}</b>: {before} becomes <b>{after}</b>.
              </Trans>
            </List.Item>
          );
        })}
      </List>
      {section.section === "earning" &&
        names
          .filter((name) => KEEPS_A_RULE.includes(name))
          .map((name) => <RuleFollows key={name} name={name} value={values[name]} />)}
      {section.section === "ledger" && (
        <Text mt="xs">
          <Trans>
            It holds for points that are earned from now on. Points that members have already keep
            their dates.
          </Trans>
        </Text>
      )}
    </Alert>
  );
}

/** What becomes of the earning rule that a setting keeps. */
function RuleFollows({ name, value }: { name: string; value: unknown }) {
  const { api } = useApi();
  const may = useMay();
  const rules = api.useQuery(
    "get",
    "/v1/earning-rules",
    { params: { query: { limit: 100 } } },
    { enabled: may("earning:read") },
  );
  const rule = rules.data?.data.find(({ managed_by }) => managed_by === `earning.${name}`);
  const pauses = value === null || Number(value) === 0;
  const link = rule && (
    <EntityLink id={rule.id} inSentence>
      {rule.name}
    </EntityLink>
  );
  return (
    <Text mt="xs">
      {link ? (
        pauses ? (
          <Trans>The earning rule {link} is paused.</Trans>
        ) : (
          <Trans>The earning rule {link} gets a new version.</Trans>
        )
      ) : pauses ? null : (
        <Trans>An earning rule is made, which this setting keeps.</Trans>
      )}{" "}
      <Trans>What was booked already keeps its points.</Trans>
    </Text>
  );
}
