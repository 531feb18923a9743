/** Where a record matched: the words between `⟦` and `⟧` stand out. */
export function Excerpt({ text }: { text: string }) {
  const parts = text.split(/⟦([^⟧]*)⟧/);
  let position = 0;
  return (
    <span className="quiet excerpt">
      {parts.map((part, at) => {
        const key = `${position}`;
        position += part.length + 1;
        return at % 2 === 1 ? <mark key={key}>{part}</mark> : part;
      })}
    </span>
  );
}
