use access_package::testing::{Broken, Implementation, Refused, laws};
use access_package::*;

struct Server(Assignment); // yours, with its storage

impl Implementation for Server {
    fn reprocess(
        &mut self, caller: &Caller, observe: &dyn Fn(&ResourceRole) -> Observed, now: Timestamp,
    ) -> Result<(), Refused> {
        let _ = self.0.expire(now);
        // First judge the caller, then the state.
        let authority = evaluate(caller, &self.0, now)?;
        let known = self.0.resource_roles().ok_or(Reason::ResourceRolesUnknown)?;
        let gives: Vec<_> = known.iter().map(|it| it.resource_role.clone()).collect();
        self.0 = authority.admit(self.0.clone(), now)?.reprocess_observed(gives, observe).saved();
        Ok(())
    }
    fn reprocess_request(
        &mut self, caller: &Caller, request: &AssignmentRequest, gives: &[ResourceRole], now: Timestamp,
    ) -> Result<(), Refused> {
        let authority = caller.authority(Some(self.0.catalog()))?;
        let admitted = authority.admit_request(self.0.clone(), request, now)?;
        self.0 = admitted.reprocess(gives.iter().cloned()).saved();
        Ok(())
    }
    fn record(&mut self, receipt: &Receipt, now: Timestamp) { let _ = self.0.record(receipt, now); }
    fn actions(&self) -> Vec<Action> { self.0.actions().collect() }
    fn stored(&self) -> StoredAssignment { (&self.0).into() }
}

#[test]
fn keeps_the_laws() -> Result<(), Broken> {
    laws::all(|stored| Server(stored.try_into().unwrap()))
}
