/** An instant in ISO 8601, with `Z` or an offset. In a question you can use a `Date` instead. Answers are in UTC. */
export type Instant = string;

/** A GUID of 36 characters with hyphens. Answers use lower case. */
export type Guid = string;

/** A role in the tenant or on a catalog, by its name or its id. An unknown role does not count. */
export interface Held {
  role: RoleName | (string & {});
  /** `/`, or `/AccessPackageCatalog/{id}`. */
  scope: string;
}

/** The caller. Nothing is verified here: authenticate the caller and look up the roles first. */
export interface Caller {
  /** The caller's object in the directory. It is only recorded. */
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

/** A role on a resource, which an access package gives. */
export interface ResourceRole {
  originSystem: string;
  resourceOriginId: string;
  roleOriginId: string;
  roleType?: string | null;
}

export type State = 'delivering' | 'partiallyDelivered' | 'delivered' | 'expired' | 'deliveryFailed';

/** Why an action has failed, in the executor's terms: a code for programs and words for people. */
export interface Failure {
  code: string;
  words: string;
}

export interface Catalog {
  id: Guid;
  /** Null if you do not know it: the catalog is then judged as a standard one. */
  privilegeLevel: 'standard' | 'privileged' | null;
}

/** An assignment as you store it. Do not change it yourself. */
export interface Stored {
  format: 1;
  id: Guid;
  catalog: Catalog;
  accessPackage: Guid;
  target: Guid;
  /** Null if you do not know it. */
  targetType: 'user' | 'servicePrincipal' | null;
  state: State;
  /** The instant from which the assignment has ended. Null if it has no end. */
  end: Instant | null;
  /** 0 if the assignment was never reprocessed. */
  attempt: number;
  /** In any order. Null if you do not know them. */
  resourceRoles:
    | readonly {
        resourceRole: ResourceRole;
        fulfillment: 'pending' | 'failed' | 'unenforceable' | 'fulfilled';
        reason?: Failure | null;
      }[]
    | null;
}

/** The request that led to an assignment. */
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

/**
 * An action: give the target the resource role, unless the end has come. If the target has it already, the action is
 * fulfilled.
 */
export interface Action {
  assignment: Guid;
  attempt: number;
  target: Guid;
  resourceRole: ResourceRole;
  end: Instant | null;
}

/** The outcome of an action. */
export interface Receipt {
  assignment: Guid;
  attempt: number;
  resourceRole: ResourceRole;
  outcome: 'fulfilled' | 'failed';
  reason?: Failure | null;
}

/** A change of the assignment, for your records. */
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

/** Why a call is refused: every reason, and what would help. Any one of the remedies will do. */
export interface Why {
  message: string;
  /** `rules` are ids in `src/policy/rules.md`. */
  reasons: { code: string; rules: string[]; text: string }[];
  remedies: { steps: Step[]; text: string }[];
}

export interface Accepted {
  verdict: 'accepted';
  /** The role in which the caller acts. */
  role: RoleName;
  /** The catalog as it was judged. */
  catalog: Catalog;
}

/** The caller may not reprocess the assignment. */
export interface Unauthorized extends Why {
  verdict: 'unauthorized';
}

/** The assignment, or its request, cannot be reprocessed. */
export interface Refused extends Why {
  verdict: 'invalidState' | 'invalidRequest';
}

export type Verdict = Accepted | Unauthorized | Refused;

/** The assignment after the call. If there is an `event`, save `stored` before you carry out an action. */
export interface Left {
  event: Event | null;
  actions: Action[];
  stored: Stored;
}

export interface EvaluateQuestion {
  caller: Caller;
  stored: Stored;
  now: Instant | Date;
  /** The request to reprocess instead of the assignment. */
  request?: Request | null;
}

export interface ExplainQuestion {
  claims: Claims;
  /**
   * The roles of the caller that you have looked up. Null if you have not. A token never contains roles of entitlement
   * management.
   */
  roles?: readonly Held[] | null;
  stored: Stored;
  now: Instant | Date;
  request?: Request | null;
}

export interface ReprocessQuestion extends EvaluateQuestion {
  /** What the access package gives now. Null means what the assignment has. */
  gives: readonly ResourceRole[] | null;
  /** What you have seen. A resource role without an observation is enforced. */
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
  /** An assignment as Microsoft Graph shows it, in v1.0 or beta, or a page with exactly one. */
  document: object;
}

export interface RolesQuestion {
  /** The role assignments of one principal, as Microsoft Graph lists them. */
  roleAssignments: object;
}

export type ReadQuestion = DocumentQuestion | RolesQuestion;

export type EvaluateAnswer = Verdict;

/** The verdict, the caller that the claims describe, and what neither the claims nor the roles can say. */
export type ExplainAnswer = Verdict & { caller: Caller; caveats: { code: string; text: string }[] };

/** If the caller may not reprocess the assignment, the answer is only the verdict. */
export type ReprocessAnswer = (Accepted & Left) | (Refused & Left) | Unauthorized;

export type RecordAnswer = Left & {
  result: 'recorded' | 'expired' | 'anotherAttempt' | 'alreadyKnown' | 'afterTheEnd';
};

export type ExpireAnswer = Left & { result: 'expired' | 'unchanged' };

export interface DocumentAnswer {
  stored: Stored;
  /** What the access package gives now. Null if the document does not list it. */
  gives: ResourceRole[] | null;
}

export interface RolesAnswer {
  /** The known roles, as `explain` takes them. */
  roles: Held[];
}

export type ReadAnswer = DocumentAnswer | RolesAnswer;

/** Why a question cannot be answered. Nothing has changed. */
export class QuestionError extends Error {
  /** A stable code for programs, such as `malformed`. */
  code: string;
  data: Record<string, unknown>;
  /** The path of the member that the error is about, such as `stored.state`. Null for the question as a whole. */
  place: string | null;
}

/**
 * The functions of the crate. They keep nothing between two calls. If a question cannot be answered, they throw a
 * `QuestionError`.
 */
export interface Crate {
  /** Decides whether the caller may reprocess the assignment, and if not, why and what would help. It changes nothing. */
  evaluate(question: EvaluateQuestion): EvaluateAnswer;
  /** Decides like `evaluate` for the caller that the claims of an access token describe. */
  explain(question: ExplainQuestion): ExplainAnswer;
  /** Reprocesses the assignment, or its request. Save the `stored` of the answer before you carry out an action. */
  reprocess(question: ReprocessQuestion): ReprocessAnswer;
  /** Records the outcome of an action. If there is an `event`, save `stored`. */
  record(question: RecordQuestion): RecordAnswer;
  /** Expires the assignment if its end has come. */
  expire(question: ExpireQuestion): ExpireAnswer;
  /** Reads an assignment from a document of Microsoft Graph. The first call loads the module that reads documents. */
  read(question: DocumentQuestion): Promise<DocumentAnswer>;
  /** Reads the roles of the caller, or of one of the caller's groups, from Graph's list of role assignments. */
  read(question: RolesQuestion): Promise<RolesAnswer>;
  /**
   * Answers any of these questions as JSON text. An error is an answer here, and is not thrown. `read` is an operation here
   * only if you have passed `access_package_read.wasm` to `load`.
   */
  ask(operation: string, question: string): string;
}

/**
 * Loads the crate. Without an argument, it loads `access_package.wasm` from the folder of this file, and the first `read`
 * loads `access_package_read.wasm`. Or pass a module, compiled or as bytes, which it then uses for everything. To use `read`
 * with it, pass `access_package_read.wasm`.
 */
export function load(wasm?: BufferSource | WebAssembly.Module): Promise<Crate>;
