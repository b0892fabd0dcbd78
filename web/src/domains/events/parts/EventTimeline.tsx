import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { EntityLink } from "@/ui/EntityLink";
import { memberName } from "@/ui/memberName";
import { Money } from "@/ui/Money";
import { Points } from "@/ui/Points";
import { Timeline } from "@/ui/Timeline";
import { iconOf } from "../icons";
import { useEventWords } from "../words";

interface Event {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
  /** What the list was asked to expand: the member. */
  expanded?: unknown;
}

/** What costs or sets aside points: another event says what moved. */
const UNSIGNED = new Set(["reward.redeemed", "hold.opened", "hold.released"]);

/** What happened, newest first, in sentences that lead to what they are about. */
export function EventTimeline({ events }: { events: Event[] }) {
  const { t } = useLingui();
  const wordsOf = useEventWords();
  const items = events.map((event) => {
    const subject = subjectOf(event);
    const member = nameOf(event) ?? t`a member`;
    const memberId = textOf(event, "member_id");
    return {
      id: event.id,
      icon: iconOf(event.type),
      at: event.timestamp,
      words: subject ? <EntityLink id={subject}>{wordsOf(event)}</EntityLink> : wordsOf(event),
      note: memberId ? <EntityLink id={memberId}>{member}</EntityLink> : undefined,
      why: <EntityLink id={event.id}>{t`Details`}</EntityLink>,
      value: <Value event={event} />,
    };
  });
  return <Timeline items={items} />;
}

function Value({ event }: { event: Event }) {
  const { points, amount, currency } = event.data;
  const money = typeof amount === "string" && typeof currency === "string";
  if (!money && typeof points !== "number") return null;
  return (
    <Text span>
      {money && <Money amount={amount} />}
      {money && typeof points === "number" && points !== 0 && " · "}
      {typeof points === "number" && points !== 0 && (
        <Points value={points} signed={!UNSIGNED.has(event.type)} />
      )}
    </Text>
  );
}

function textOf(event: Event, field: string): string | null {
  const value = event.data[field];
  return typeof value === "string" ? value : null;
}

const SUBJECTS = ["purchase_id", "redemption_id", "activity_id", "transaction_id", "segment_id"];

/** What an event is about, where that has a screen of its own. */
function subjectOf(event: Event): string | null {
  for (const field of SUBJECTS) {
    const id = textOf(event, field);
    if (id !== null) return id;
  }
  return null;
}

function nameOf(event: Event): string | null {
  const member = (event.expanded as { member?: Parameters<typeof memberName>[0] | null } | null)
    ?.member;
  return member ? memberName(member) : null;
}
