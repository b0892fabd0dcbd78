import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Skeleton } from "@mantine/core";
import * as z from "zod/mini";
import { Page, Section } from "@/ui/Page";
import { useUrlState } from "@/ui/url";
import { EventFields } from "../parts/EventFields";
import { Simulated } from "../parts/Simulator";
import styles from "../parts/simulator.module.css";
import { useNames } from "../queries";
import { type EventValues, USUAL } from "../simulation";

const LINE = z.object({
  category: z.string(),
  sku: z.string(),
  quantity: z.number(),
  unit_price: z.string(),
});
const word = (usual: string) => z._default(z.string(), usual);
const open = z._default(z.nullable(z.string()), null);
/** All of the event stands in the address, so that a colleague sees the same outcome. */
const SHAPE = {
  kind: z._default(z.enum(["purchase", "activity"]), "purchase"),
  amount: word(USUAL.amount),
  lines: z._default(z.array(LINE), []),
  channel: word(""),
  payment_method: open,
  activity: word(USUAL.activity),
  value: word(""),
  at: open,
  member: open,
  tier: open,
  segments: z._default(z.array(z.string()), []),
  birthday: open,
};

export default function SimulatorPage() {
  const { t } = useLingui();
  const names = useNames();
  const [state, setState] = useUrlState(SHAPE);
  const event = state as EventValues;
  return (
    <Page
      title={t`Simulator`}
      subtitle={
        <Trans>
          What would a purchase or an activity earn, and why, or why nothing? The real rules decide,
          and nothing is booked.
        </Trans>
      }
    >
      {names.isPending ? (
        <Skeleton h="20em" />
      ) : (
        <div className={styles.beside}>
          <Section title={t`What happens`}>
            <EventFields
              event={event}
              onChange={(next) => setState({ ...next }, { replace: true })}
              names={names}
            />
          </Section>
          <Box className={styles.sticky}>
            <Section title={t`What it earns`}>
              <Simulated event={event} names={names} drafts={NO_DRAFTS} />
            </Section>
          </Box>
        </div>
      )}
    </Page>
  );
}

const NO_DRAFTS: [] = [];
