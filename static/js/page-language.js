// The language that this page was made in. A browser that translates the page rewrites `<html lang>`, so addresses and the
// language of records come from an attribute of our own.

export const PAGE_LANGUAGE = document.documentElement.dataset.languageCode ?? document.documentElement.lang;
