import { useEffect } from "react";
import { type Remark, useSaid } from "../app/said";

const SHOWN_MS = 6000;

/** Floating remarks. The region is always there, so that what appears in it is read out. */
export function Remarks() {
  const remarks = useSaid((store) => store.remarks);
  return (
    <div className="remarks" role="status" aria-live="polite">
      {remarks.map((remark) => (
        <OneRemark key={remark.id} remark={remark} />
      ))}
    </div>
  );
}

function OneRemark({ remark }: { remark: Remark }) {
  const drop = useSaid((store) => store.drop);
  useEffect(() => {
    const timer = setTimeout(() => drop(remark.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [remark.id, drop]);
  return (
    <div className="remark" data-tone={remark.tone}>
      {remark.text}
    </div>
  );
}
