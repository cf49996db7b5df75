// What a page keeps of a user, and how a search compares.

/// What a table shows and a search looks at; the other nine tenths of the answer are let go.
export const slim = ({ id, username, name, email, externalId, population, mfaEnabled }) => ({
  id, username, email, externalId, mfaEnabled,
  given: name?.given ?? "", family: name?.family ?? "",
  population: population.id,
});

/// Without case and accents.
export const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/// All that a search looks at.
export const searched = ({ username, given, family, email, id, externalId }) =>
  folded(`${username}\n${given} ${family}\n${email ?? ""}\n${id}\n${externalId ?? ""}`);

const number = new Intl.NumberFormat("en-US");

/// The line above the table.
export const counted = (found, all) => `${number.format(found)} of ${number.format(all)} users`;
