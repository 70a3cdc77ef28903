/** What an operator should know of a database server. */
export interface Deployment {
  version: string;
  answersInMs: number;
  /** Of its replica set, those that hold data; 0 without one. Absent where it cannot be told, behind a router. */
  members?: number;
}
