//! The contract with the driver, as the crate's README has it. The numbers are its own.

use access_package::graph::http::{self, Rejection};
use access_package::{AssignmentId, AssignmentState, Caller, Receipt};
use tracing::{info, warn};

use crate::store::{Loaded, Store};
use crate::{Problem, now};

/// 3 and 4: loads an assignment, and lets it expire.
///
/// # Errors
/// What is stored cannot be read, or the database fails.
pub async fn load(store: &Store, id: AssignmentId) -> Result<Option<Loaded>, Problem> {
    loop {
        let Some(mut loaded) = store.read(id).await? else { return Ok(None) };
        if !loaded.assignment.expire(now()) || store.save(&mut loaded).await? {
            return Ok(Some(loaded));
        }
    }
}

/// 5: brings in what the access package gives now.
///
/// It can be done after 6 as well, for the verdict does not look at it; and whoever is refused then does
/// not learn from an error that the assignment exists.
async fn bring_in(store: &Store, loaded: &mut Loaded) -> Result<(), Problem> {
    let assignment = &mut loaded.assignment;
    if assignment.state() == AssignmentState::Delivered {
        let package = assignment.access_package();
        let gives = store.gives_now(package).await?;
        assignment
            .set_resource_roles(gives.ok_or_else(|| format!("access package `{package}` is not known"))?)?;
    }
    Ok(())
}

/// 3 to 8. Accepted, it is saved, and the worker is to be woken.
///
/// # Errors
/// Nothing was decided: the database fails, or what it holds is of no use.
pub async fn reprocess(
    store: &Store,
    caller: &Caller,
    id: AssignmentId,
) -> Result<Result<(), Rejection>, Problem> {
    loop {
        let loaded = load(store, id).await?;
        let (mut loaded, role) = match http::evaluate(caller, loaded) {
            Ok(accepted) => accepted,
            Err(rejection) => return Ok(Err(rejection)),
        };
        bring_in(store, &mut loaded).await?;
        access_package::reprocess(&mut loaded.assignment, role)?;
        // 8: before anything is done. If another save came first, all of this is judged again.
        if store.save(&mut loaded).await? {
            info!(assignment = %id, attempt = loaded.assignment.attempt(), "accepted");
            return Ok(Ok(()));
        }
    }
}

/// 11: records what became of an action.
///
/// # Errors
/// The database fails.
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
