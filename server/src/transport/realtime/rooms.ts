/*
 * The names of all rooms. A client can never name one: it is put into those that follow from its token, and each name
 * begins with the workspace.
 */

/** The connections of one visitor: all tabs of a browser. */
export function roomOfVisitor(workspaceId: string, visitorId: string): string {
  return `w:${workspaceId}:v:${visitorId}`;
}

/** The visitors of a workspace who are connected. */
export function roomOfVisitors(workspaceId: string): string {
  return `w:${workspaceId}:visitors`;
}

/** The agents of a workspace who are connected. */
export function roomOfAgents(workspaceId: string): string {
  return `w:${workspaceId}:agents`;
}
