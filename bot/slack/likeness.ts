/** Letters that people take for one another, by the one that stands for them all. Written in small letters. */
const ALIKE: Readonly<Record<string, string>> = {
  а: "a",
  α: "a",
  в: "b",
  с: "c",
  ϲ: "c",
  ԁ: "d",
  е: "e",
  ε: "e",
  һ: "h",
  н: "h",
  ı: "l",
  i: "l",
  і: "l",
  ι: "l",
  ӏ: "l",
  "1": "l",
  j: "l",
  ј: "l",
  к: "k",
  κ: "k",
  м: "m",
  μ: "m",
  п: "n",
  η: "n",
  о: "o",
  ο: "o",
  σ: "o",
  "0": "o",
  р: "p",
  ρ: "p",
  ԛ: "q",
  г: "r",
  ѕ: "s",
  "5": "s",
  т: "t",
  τ: "t",
  υ: "u",
  ν: "v",
  ѡ: "w",
  ԝ: "w",
  ω: "w",
  х: "x",
  χ: "x",
  у: "y",
  ү: "y",
  γ: "y",
  ß: "b",
};

/** Letters of one alphabet, each drawn like the one at the same place below: small capitals, Cherokee, Armenian and more. */
const DRAWN = [
  ["ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghljklmnoprstuvwyz"],
  ["ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎽᏃ", "abcdeghljklmprstvwyz"],
  ["ᗅᗷᑕᗞᕼᒍᒪᑭᑌᐯ", "abcdhjlpuv"],
  ["օսոհզցքյ", "ounhqgpj"],
  ["øłđħŧƀɓɗɠɨƙɩɑɡʋ", "oldhtbbdglklagv"],
] as const;

const LETTERS: ReadonlyMap<string, string> = new Map([
  ...DRAWN.flatMap(([drawn, plain]) => {
    const letters = [...plain];
    return [...drawn].map((one, i): [string, string] => {
      const letter = letters[i] ?? one;
      return [one.toLowerCase(), ALIKE[letter] ?? letter];
    });
  }),
  ...Object.entries(ALIKE),
]);

/** Signs that stand for a letter: "A|ice". */
const STROKES = /[|!¦ǀ∣ǃ]/g;

/** Two letters that read as one. */
const PAIRS = [
  ["rn", "m"],
  ["vv", "w"],
] as const;

/**
 * What a name looks like to somebody who reads it in a hurry: names that could be taken for one another have the same
 * likeness, however they are spaced, accented, capitalised or put together from other alphabets. Empty where a name has
 * no letters.
 */
export function likenessOf(name: string): string {
  const letters = name
    .slice(0, 1_000)
    .normalize("NFKD")
    .replace(STROKES, "l")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  const likened = [...letters].map((letter) => LETTERS.get(letter) ?? letter).join("");
  return PAIRS.reduce((text, [pair, one]) => text.replaceAll(pair, one), likened);
}
