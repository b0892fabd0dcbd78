import { useLingui } from "@lingui/react/macro";
import { Tooltip } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { formatDay, formatMoment, formatMomentShort, formatRelative } from "./format";
import { useTenantClock, useTenantZone } from "./tenant";

interface WhenProps {
  /** ISO moment of the API; null shows a dash. */
  at: string | null | undefined;
  /** `relative` in lists (the default), `short` or `full` where the exact time matters. */
  form?: "relative" | "short" | "full";
}

/** A moment. Relative in lists; hover or focus tells it in full, in the tenant's zone. */
export function When({ at, form = "relative" }: WhenProps) {
  const { i18n } = useLingui();
  const zone = useTenantZone();
  const now = useNow();
  const time = useRef<HTMLTimeElement>(null);
  const [told, setTold] = useState(false);
  if (!at) return <span aria-hidden>–</span>;
  const full = formatMoment(at, i18n.locale, zone);
  if (form === "full") return <time dateTime={at}>{full}</time>;
  return (
    <>
      <time
        ref={time}
        dateTime={at}
        tabIndex={0}
        className="nowrap"
        aria-label={full}
        onPointerEnter={() => setTold(true)}
        onPointerLeave={() => setTold(false)}
        onFocus={() => setTold(true)}
        onBlur={() => setTold(false)}
      >
        {form === "short"
          ? formatMomentShort(at, i18n.locale, zone)
          : formatRelative(at, now, i18n.locale)}
      </time>
      {/* Made when it is asked for: a long list has hundreds of moments. */}
      {told && <Tooltip target={time} label={full} opened />}
    </>
  );
}

/** A day that belongs to no zone: birthdays, the day something expires. */
export function Day({ day }: { day: string | null | undefined }) {
  const { i18n } = useLingui();
  if (!day) return <span aria-hidden>–</span>;
  return (
    <time dateTime={day} className="nowrap">
      {formatDay(day, i18n.locale)}
    </time>
  );
}

/** The tenant's present moment; it stands still where a test clock does. */
export function useNow(): number {
  const clock = useTenantClock();
  const real = useMinute();
  return clock ?? real;
}

const waiting = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** The present time, told anew each minute; one timer for all that ask. */
function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    waiting.add(setNow);
    timer ??= setInterval(() => waiting.forEach((tell) => tell(Date.now())), 60_000);
    return () => {
      waiting.delete(setNow);
      if (waiting.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  return now;
}
