// Scores an answer by the tests of Mozilla's HTTP Observatory. They are given what a server answered, because their own
// scanner needs a public name and a certificate: in, { url, status, headers, preflight, html }; out, { score, grade, results }.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AxiosHeaders } from "axios";

// The package downloads the list of preloaded hosts when it is installed, which this one isn't allowed to. Without the list
// no host is on it, which can only lower a score.
const preloaded = fileURLToPath(import.meta.resolve("@mdn/mdn-http-observatory/conf/config-test.json").replace("config-test", "hsts-preload"));
if (!existsSync(preloaded)) writeFileSync(preloaded, "{}");

const from = (file) => import(`@mdn/mdn-http-observatory/src/${file}.js`);
const [{ ALL_TESTS }, { MINIMUM_SCORE_FOR_EXTRA_CREDIT }, grader, { Requests }, { parseHttpEquivHeaders }] = await Promise.all(
  ["constants", "grader/charts", "grader/grader", "types", "retriever/utils"].map(from),
);

const { url, status, headers, preflight, html } = JSON.parse(readFileSync(0, "utf8"));
const secure = new URL(url);
const plain = new URL(url.replace("https:", "http:"));
const answer = { status, headers: new AxiosHeaders(headers), verified: true, httpEquiv: parseHttpEquivHeaders(html, url), request: { headers: {} } };

const requests = new Requests(secure.hostname);
requests.resources.path = html;
// That http leads to https with a certificate that holds is the host's affair, and taken for granted here.
Object.assign(requests.responses, {
  auto: answer,
  http: answer,
  https: answer,
  cors: { status, headers: new AxiosHeaders(preflight), verified: true, request: { headers: { Origin: "https://http-observatory.security.mozilla.org" } } },
  httpRedirects: [{ url: plain, status: 301 }, { url: secure, status }],
  httpsRedirects: [{ url: secure, status }],
});
requests.session = { jar: undefined, url: secure, redirectHistory: [] };

const results = ALL_TESTS.map((test) => test(requests)).map(({ constructor, result, pass }) => ({
  test: constructor.name, result, pass, modifier: grader.getScoreModifier(result),
}));
const sum = (kept) => results.map(({ modifier }) => modifier).filter(kept).reduce((one, other) => one + other, 100);
const withoutCredit = sum((modifier) => modifier < 0);
const score = withoutCredit >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? sum(() => true) : withoutCredit;
console.log(JSON.stringify({ ...grader.getGradeForScore(score), results }));
