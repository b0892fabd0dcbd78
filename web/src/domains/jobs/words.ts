import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui as useDescriptors } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import type { Schemas } from "@/api/context";
import type { Tone } from "@/ui/Status";
import { useTenantZone } from "@/ui/tenant";

export type Job = Schemas["JobOut"];
export type Run = Schemas["JobRunOut"];

/** What each job is called, and what it does. */
const JOBS: Record<string, { name: MessageDescriptor; does: MessageDescriptor }> = {
  "auth.forget_old_sign_ins": {
    name: msg`Forget old sign-ins`,
    does: msg`Forgets sessions and invitations thirty days after their end.`,
  },
  "bulk.carry_out": {
    name: msg`Carry out bulk actions`,
    does: msg`Carries out actions on many members, batch by batch.`,
  },
  "bulk.forget_old": {
    name: msg`Forget old bulk actions`,
    does: msg`Forgets actions on many members that ended more than ninety days ago.`,
  },
  "events.forget_old": {
    name: msg`Forget old events`,
    does: msg`Forgets events of more than thirty days ago, with their log.`,
  },
  "imports.carry_out": {
    name: msg`Carry out imports`,
    does: msg`Imports files that were uploaded, and tries out those that are only to be tried.`,
  },
  "imports.delete_old_files": {
    name: msg`Delete old files of imports`,
    does: msg`Deletes uploaded files of imports after their days.`,
  },
  "jobs.forget_old_runs": {
    name: msg`Forget old runs`,
    does: msg`Forgets runs of jobs that ended more than 45 days ago, but for the last of each job.`,
  },
  "kit.forget_old_answers": {
    name: msg`Forget stored answers`,
    does: msg`Forgets answers that were stored under an Idempotency-Key more than seven days ago.`,
  },
  "ledger.apply_due_lots": {
    name: msg`Points mature and expire`,
    does: msg`Makes pending points spendable and lets points expire when their day has come.`,
  },
  "ledger.close_the_day": {
    name: msg`Close the day`,
    does: msg`Settles what the minutes of the day may have left: points that are due, then holds.`,
  },
  "ledger.release_due_holds": {
    name: msg`Release holds`,
    does: msg`Gives back points that were set aside and whose time is over.`,
  },
  "ledger.verify_the_books": {
    name: msg`Verify the books`,
    does: msg`Checks that every wallet agrees with its transactions. It changes nothing.`,
  },
  "outbound.forget_old": {
    name: msg`Forget old messages`,
    does: msg`Forgets messages of more than thirty days ago that are not waiting.`,
  },
  "rewards.expire_redemptions": {
    name: msg`Redemptions expire`,
    does: msg`Lets redemptions expire that were not used in time.`,
  },
  "rewards.find_stranded_redemptions": {
    name: msg`Find stranded redemptions`,
    does: msg`Fails when a redemption waits for a provider that nobody asks. It changes nothing.`,
  },
  "rewards.remove_unused_pictures": {
    name: msg`Remove unused pictures`,
    does: msg`Removes the files of pictures that no reward has had for a day.`,
  },
  "segments.count_days": {
    name: msg`Count the day of segments`,
    does: msg`Counts what the members of each segment did on the day before.`,
  },
  "segments.keep_up": {
    name: msg`Segments follow events`,
    does: msg`Lets segments follow what happened to members in the last minutes.`,
  },
  "segments.recompute_asked": {
    name: msg`Compute asked segments`,
    does: msg`Computes segments that somebody asked to be computed.`,
  },
  "segments.refresh": {
    name: msg`Compute all segments`,
    does: msg`Computes every segment that follows its criteria.`,
  },
  "settlement.celebrate_birthdays": {
    name: msg`Birthdays`,
    does: msg`Celebrates the birthdays of the day, and of the last seven where they were missed.`,
  },
  "settlement.settle_waiting": {
    name: msg`Settle purchases written by SQL`,
    does: msg`Gives purchases that were completed by SQL their points.`,
  },
  "test_clock.advance": {
    name: msg`Move the test clock`,
    does: msg`Moves the test clock and lets happen what falls due on the way.`,
  },
  "tiers.apply_due_standings": {
    name: msg`Tiers end`,
    does: msg`Renews or lowers tiers whose time is over, and announces those that end soon.`,
  },
  "tiers.review": {
    name: msg`Review all tiers`,
    does: msg`Looks at every member, so that each stands in the tier where they belong.`,
  },
};

/** Name and effect of a job in words; its own where a newer server knows more than this page. */
export function useJobWords() {
  const { _ } = useDescriptors();
  return {
    name: (job: string) => (JOBS[job] ? _(JOBS[job].name) : job),
    does: (job: string, own = "") => (JOBS[job] ? _(JOBS[job].does) : own),
  };
}

export const STATES: Record<Run["state"], { words: MessageDescriptor; tone: Tone }> = {
  waiting: { words: msg`Waiting`, tone: "waiting" },
  running: { words: msg`Running`, tone: "info" },
  done: { words: msg`Done`, tone: "good" },
  failed: { words: msg`Failed`, tone: "bad" },
};

const ORIGINS: Record<Run["origin"], MessageDescriptor> = {
  schedule: msg`By schedule`,
  hand: msg`By hand`,
  clock: msg`By the test clock`,
};

export function useOriginWords() {
  const { _ } = useDescriptors();
  return (origin: Run["origin"]) => _(ORIGINS[origin]);
}

/** When a job runs, as one says it: `Every night at 03:00, Europe/Berlin`. */
export function useTimingWords() {
  const { t, i18n } = useLingui();
  const zone = useTenantZone().replaceAll("_", " ");
  return ({ timing }: Job): string => {
    const at = timing.at ?? "";
    const day = timing.day;
    const minutes = timing.minutes;
    if (timing.kind === "daily")
      return at < "06:00" ? t`Every night at ${at} (${zone})` : t`Every day at ${at} (${zone})`;
    if (timing.kind === "weekly") {
      const weekday = weekdayName(timing.weekday ?? 1, i18n.locale);
      return t`Every ${weekday} at ${at} (${zone})`;
    }
    if (timing.kind === "monthly") return t`On day ${day} of each month at ${at} (${zone})`;
    if (timing.where_waiting)
      return minutes === 1
        ? t`Every minute, when something waits`
        : t`Every ${minutes} minutes, when something waits`;
    return minutes === 1 ? t`Every minute` : t`Every ${minutes} minutes`;
  };
}

/** 1 is Monday, as was the fifth of January 1970. */
const weekdayName = (day: number, locale: string) =>
  new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(
    new Date(Date.UTC(1970, 0, 4 + day)),
  );
