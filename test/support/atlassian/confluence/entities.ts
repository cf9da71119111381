const names =
  "quot amp lt gt apos nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml OElig oelig Scaron scaron Yuml fnof circ tilde ensp emsp thinsp zwnj zwj lrm rlm ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo dagger Dagger bull hellip permil prime Prime lsaquo rsaquo oline euro trade larr uarr rarr darr harr minus le ge ne infin asymp";

/** The entities that XHTML, and so Confluence, knows. */
export const entities: ReadonlySet<string> = new Set(names.split(" "));

/** Characters that Confluence writes back by name. */
export const writtenByName: ReadonlyMap<string, string> = new Map([
  ["\u00a0", "&nbsp;"],
  ["–", "&ndash;"],
  ["—", "&mdash;"],
  ["‘", "&lsquo;"],
  ["’", "&rsquo;"],
  ["“", "&ldquo;"],
  ["”", "&rdquo;"],
  ["„", "&bdquo;"],
  ["…", "&hellip;"],
  ["•", "&bull;"],
  ["→", "&rarr;"],
  ["ä", "&auml;"],
  ["ö", "&ouml;"],
  ["ü", "&uuml;"],
  ["Ä", "&Auml;"],
  ["Ö", "&Ouml;"],
  ["Ü", "&Uuml;"],
  ["ß", "&szlig;"],
  ["é", "&eacute;"],
  ["è", "&egrave;"],
  ["à", "&agrave;"],
  ["ç", "&ccedil;"],
  ["·", "&middot;"],
  ["×", "&times;"],
  ["€", "&euro;"],
]);
