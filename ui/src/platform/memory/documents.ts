import type { DocumentContent, RecordDocument, RecordDocuments, SavedDocument } from "../backend";
import type { World } from "./world";

export const documentsOf = (world: World, id: string): RecordDocuments => ({
  listed: world.documents.get(id) ?? [],
  more: false,
});

/** A document of any record. */
export function documentIn(world: World, id: string): RecordDocument | undefined {
  return [...world.documents.values()].flat().find((each) => each.id === id);
}

export const shownOf = (document: RecordDocument): DocumentContent =>
  document.media.startsWith("image/")
    ? { type: "picture", media: document.media, base64: "iVBORw0KGgo=", width: 3, height: 2 }
    : { type: "text", text: "Subject: Left at the door\n\n<b>Thank you</b>\n", cut: false };

export const savedOf = (document: RecordDocument): SavedDocument => ({
  file: `/Downloads/${document.name}`,
});
