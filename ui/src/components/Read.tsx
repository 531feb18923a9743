import type { ReactNode } from "react";
import { t } from "../locales/catalogue";
import { Button } from "./Button";
import { ErrorState } from "./states";

/** A read, as far as it has come. */
type Asked<T> = { data: T | undefined; error: unknown; refetch: () => unknown };

type ReadProps<T> = {
  read: Asked<T>;
  /** The shape of what will come, where it is not a card of lines. */
  bones?: ReactNode;
  children: (data: T) => ReactNode;
};

/**
 * What a screen reads: shown once it is there, also while a later read fails; until then that it is
 * read, or why it cannot be and how to try again.
 */
export function Read<T>({ read, bones = <Bones />, children }: ReadProps<T>) {
  if (read.data !== undefined) return children(read.data);
  if (!read.error) return bones;
  return (
    <ErrorState
      error={read.error}
      action={<Button onClick={() => read.refetch()}>{t("try-again")}</Button>}
    />
  );
}

function Bones() {
  return (
    <div className="card read-bones" aria-busy>
      <span className="visually-hidden">{t("loading")}</span>
      <span className="bone" />
      <span className="bone" />
      <span className="bone" />
    </div>
  );
}
