import { getPath } from "hono/utils/url";

/** The path by which a request is served: a short one of the source documents stands for the canonical one. */
export function servedPath(request: Request): string {
  const path = getPath(request);
  return SHORT.test(path) ? `/api/v1${path}` : path;
}

/** Document 003 draws its API as `POST /goals` (S3-07). */
const SHORT = /^\/goals(?:\/|$)/;
