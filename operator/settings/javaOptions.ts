// Java options as a command line: split as Spark's launcher does it.

/**
 * Splits option text into words: white space separates, single and double quotes group, a backslash keeps the next
 * character (outside single quotes). Source: CommandBuilderUtils.parseOptionString of Spark 3.5.
 * Throws an Error with a sentence if a quote isn't closed, or if the text ends with such a backslash.
 */
export function splitJavaOptions(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\\" && quote !== "'") {
      if (++i === text.length) throw new Error("a backslash at the end keeps nothing");
      word = (word ?? "") + text[i];
    } else if (quote) {
      if (char === quote) quote = undefined;
      else word = (word ?? "") + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote) throw new Error(`a quote (${quote}) isn't closed`);
  if (word !== undefined) words.push(word);
  return words;
}
