//! The contract with the host, as the crate's README has it. The numbers are its own.

use access_package::graph::http::Rejection;
use access_package::{Assignment, AssignmentId, Caller, Receipt, Recorded};
use tracing::info;

use crate::fault::Fault;
use crate::store::Store;
use crate::{Problem, now};

/// Loads an assignment, and lets it expire.
pub async fn load(store: &Store, id: AssignmentId) -> Result<Option<Assignment>, Problem> {
    loop {
        let Some((mut assignment, version)) = store.read(id).await? else { return Ok(None) };
        let Some(event) = assignment.expire(now()) else { return Ok(Some(assignment)) };
        // Saved or not, it is loaded again.
        store.save(&assignment.into(), version, &event).await?;
    }
}

/// 2 and 3, to read it: loads it for a caller, who has to be one who may reprocess it.
///
/// The catalog is enough to judge that, and is looked up before everything else: so an error of loading tells nobody
/// else that the assignment exists. One that is missing is in no catalog (R28).
pub async fn load_for(caller: &Caller, store: &Store, id: AssignmentId) -> Result<Assignment, Fault> {
    caller.authority(store.catalog(id).await?).map_err(Rejection::from)?;
    load(store, id).await?.ok_or(Rejection::NotFound.into())
}

/// 2 to 4. Accepted, it is saved, and the worker is to be woken.
pub async fn reprocess(store: &Store, caller: &Caller, id: AssignmentId) -> Result<(), Fault> {
    loop {
        let authority = caller.authority(store.catalog(id).await?).map_err(Rejection::from)?;
        let (assignment, version) = store.read(id).await?.ok_or(Rejection::NotFound)?;
        // If its end has just come, the worker saves that.
        let admitted = authority.admit(assignment, now()).map_err(Rejection::from)?;
        let gives_now = store.gives_now(admitted.assignment().access_package()).await?;
        let unsaved = admitted.reprocess(gives_now);
        // Before anything is done. If another save came first, all of this is judged again.
        if store.save(&unsaved.stored(), version, &unsaved.event()).await? {
            return Ok(());
        }
    }
}

/// 6: records what became of an action.
pub async fn record(store: &Store, receipt: &Receipt) -> Result<(), Problem> {
    loop {
        let Some((mut assignment, version)) = store.read(receipt.assignment).await? else { return Ok(()) };
        let is_done = match assignment.record(receipt, now()) {
            Ok(Recorded::Changed(event)) => store.save(&assignment.into(), version, &event).await?,
            unchanged => {
                info!(?receipt, ?unchanged, "receipt changes nothing");
                true
            }
        };
        if is_done {
            return Ok(());
        }
    }
}
