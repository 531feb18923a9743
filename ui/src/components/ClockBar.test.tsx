import { render, screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { ClockView, SegmentView } from "../platform/backend";
import { expectAccessible } from "../test-harness";
import { ClockBar, sharesOf } from "./ClockBar";
import { ClockCell, secondsLeft } from "./values";

const HOUR = 3600;

function clock(more: Partial<ClockView> = {}): ClockView {
  return {
    label: "due",
    basis: "24 h after it was asked for",
    start: "2026-11-19T01:00:00+00:00",
    due: "2026-11-20T01:00:00+00:00",
    seconds_left: 6 * HOUR,
    seconds_total: 24 * HOUR,
    tone: "green",
    runs: true,
    row: "A-06",
    before_session: null,
    paused: null,
    segments: [],
    ...more,
  };
}

function segment(more: Partial<SegmentView> = {}): SegmentView {
  return { label: "asked", row: "X-04", minutes: 120, running: false, counts: true, ...more };
}

const paused = { label: "the customer is asked", row: "K-29", since: "2026-11-19T12:00:00+00:00" };

/** A minute after it was read. */
const aMinuteAgo = () => performance.now() - 60_000;

describe("a deadline with pauses", () => {
  test("what stands still runs down no further", () => {
    const received = aMinuteAgo();
    expect(secondsLeft(clock(), received)).toBeCloseTo(6 * HOUR - 60, 0);
    expect(secondsLeft(clock({ paused }), received)).toBe(6 * HOUR);
  });

  test("the parts are never more than what has passed", () => {
    const received = performance.now();
    const shares = (segments: SegmentView[]) => {
      const { full, parts } = sharesOf(clock({ segments }), received);
      return [full, ...parts].map((share) => Number(share.toFixed(2)));
    };
    expect(shares([])).toEqual([0.75]);
    expect(shares([segment()])).toEqual([0.67, 0.08]);
    expect(shares([segment({ minutes: null })])).toEqual([0.75, 0]);
    const both = [segment({ minutes: 18 * 60 }), segment({ minutes: 18 * 60 })];
    expect(shares(both)).toEqual([0, 0.38, 0.38]);
  });

  test("it says since when it stands still, for what, and what each pause took", async () => {
    const segments = [
      segment(),
      segment({ label: "the customer is asked", row: "K-29", running: true, counts: false }),
      segment({ label: "checked", minutes: null }),
    ];
    const shown = clock({ paused, segments });
    render(
      <main>
        <ClockBar clock={shown} received={performance.now()} />
      </main>,
    );
    expect(screen.getByText("6 h 00 left once it goes on")).toBeVisible();
    expect(screen.getByText(/^Stands still since .*: the customer is asked$/)).toBeVisible();
    const parts = within(screen.getByRole("list")).getAllByRole("listitem");
    expect(parts.map((part) => part.textContent)).toEqual([
      "asked: 2 h 00, counted all the same X-04",
      "the customer is asked: 2 h 00 so far, not counted K-29",
      "checked: nobody can say for how long, so it moves nothing X-04",
    ]);
    await expectAccessible();
  });

  test("what had passed before it stood still has passed", () => {
    const late = clock({ paused, seconds_left: -60, tone: "red" });
    render(<ClockBar clock={late} received={performance.now()} />);
    expect(screen.getByText("passed 1 min ago")).toBeVisible();
  });

  test("a cell says that it stands still", () => {
    render(<ClockCell clock={clock({ paused })} received={performance.now()} />);
    expect(screen.getByText("6 h 00 · stands still")).toBeVisible();
  });
});

test("the bar is a level with a name that stays, whatever the seconds say", async () => {
  const { rerender } = render(
    <main>
      <ClockBar clock={clock()} received={aMinuteAgo()} />
    </main>,
  );
  const bar = screen.getByRole("meter", { name: "due" });
  expect(bar).toHaveAttribute("aria-valuenow", "75");
  rerender(
    <main>
      <ClockBar clock={clock({ seconds_left: HOUR })} received={performance.now()} />
    </main>,
  );
  expect(screen.getByRole("meter", { name: "due" })).toHaveAttribute("aria-valuenow", "96");
  expect(screen.queryByRole("progressbar")).not.toBeInTheDocument();
  await expectAccessible();
});
