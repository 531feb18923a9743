import { type ReactNode, useId } from "react";

type CardProps = { title: string; aside?: ReactNode; children: ReactNode; className?: string };

/** A titled part of a screen. */
export function Card({ title, aside, children, className = "" }: CardProps) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{title}</h2>
        {aside && <span className="quiet">{aside}</span>}
      </header>
      {children}
    </section>
  );
}
