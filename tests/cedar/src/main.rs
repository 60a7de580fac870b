//! Proves with Cedar's own analysis that `CEDAR` and `second.cedar` permit the same, for all entities and
//! requests of the schema. `solver.py` is the solver. Then it plants mistakes in `CEDAR`, and the same claims
//! have to find each of them.

use std::error::Error;
use std::str::FromStr;

use access_package::policy::{CEDAR, CEDAR_SCHEMA};
use cedar_policy::{PolicySet, Schema};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicySet};
use tokio::process::Command;

const SECOND: &str = include_str!("../second.cedar");
/// The two forms of R33 overflow at different values, so they are equal only for instants.
const INSTANTS: &str = include_str!("../instants.cedar");

/// The mistake, a piece of `CEDAR`, and its replacement.
const MISTAKES: [(&str, &str, &str); 12] = [
    (
        "the permission to read suffices",
        "::\"EntitlementManagement.ReadWrite.All\"))",
        "::\"EntitlementManagement.Read.All\"))",
    ),
    (
        "a user needs no permission",
        "principal is AccessPackage::Application ||\n    (principal",
        "true || (principal",
    ),
    (
        "a personal account may",
        "principal is AccessPackage::Application ||\n    (principal is AccessPackage::User",
        "principal is AccessPackage::Application ||\n    (!(principal is AccessPackage::Application)",
    ),
    (
        "a catalog reader may",
        "    resource in principal.roles.catalogOwner ||",
        "    resource in principal.roles.catalogReader ||",
    ),
    (
        "a catalog owner may in a privileged catalog",
        "!resource.isPrivileged ||\n    resource in principal.roles.globalAdministrator",
        "!resource.isPrivileged ||\n    resource in principal.roles.catalogOwner",
    ),
    (
        "one of two roles suffices in a privileged catalog",
        "(resource in principal.roles.identityGovernanceAdministrator &&\n     (",
        "(true && (",
    ),
    (
        "an application needs one permission in a privileged catalog",
        "    !resource.isPrivileged ||\n    resource in principal.roles.privilegedRoleAdministrator",
        "    true ||\n    resource in principal.roles.privilegedRoleAdministrator",
    ),
    (
        "an expired assignment is reprocessed",
        "resource.state == AccessPackage::State::\"delivered\")",
        "resource.state != AccessPackage::State::\"delivering\")",
    ),
    ("a request of another assignment", "context.request.assignment == resource &&\n", ""),
    ("a request that is not the newest", "context.request.isNewest &&\n", ""),
    ("a request in another state", "context.request.state == resource.state &&\n", ""),
    ("14 days, and one tick", "< 12096000000000", "<= 12096000000000"),
];

type Result<T> = std::result::Result<T, Box<dyn Error>>;
type Prover = CedarSymCompiler<LocalSolver>;

/// The claims: there is no request of any kind that only one of the two permits. Returns the requests for
/// which this is not so.
async fn differences(prover: &mut Prover, schema: &Schema, first: &str) -> Result<Vec<String>> {
    let [first, second, second_of_instants] =
        [first.to_owned(), SECOND.to_owned(), SECOND.to_owned() + INSTANTS]
            .map(|text| PolicySet::from_str(&text));
    let (first, second, second_of_instants) = (first?, second?, second_of_instants?);
    let mut found = Vec::new();
    for kind in schema.request_envs() {
        let compile = |set| CompiledPolicySet::compile(set, &kind, schema);
        let (first, second, of_instants) =
            (compile(&first)?, compile(&second)?, compile(&second_of_instants)?);
        for (what, permits, too) in [("too much", &first, &second), ("too little", &of_instants, &first)] {
            if !prover.check_implies_opt(permits, too).await? {
                let example = prover.check_implies_with_counterexample_opt(permits, too).await?;
                let example = example.map(|example| example.request.to_string()).unwrap_or_default();
                found.push(format!("{what} for {} {}: {example}", kind.principal(), kind.action()));
            }
        }
    }
    Ok(found)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let python = std::env::var_os("PYTHON").unwrap_or("python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/solver.py");
    let mut prover = CedarSymCompiler::new(LocalSolver::from_command(Command::new(python).arg(script))?)?;
    let (schema, _) = Schema::from_cedarschema_str(CEDAR_SCHEMA)?;
    let kinds = schema.request_envs().count();

    let found = differences(&mut prover, &schema, CEDAR).await?;
    if kinds == 0 || !found.is_empty() {
        return Err(format!("{kinds} kinds of requests, {found:#?}").into());
    }
    println!(
        "the gate in Cedar equals the second one: proved in both directions for each of {kinds} kinds of requests"
    );

    for (what, piece, mistaken) in MISTAKES {
        let planted = CEDAR.replace(piece, mistaken);
        let found = differences(&mut prover, &schema, &planted).await?;
        match found.first() {
            Some(first) => println!("{what}: {first}"),
            None => return Err(format!("not found: {what}").into()),
        }
    }
    println!("{} mistakes, all of them found", MISTAKES.len());
    Ok(())
}
