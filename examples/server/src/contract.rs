//! The contract with the host, as the crate's README has it. The numbers are its own.

use access_package::graph::http::Rejection;
use access_package::{AssignmentId, Caller, Receipt};
use tracing::{info, warn};

use crate::fault::Fault;
use crate::store::{Loaded, Store};
use crate::{Problem, now};

/// 3 and 4: loads an assignment, and lets it expire.
pub async fn load(store: &Store, id: AssignmentId) -> Result<Option<Loaded>, Problem> {
    loop {
        let Some(mut loaded) = store.read(id).await? else { return Ok(None) };
        if !loaded.assignment.expire(now()) || store.save(&mut loaded).await? {
            return Ok(Some(loaded));
        }
    }
}

/// 3 and 4 for a caller, who has to be one who may reprocess the assignment.
///
/// The catalog is enough to judge that, and is loaded before everything else: so an error of loading tells
/// nobody else that the assignment exists. One that is missing is in no catalog (R28).
pub async fn load_for(caller: &Caller, store: &Store, id: AssignmentId) -> Result<Loaded, Fault> {
    caller.authority(store.catalog(id).await?)?;
    load(store, id).await?.ok_or(Rejection::NotFound.into())
}

/// 3 to 8. Accepted, it is saved, and the worker is to be woken.
pub async fn reprocess(store: &Store, caller: &Caller, id: AssignmentId) -> Result<(), Fault> {
    loop {
        let mut loaded = load_for(caller, store, id).await?;
        let assignment = &mut loaded.assignment;
        let role = access_package::evaluate(caller, assignment)?; // 5
        let package = assignment.access_package();
        let gives = store.gives_now(package).await?;
        let gives = gives.ok_or_else(|| Problem::from(format!("access package `{package}` is not known")))?;
        assignment.set_resource_roles(gives).map_err(Problem::from)?; // 6
        access_package::reprocess(assignment, role).map_err(Problem::from)?; // 7
        // 8: before anything is done. If another save came first, all of this is judged again.
        if store.save(&mut loaded).await? {
            info!(assignment = %id, attempt = loaded.assignment.attempt(), "accepted");
            return Ok(());
        }
    }
}

/// 11: records what became of an action.
pub async fn record(store: &Store, receipt: &Receipt) -> Result<(), Problem> {
    loop {
        let Some(mut loaded) = load(store, receipt.assignment).await? else { return Ok(()) };
        let before = loaded.assignment.clone();
        if let Err(error) = loaded.assignment.record(receipt) {
            warn!(assignment = %receipt.assignment, %error, "receipt is dropped");
        }
        if loaded.assignment == before || store.save(&mut loaded).await? {
            let state = loaded.assignment.state();
            info!(assignment = %receipt.assignment, %state, outcome = ?receipt.outcome, "recorded");
            return Ok(());
        }
    }
}
