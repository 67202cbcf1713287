// A server with the middleware in front of an app that answers everything.
import http from "node:http";
import { flyReplay } from "./express.mjs";

const middleware = flyReplay();
const server = http.createServer((req, res) => middleware(req, res, () => res.end("app")));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
