// Language tags (BCP 47) and the numbers Windows gave to languages (MS-LCID), which the Dataverse metadata API speaks in.

const CODES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ar: 1025,
    az: 1068,
    bg: 1026,
    bn: 1093,
    ca: 1027,
    ckb: 1170,
    cs: 1029,
    da: 1030,
    de: 1031,
    el: 1032,
    en: 1033,
    'en-GB': 2057,
    es: 3082,
    et: 1061,
    eu: 1069,
    fa: 1065,
    'fa-AF': 1164,
    fi: 1035,
    fr: 1036,
    gl: 1110,
    he: 1037,
    hi: 1081,
    hr: 1050,
    hu: 1038,
    hy: 1067,
    id: 1057,
    it: 1040,
    ja: 1041,
    ka: 1079,
    kk: 1087,
    ko: 1042,
    lt: 1063,
    lv: 1062,
    ms: 1086,
    nb: 1044,
    nl: 1043,
    pl: 1045,
    ps: 1123,
    pt: 2070,
    'pt-BR': 1046,
    ro: 1048,
    ru: 1049,
    sk: 1051,
    sl: 1060,
    sr: 3098,
    sv: 1053,
    tg: 1064,
    th: 1054,
    tr: 1055,
    uk: 1058,
    ur: 1056,
    uz: 1091,
    vi: 1066,
    zh: 2052,
    'zh-TW': 1028,
  }),
);

/** LOCALE_CUSTOM_UNSPECIFIED: a language that was never given a number. */
const UNNUMBERED = 4096;

/** `fa-IR` has the number of `fa`. */
export function languageCode(tag: string): number {
  return CODES.get(tag) ?? CODES.get(tag.split('-')[0] ?? '') ?? UNNUMBERED;
}

/** Which of these languages has the number. */
export function languageOf(code: number, tags: Iterable<string>): string | undefined {
  for (const tag of tags) if (languageCode(tag) === code) return tag;
  return undefined;
}
