// What a page keeps of a user, and how it searches.

/// The fields that the table shows and the search uses; the other 90 % of the response is dropped.
export const slim = ({ id, username, name, email, externalId, population, mfaEnabled }) => ({
  id, username, email, externalId, mfaEnabled,
  given: name?.given ?? "", family: name?.family ?? "",
  population: population.id,
});

/// Lowercase, without accents.
export const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/// The text that a search is compared with.
export const searched = ({ username, given, family, email, id, externalId }) =>
  folded(`${username}\n${given} ${family}\n${email ?? ""}\n${id}\n${externalId ?? ""}`);

const number = new Intl.NumberFormat("en-US");

/// The line above the table.
export const counted = (found, all) => `${number.format(found)} of ${number.format(all)} users`;
