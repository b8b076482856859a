/** Settings as people write them: on a command line, and in the fields of a form. */

/** Numbers (Infinity too), true, false, JSON in brackets or braces, and text. @throws RangeError for broken JSON */
export function readSetting(text: string): unknown {
  if (text.startsWith('{') || text.startsWith('[')) return json(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;
}

/** Of a part of a preset: besides, numbers with commas make a list. @throws RangeError for broken JSON */
export function readPartSetting(text: string): unknown {
  const list = text.includes(',') ? text.split(',').map(Number) : [];
  return list.length > 0 && list.every(Number.isFinite) ? list : readSetting(text);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError(`is "${text}", expected JSON such as {"batch":64,"weight":1} or [64,64]`);
  }
}
