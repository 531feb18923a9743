import {
  BookOpenCheck,
  ContactRound,
  Globe,
  Handshake,
  type LucideIcon,
  MessageSquareText,
  Scale,
  ShieldCheck,
} from "lucide-react";
import type { SectionId } from "../../app/place";
import { t } from "../../locales/catalogue";
import type { ReferenceView } from "../../platform/backend";

export type Section = {
  id: SectionId;
  icon: LucideIcon;
  label: string;
  /** What is in it, in a few words. */
  about: string;
  count: number;
  /** How much of it the tenant has not said yet. */
  missing: number;
};

/** Texts that are given by hand when somebody asks. */
export const answersOf = (view: ReferenceView) => view.texts.filter((text) => text.answer);

/** Contacts that the tenant has not said yet. */
export const unsaid = (view: ReferenceView) => view.contacts.filter((each) => each.at === null);

/** The sections that a pack has something for. What has not been looked at has no empty room. */
export function sectionsOf(view: ReferenceView): Section[] {
  const promises =
    answersOf(view).length + view.banners.length + view.severities.length + view.plans.length;
  const all: Section[] = [
    {
      id: "regions",
      icon: Globe,
      label: t("reference-regions"),
      about: t("reference-regions-about"),
      count: view.regions.length,
      missing: 0,
    },
    {
      id: "promises",
      icon: Handshake,
      label: t("reference-promises"),
      about: t("reference-promises-about"),
      count: promises,
      missing: answersOf(view).filter((text) => !text.ready).length,
    },
    {
      id: "contacts",
      icon: ContactRound,
      label: t("reference-contacts"),
      about: t("reference-contacts-about"),
      count: view.contacts.length + view.escalations.length,
      missing: unsaid(view).length,
    },
    {
      id: "rules",
      icon: ShieldCheck,
      label: t("reference-rules"),
      about: t("reference-rules-about"),
      count: view.capabilities.length + view.retention.length + 1,
      missing: 0,
    },
    {
      id: "texts",
      icon: MessageSquareText,
      label: t("reference-texts"),
      about: t("reference-texts-about"),
      count: view.texts.length,
      missing: 0,
    },
    {
      id: "library",
      icon: BookOpenCheck,
      label: t("reference-library"),
      about: t("reference-library-about"),
      count: view.library.length,
      missing: 0,
    },
    {
      id: "rulings",
      icon: Scale,
      label: t("reference-rulings"),
      about: t("reference-rulings-about"),
      count: view.rulings.length,
      missing: 0,
    },
  ];
  return all.filter((section) => section.count > 0);
}
