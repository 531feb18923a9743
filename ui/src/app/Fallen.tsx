import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "../components/Button";
import { ErrorState } from "../components/states";
import { t } from "../locales/catalogue";

type FallenProps = { report: (what: unknown) => void; children: ReactNode };

/** Where a screen falls over: says so, reports it, and starts the window anew on request. */
export class Fallen extends Component<FallenProps, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo) {
    this.props.report(`${String(error)}${info.componentStack ?? ""}`);
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <main className="gate">
        <ErrorState
          error={this.state.error}
          action={
            <Button look="filled" onClick={() => window.location.reload()}>
              {t("fallen-reload")}
            </Button>
          }
        />
      </main>
    );
  }
}
