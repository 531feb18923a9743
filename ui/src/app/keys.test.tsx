import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { useKeys } from "./keys";

type Bindings = Record<string, () => void>;

function Inner({ keys }: { keys: Bindings }) {
  useKeys(keys, false);
  return null;
}

function Outer({ rooms, actions }: { rooms: Bindings; actions: Bindings }) {
  useKeys(rooms);
  return <Inner keys={actions} />;
}

test("the second letter of a room is no action’s key", async () => {
  const [room, reject] = [vi.fn(), vi.fn()];
  render(<Outer rooms={{ "g r": room }} actions={{ r: reject }} />);
  const user = userEvent.setup();
  await user.keyboard("gr");
  expect(room).toHaveBeenCalledOnce();
  expect(reject).not.toHaveBeenCalled();
  await user.keyboard("r");
  expect(reject).toHaveBeenCalledOnce();
});

test("a letter that begins no room, or was typed into a field, keeps the next one’s meaning", async () => {
  const [room, reject] = [vi.fn(), vi.fn()];
  render(
    <>
      <Outer rooms={{ "g r": room }} actions={{ r: reject }} />
      <input aria-label="Words" />
    </>,
  );
  const user = userEvent.setup();
  await user.keyboard("hr");
  expect(reject).toHaveBeenCalledTimes(1);
  await user.type(screen.getByLabelText("Words"), "g");
  act(() => (document.activeElement as HTMLElement).blur());
  await user.keyboard("r");
  expect(reject).toHaveBeenCalledTimes(2);
});
