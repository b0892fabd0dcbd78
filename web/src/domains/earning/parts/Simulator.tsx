import { Box, Skeleton, Stack } from "@mantine/core";
import { useApi } from "@/api/context";
import { ProblemNotice } from "@/ui/ProblemNotice";
import type { Names } from "../queries";
import { type Draft, type EventValues, useSimulation } from "../simulation";
import { Outcome } from "./Outcome";
import type { Told } from "./RuleSentence";

interface SimulatedProps {
  event: EventValues;
  names: Names;
  drafts: Draft[];
}

/** What the event would earn, rule by rule; nothing of it is booked. */
export function Simulated({ event, names, drafts }: SimulatedProps) {
  const { api } = useApi();
  const simulation = useSimulation(event, drafts);
  const rules = api.useQuery("get", "/v1/earning-rules", {
    params: { query: { status: "active", limit: 100 } },
  });
  if (simulation.error) return <ProblemNotice error={simulation.error} />;
  if (simulation.data === undefined)
    return (
      <Stack>
        <Skeleton h="2em" w="10em" />
        <Skeleton h="8em" />
      </Stack>
    );
  return (
    <Box aria-live="polite" aria-busy={simulation.isFetching}>
      <Outcome
        outcome={simulation.data}
        names={names}
        ruleOf={(rule) =>
          rule.draft === null
            ? rules.data?.data.find(({ id }) => id === rule.rule_id)
            : (drafts[rule.draft]?.rule as Told | undefined)
        }
      />
    </Box>
  );
}
