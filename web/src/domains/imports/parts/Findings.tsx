import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, List } from "@mantine/core";
import type { Schemas } from "@/api/context";

const SHOWN = 5;

/** What the first rows say under these settings. */
export function Findings({ preview }: { preview: Schemas["ImportPreviewOut"] | undefined }) {
  const { t } = useLingui();
  if (preview === undefined) return null;
  if (preview.missing !== null)
    return (
      <Alert variant="default" title={t`Something is missing`} role="status">
        {preview.missing}
      </Alert>
    );
  const bad = preview.problems.length;
  if (bad === 0) return null;
  return (
    <Alert
      variant="default"
      role="status"
      title={
        <Plural
          value={bad}
          one="# of the first rows would be rejected"
          other="# of the first rows would be rejected"
        />
      }
    >
      <List>
        {preview.problems.slice(0, SHOWN).map((problem) => {
          const { line, field } = problem;
          return (
            <List.Item key={line}>
              {field ? (
                <Trans>
                  Line {line}, {field}:
                </Trans>
              ) : (
                <Trans>Line {line}:</Trans>
              )}{" "}
              {problem.message}
            </List.Item>
          );
        })}
      </List>
    </Alert>
  );
}
