import { create } from "zustand";
import type { SignedIn } from "../../platform/backend";

type SigningIn = {
  /** An answer is awaited: the shell must not appear before the recovery code was shown. */
  busy: boolean;
  /** Kept in memory until written down, nowhere else. */
  recoveryCode: string | null;
  /** Somebody signs in to one more profile while another is open. */
  adding: boolean;
  add: () => void;
  stay: () => void;
  run: (ask: () => Promise<SignedIn>) => Promise<void>;
  writtenDown: () => void;
};

export const useSigningIn = create<SigningIn>((set) => ({
  busy: false,
  recoveryCode: null,
  adding: false,
  add: () => set({ adding: true }),
  stay: () => set({ adding: false }),
  run: async (ask) => {
    set({ busy: true });
    try {
      const { recovery_code } = await ask();
      set({ recoveryCode: recovery_code, adding: false });
    } finally {
      set({ busy: false });
    }
  },
  writtenDown: () => set({ recoveryCode: null }),
}));
