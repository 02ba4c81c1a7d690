import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { keepLanguage, type Language, language } from '@/lib/language';
import en from '@/locales/en';

/** Every language has the keys of English: another type does not compile. */
type Texts = typeof en;

const LOAD: Record<Language, () => Promise<{ default: Texts }>> = {
  en: () => Promise.resolve({ default: en }),
  zh: () => import('@/locales/zh'),
  ja: () => import('@/locales/ja'),
};

export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language(),
    fallbackLng: 'en',
    resources: { en },
    ns: Object.keys(en),
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await speak(language());
}

/** Change what the page speaks, now and when it is opened again. */
export async function speak(wanted: Language): Promise<void> {
  const texts = (await LOAD[wanted]()).default;
  for (const [space, values] of Object.entries(texts)) i18next.addResourceBundle(wanted, space, values);
  keepLanguage(wanted);
  await i18next.changeLanguage(wanted);
}

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: Texts;
    returnNull: false;
  }
}
