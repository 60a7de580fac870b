/** An instant in ISO 8601, with `Z` or an offset. A `Date` becomes one. Answers have a string, in UTC. */
export type Instant = string;

/** A GUID of 36 characters. Answers have lower case. */
export type Guid = string;

/** A role in the tenant or on a catalog, by its name or its id. One that is not known does not count. */
export interface Held {
  role: RoleName | (string & {});
  /** `/`, or `/AccessPackageCatalog/{id}`. */
  scope: string;
}

/** Who asks. You have established this: nothing of it is verified. */
export interface Caller {
  /** The caller's object in the directory, for the record. */
  object?: Guid | null;
  account: 'workOrSchool' | 'application' | 'personal';
  /** The permissions of the call: delegated ones for a user, application permissions for an application. */
  permissions?: readonly string[] | null;
  roles?: readonly Held[] | null;
}

/** The payload of an access token whose signature, issuer, audience and times you have checked. */
export interface Claims {
  tid: string;
  oid?: string | null;
  sub?: string | null;
  idtyp?: string | null;
  scp?: string | null;
  roles?: readonly string[] | null;
  wids?: readonly string[] | null;
  aud?: string | null;
  exp?: number | null;
  [other: string]: unknown;
}

/** What an access package gives: a role on a resource. */
export interface ResourceRole {
  originSystem: string;
  resourceOriginId: string;
  roleOriginId: string;
  roleType?: string | null;
}

export type State = 'delivering' | 'partiallyDelivered' | 'delivered' | 'expired' | 'deliveryFailed';

/** Why something has failed, in the terms of whoever carries actions out. */
export interface Failure {
  code: string;
  words: string;
}

export interface Catalog {
  id: Guid;
  /** Null if you do not know it: it is then judged as a standard one. */
  privilegeLevel: 'standard' | 'privileged' | null;
}

/** An assignment, as you store it. */
export interface Stored {
  format: 1;
  id: Guid;
  catalog: Catalog;
  accessPackage: Guid;
  target: Guid;
  /** Null if you do not know it. */
  targetType: 'user' | 'servicePrincipal' | null;
  state: State;
  /** The instant from which it has ended, or null. */
  end: Instant | null;
  /** 0 for one that was never reprocessed. */
  attempt: number;
  /** In any order; null if they are not known. */
  resourceRoles:
    | readonly {
        resourceRole: ResourceRole;
        fulfillment: 'pending' | 'failed' | 'unenforceable' | 'fulfilled';
        reason?: Failure | null;
      }[]
    | null;
}

/** The request that an assignment came from. */
export interface Request {
  id: Guid;
  assignment: Guid;
  purpose: 'grant' | 'removal' | 'unknown';
  state: State;
  completed: Instant | Date;
  /** `superseded` if a newer request for access was completed. */
  recency: 'newest' | 'superseded';
}

/** What you have seen of a resource role. */
export interface Observation {
  resourceRole: ResourceRole;
  observed: 'present' | 'absent' | 'unknown' | 'unenforceable';
}

/** One thing to do: see to it that the target has the resource role. Do not, from the end on. */
export interface Action {
  assignment: Guid;
  attempt: number;
  target: Guid;
  resourceRole: ResourceRole;
  end: Instant | null;
}

/** What became of an action. */
export interface Receipt {
  assignment: Guid;
  attempt: number;
  resourceRole: ResourceRole;
  outcome: 'fulfilled' | 'failed';
  reason?: Failure | null;
}

/** What has happened, for your records. */
export interface Event {
  assignment: Guid;
  at: Instant;
  attempt: number;
  from: State;
  to: State;
  cause:
    | 'expired'
    | { recorded: { resourceRole: ResourceRole; outcome: 'fulfilled' | 'failed'; reason: Failure | null } }
    | {
        reprocessed: {
          caller: Guid | null;
          role: RoleName;
          request: Guid | null;
          asked: ResourceRole[];
          unenforceable: ResourceRole[];
          added: ResourceRole[];
          dropped: ResourceRole[];
        };
      };
}

export type RoleName =
  | 'Catalog reader'
  | 'Catalog creator'
  | 'Connected Organization Administrator'
  | 'User Administrator'
  | 'Privileged Role Administrator'
  | 'Access package assignment manager'
  | 'Access package manager'
  | 'Catalog owner'
  | 'Identity Governance Administrator'
  | 'Global Administrator';

export type Step =
  | 'useWorkOrSchoolAccount'
  | 'holdRole'
  | 'holdIdentityGovernanceAdministrator'
  | 'holdPrivilegedRoleAdministrator'
  | 'holdGlobalAdministrator'
  | 'obtainDelegatedPermission'
  | 'obtainApplicationPermission'
  | 'obtainRoleManagementPermission'
  | 'wait'
  | 'reprocessRequest'
  | 'reprocessNewestRequest'
  | 'reprocessAssignment'
  | 'requestAgain'
  | 'loadResourceRoles'
  | 'loadCatalog'
  | 'loadRequest';

/** Everything that stands in the way, and what would help: one remedy or another. */
export interface Why {
  message: string;
  /** `rules` are ids in `src/policy/rules.md`. */
  reasons: { code: string; rules: string[]; text: string }[];
  remedies: { steps: Step[]; text: string }[];
}

export interface Accepted {
  verdict: 'accepted';
  /** The role with which the caller acts. */
  role: RoleName;
  catalog: Catalog;
}

/** The caller may not. */
export interface Unauthorized extends Why {
  verdict: 'unauthorized';
}

/** The assignment, or its request, is not as it has to be. */
export interface Refused extends Why {
  verdict: 'invalidState' | 'invalidRequest';
}

export type Verdict = Accepted | Unauthorized | Refused;

/** The assignment that is left. If there is an event, save `stored`, and only then carry out the actions. */
export interface Left {
  event: Event | null;
  actions: Action[];
  stored: Stored;
}

export interface EvaluateQuestion {
  caller: Caller;
  stored: Stored;
  now: Instant | Date;
  /** To reprocess this request, and not the assignment. */
  request?: Request | null;
}

export interface ExplainQuestion {
  claims: Claims;
  /** The roles that you have looked up, for those of entitlement management are in no token; null if you have not. */
  roles?: readonly Held[] | null;
  stored: Stored;
  now: Instant | Date;
  request?: Request | null;
}

export interface ReprocessQuestion extends EvaluateQuestion {
  /** What the access package gives now; null if it is what the assignment has. */
  gives: readonly ResourceRole[] | null;
  /** What you did not see is enforced. */
  observed?: readonly Observation[] | null;
}

export interface RecordQuestion {
  stored: Stored;
  receipt: Receipt;
  now: Instant | Date;
}

export interface ExpireQuestion {
  stored: Stored;
  now: Instant | Date;
}

export interface DocumentQuestion {
  /** An assignment as Microsoft Graph shows it, in v1.0 or beta, or a page with one. */
  document: object;
}

export interface RolesQuestion {
  /** The role assignments of one principal, as Microsoft Graph lists them. */
  roleAssignments: object;
}

export type ReadQuestion = DocumentQuestion | RolesQuestion;

export type EvaluateAnswer = Verdict;

/** The verdict, the caller that the claims speak of, and what they do not tell. */
export type ExplainAnswer = Verdict & { caller: Caller; caveats: { code: string; text: string }[] };

/** A caller who may not is told the verdict alone. */
export type ReprocessAnswer = (Accepted & Left) | (Refused & Left) | Unauthorized;

export type RecordAnswer = Left & {
  result: 'recorded' | 'expired' | 'anotherAttempt' | 'alreadyKnown' | 'afterTheEnd';
};

export type ExpireAnswer = Left & { result: 'expired' | 'unchanged' };

export interface DocumentAnswer {
  stored: Stored;
  /** What the access package gives now; null if the document does not list it. */
  gives: ResourceRole[] | null;
}

export interface RolesAnswer {
  /** The roles that are known, as `explain` takes them. */
  roles: Held[];
}

export type ReadAnswer = DocumentAnswer | RolesAnswer;

/** Why a question cannot be answered. Nothing has changed. */
export class QuestionError extends Error {
  /** A word for programs, such as `malformed`. */
  code: string;
  data: Record<string, unknown>;
  /** The path of the member that it is about, such as `stored.state`; null for the question as a whole. */
  place: string | null;
}

/** The crate. It keeps nothing between two calls. A function throws a `QuestionError` if it cannot answer. */
export interface Crate {
  /** Whether the caller may reprocess the assignment, and if not, why and what would help. It changes nothing. */
  evaluate(question: EvaluateQuestion): EvaluateAnswer;
  /** The same for the caller that an access token speaks of. */
  explain(question: ExplainQuestion): ExplainAnswer;
  /** Reprocesses the assignment, or its request. */
  reprocess(question: ReprocessQuestion): ReprocessAnswer;
  /** Records what became of an action. */
  record(question: RecordQuestion): RecordAnswer;
  /** Ends the assignment if its time has come. */
  expire(question: ExpireQuestion): ExpireAnswer;
  /** Reads an assignment from a document of Microsoft Graph. The first call loads the module that can. */
  read(question: DocumentQuestion): Promise<DocumentAnswer>;
  /** Reads the roles of a caller, or of a group of the caller, from the list of Microsoft Graph. */
  read(question: RolesQuestion): Promise<RolesAnswer>;
  /**
   * Any of these as JSON text, where an error is an answer, too. `read` is an operation here only if you have passed
   * `access_package_read.wasm` to `load`.
   */
  ask(operation: string, question: string): string;
}

/**
 * Loads `access_package.wasm`, which lies beside this file; `read` then loads `access_package_read.wasm`. Or takes the module
 * that you pass, compiled or as bytes, for everything: for `read` it has to be the second one.
 */
export function load(wasm?: BufferSource | WebAssembly.Module): Promise<Crate>;
